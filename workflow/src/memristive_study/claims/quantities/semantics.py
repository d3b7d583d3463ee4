"""The difference between what was meant and what was published, in one experiment."""

import pandas as pd

from memristive.core.setting import SHORT_NAMES
from memristive_study.claims.evidence import Evidence, Found, Quantity
from memristive_study.results import readings
from memristive_study.results.differences import difference


def meant_less_published(experiment: str) -> Quantity:
    """Accuracy as meant less that of MemTorch, at the setting of an experiment where they differ most.

    The choice is the semantics that stands for MemTorch, see `readings.published`.
    """

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(experiment, "paper")
        swept = [c for c in SHORT_NAMES if c in frame and c != "semantics" and frame[c].nunique(dropna=False) > 1]
        found = []
        for name in evidence.networks:
            mine = frame[frame["network"] == name]
            kinds = (readings.MEANT, readings.published(mine["semantics"]))
            pairs = []
            for values, rows in mine.groupby(swept, dropna=False) if swept else [((), mine)]:
                meant, published = (rows[rows["semantics"] == semantics] for semantics in kinds)
                if len(meant) and len(published):
                    pairs.append((difference(meant, published), _where(swept, values)))
            if pairs:
                most, where = max(pairs, key=lambda pair: abs(pair[0].value))
                found.append(Found(name, most, choice=kinds[1], note=where))
        return found

    return quantity


def _where(swept: list[str], values: tuple) -> str:
    texts = ("none" if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v) for v in values)
    return ", ".join(f"{key.replace('_', ' ')} {text}" for key, text in zip(swept, texts, strict=True))
