"""The findings of an experiment of any name, in sentences: the lowest and the highest accuracy of each network."""

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.report import sentences
from memristive_study.results import readings, sweeps
from memristive_study.results.differences import difference
from memristive_study.results.statistics import accuracy_interval


def findings(evidence: Evidence, experiment: str, parts: tuple[str, ...]) -> list[str]:
    """One sentence for each part, network and semantics of an experiment's `parts`; none where nothing was run."""
    frame = evidence.frames.get(experiment)
    if frame is None:
        return []
    lines = []
    for part in parts:
        mine = frame[frame["part"] == part]
        fields = sweeps.swept(mine)
        several = mine["semantics"].nunique() > 1
        for name in evidence.networks:
            for semantics, rows in mine[mine["network"] == name].groupby("semantics", sort=False):
                named = [
                    evidence.label(name),
                    part.replace("_", " ") if len(parts) > 1 else "",
                    readings.AS.get(semantics, semantics) if several else "",
                ]
                lines.append(f"{', '.join(filter(None, named))}: {_extremes(rows, fields)}.")
    return lines


def _extremes(rows: pd.DataFrame, fields: list[str]) -> str:
    """The settings of lowest and of highest accuracy, and their difference, paired over the repeats."""
    means = rows.groupby("label")["accuracy"].mean()
    low, high = (rows[rows["label"] == label] for label in (means.idxmin(), means.idxmax()))
    lowest, highest = (sentences.number(accuracy_interval(found["accuracy"])) for found in (low, high))
    if means.max() == means.min():
        settings = "the one setting" if len(means) == 1 else f"all {len(means)} settings"
        return f"the accuracy is {highest} at {settings}"
    apart = sentences.number(difference(high, low), "points")
    return (
        f"the accuracy is lowest at {sweeps.where(low.iloc[0], fields)}, {lowest}, and highest at "
        f"{sweeps.where(high.iloc[0], fields)}, {highest}; the difference is {apart}"
    )
