"""Shared by the proofs: rows of a measurement as accuracies, and the recipes that trained its networks."""

from typing import TYPE_CHECKING

from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from memristive_study.claims.evidence import Evidence


def accuracies(frame: "pd.DataFrame") -> "pd.DataFrame":
    """`frame` with `accuracy`, per cent of its images."""
    return frame.assign(accuracy=100 * frame["correct"] / frame["images"])


def of(study: Study, frame: "pd.DataFrame", paper: str) -> "pd.DataFrame":
    """Rows of the networks that stand for the paper's `paper`."""
    return frame[
        frame["network"].map(lambda name: study.networks[name].paper if name in study.networks else "") == paper
    ]


def trainings(study: Study, frame: "pd.DataFrame", paper: str) -> list[tuple[str, "pd.DataFrame"]]:
    """Name and rows of each training of the paper's network `paper`, in the order of the measurement."""
    mine = of(study, frame, paper)
    several = mine["network"].nunique() > 1
    return [
        (f"{recipe}, {name}" if several else str(recipe), rows)
        for (recipe, name), rows in mine.groupby(["recipe", "network"], sort=False)
    ]


def measured(evidence: "Evidence", key: str) -> "pd.DataFrame | None":
    """A measurement's rows as accuracies; None where the study has none."""
    frame = evidence.frames.get(f"proof_{key}")
    return None if frame is None or not len(frame) else accuracies(frame.dropna(subset=["correct"]))
