"""The findings of a ladder of recovery, in sentences: what gains most on each network, against how much harm."""

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.report import sentences
from memristive_study.results import sweeps
from memristive_study.results.differences import difference
from memristive_study.results.statistics import accuracy_interval


def findings(evidence: Evidence, experiment: str, parts: tuple[str, ...]) -> list[str]:
    """A sentence for each network and harm: accuracy on the first rung, and what the best of the others gains.

    Gains are paired over the chips. None where nothing was run, or no rung but one.
    """
    frame = evidence.frames.get(experiment)
    if frame is None:
        return []
    frame = frame[frame["part"].isin(parts)]
    rungs = list(frame["part"].unique())
    fields = sweeps.swept(frame[frame["part"] == rungs[0]])[:1] if rungs else []
    lines = []
    for name in evidence.networks:
        mine = frame[frame["network"] == name]
        for value in sorted(mine[fields[0]].unique(), key=sweeps.order) if fields else [None]:
            rows = mine[mine[fields[0]] == value] if fields else mine
            first, others = rows[rows["part"] == rungs[0]], rows[rows["part"] != rungs[0]]
            if first.empty or others.empty:
                continue
            harm = sweeps.where(first.iloc[0], fields) if fields else ""
            lines.append(f"{', '.join(filter(None, [evidence.label(name), harm]))}: {_gain(first, others, rungs[0])}.")
    return lines


def _gain(first: pd.DataFrame, others: pd.DataFrame, nothing: str) -> str:
    best = others[others["part"] == others.groupby("part")["accuracy"].mean().idxmax()]
    before, after = (sentences.number(accuracy_interval(found["accuracy"])) for found in (first, best))
    words = {part: part.replace("_", " ") for part in (nothing, best["part"].iloc[0])}
    gained = difference(best, first)
    if gained.value <= 0:
        return f"{before} with {words[nothing]}, and no rung has more"
    return (
        f"{before} with {words[nothing]}; of {others['part'].nunique()} other rungs {words[best['part'].iloc[0]]} has "
        f"most, {after}, which gains {sentences.number(gained, 'points')}"
    )
