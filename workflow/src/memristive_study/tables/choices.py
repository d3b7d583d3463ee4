"""Alternatives to the choices that a paper leaves open, and how far each moves the result."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from memristive_study import figures
from memristive_study.results import sources
from memristive_study.results.differences import difference
from memristive_study.results.statistics import accuracy_interval, fixed
from memristive_study.results.study import Study
from memristive_study.tables import Frames, write
from memristive_study.tables.text import to_markdown

COLUMNS = (
    "choice",
    "point",
    "network",
    "semantics",
    "value",
    "own",
    "accuracy",
    "low",
    "high",
    "n",
    "over",
    "difference",
    "repeats_low",
    "repeats_high",
    "images_low",
    "images_high",
    "paper",
    "from_paper",
    "nearest",
)


def build(frames: Frames, compared: Sequence[Mapping[str, Any]], study: Study) -> pd.DataFrame:
    """A row a variant (COLUMNS), accuracies in per cent, differences from the study's own value in points.

    Differences are paired: over the repeats, which share their draws, and over the images. `nearest`
    marks, among all values and semantics of a choice at a point, the one nearest to the paper's number, if
    they differ at all.

    Args:
        frames: `choices`, and `records` for what is paired over the images.
        compared: `plan.Plan.compared` as read from JSON.
    """
    keys = ["experiment", "network", "label", "repeat"]
    evaluations = frames["choices"].merge(frames["records"], on=keys, how="left")
    rows, own = [], pd.DataFrame()
    for variant in compared:
        mine = evaluations[
            (evaluations["network"] == variant["evaluated"]) & (evaluations["label"] == variant["label"])
        ]
        own = mine if variant["own"] else own
        found = accuracy_interval(mine["accuracy"], images=int(mine["images"].iloc[0]))
        paper = study.stated(variant["experiment"], variant["network"], mine.iloc[0])
        row = {key: variant[key] for key in ("choice", "point", "semantics", "value", "own")} | {
            "network": study.label(variant["network"]),
            "accuracy": found.value,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "over": found.kind,
            "paper": paper,
            "from_paper": None if paper is None else found.value - paper,
        }
        if not variant["own"]:
            moved = difference(mine, own)
            row |= {"difference": moved.value, "repeats_low": moved.low, "repeats_high": moved.high}
            if moved.images is not None:
                row |= {"images_low": moved.images.low, "images_high": moved.images.high}
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    distance = frame["from_paper"].astype(float).abs()
    grouped = distance.groupby([frame["choice"], frame["point"], frame["network"]])
    least, most = grouped.transform("min"), grouped.transform("max")
    frame["nearest"] = distance.notna() & (distance <= least + 1e-9) & (most > least + 1e-9)
    return frame


def described(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with intervals as text and the study's own values marked."""

    def bounds(low: float, high: float) -> str:
        return "" if pd.isna(low) else f" [{fixed(low, 2)}, {fixed(high, 2)}]"

    rows = []
    for row in frame.itertuples():
        over = [
            f"{kind}{text}"
            for kind, text in (
                ("repeats", bounds(row.repeats_low, row.repeats_high)),
                ("images", bounds(row.images_low, row.images_high)),
            )
            if text
        ]
        rows.append(
            {
                "choice": row.choice.replace("_", " "),
                "at": row.point.replace("_", " "),
                "network": row.network,
                "semantics": row.semantics,
                "value": row.value,
                "accuracy (%)": f"{fixed(row.accuracy, 2)}{bounds(row.low, row.high)}",
                "moved by (points)": "the study's own" if row.own else f"{fixed(row.difference, 2)}; {', '.join(over)}",
                "paper (%)": None if pd.isna(row.paper) else float(row.paper),
                "nearest": "nearest to the paper" if row.nearest else "",
            }
        )
    return pd.DataFrame(rows)


def make(
    inputs: Mapping[str, sources.Value], compared: str, study: Study, csv: str | Path, markdown: str | Path
) -> None:
    """Write the table as CSV and Markdown, hashes beside them; `compared` is the JSON of `plan.Plan.compared`."""
    frame = build(figures.read_all(inputs), json.loads(compared), study)
    text = to_markdown(described(frame)) if len(frame) else "No choice was compared.\n"
    write(frame, f"# Choices that the text leaves open\n\n{text}", inputs, csv, markdown)
