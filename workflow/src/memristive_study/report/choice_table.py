"""How far each alternative to a choice that the text leaves open moves the result."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.claims.quantities import loss
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.papers.souto_garnelo.reported import Network
from memristive_study.report import tables
from memristive_study.results import sources
from memristive_study.results.statistics import accuracy_interval, fixed

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
TIED = 1.0  # points


def table(
    frames: Mapping[str, Any], compared: Sequence[Mapping[str, Any]], networks: Mapping[str, Network]
) -> pd.DataFrame:
    """A row a variant (COLUMNS), accuracies in per cent, differences from the study's own value in points.

    Differences are paired: over the repeats, which share their draws, and over the images. `nearest`
    marks, among all values and semantics of a choice at a point, the one nearest to the paper's number, if
    they differ at all.

    Args:
        frames: `choices`, and `records` for what is paired over the images.
        compared: `plan.Plan.compared` as read from JSON.
        networks: those of the study.
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
        paper = study.reported(variant["experiment"], networks[variant["network"]], mine.iloc[0])
        row = {key: variant[key] for key in ("choice", "point", "semantics", "value", "own")} | {
            "network": networks[variant["network"]].label, "accuracy": found.value, "low": found.low,
            "high": found.high, "n": found.n, "over": found.kind, "paper": paper,
            "from_paper": None if paper is None else found.value - paper,
        }  # fmt: skip
        if not variant["own"]:
            moved = loss(mine, own)
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


def for_readers(frame: pd.DataFrame) -> pd.DataFrame:
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


def summary(frame: pd.DataFrame) -> list[str]:
    """One sentence a choice: where it moves the result most, and which value comes nearest to the paper there."""
    lines = []
    for choice, mine in frame.groupby("choice", sort=False):
        moved = mine.dropna(subset=["difference"])
        if not len(moved):
            continue
        most = moved.loc[moved["difference"].abs().idxmax()]
        text = (
            f"{choice.replace('_', ' ').capitalize()}: at most {abs(most['difference']):.2f} points, for "
            f"{most['value']} at {most['point'].replace('_', ' ')} ({most['network']}, {most['semantics']})"
        )
        near = mine[mine["nearest"].astype(bool) & (mine["point"] == most["point"])]
        near = near[near["network"] == most["network"]]
        if len(near):
            best = near.iloc[0]
            text += (
                f"; nearest to the paper's {best['paper']:.2f} % is {best['value']} with {best['accuracy']:.2f} % "
                f"({best['semantics']})"
            )
        lines.append(text + ".")
    return lines


def likely(frame: pd.DataFrame) -> list[str]:
    """One sentence a choice: which value the authors probably used, and how sure that is.

    A case is a point and network for which the paper has a number. A value fits where it comes nearest to that number,
    or within TIED points of the nearest; one that fits in all cases was probably used. The authors ran MemTorch, so
    its semantics count where they were run.
    """
    lines = []
    for choice, mine in frame.dropna(subset=["from_paper"]).groupby("choice", sort=False):
        published = mine[mine["semantics"] == "memtorch"]
        mine = published if len(published) else mine
        distances = mine.assign(off=mine["from_paper"].astype(float).abs()).pivot_table(
            index=["point", "network"], columns="value", values="off", sort=False
        )
        fits = distances.le(distances.min(axis=1) + TIED, axis=0)
        throughout = [str(value) for value in fits.columns[fits.all()]]
        cases = f"{len(fits)} case{'s' if len(fits) > 1 else ''}"
        if len(throughout) == len(fits.columns):
            text = "the paper's numbers do not tell the values apart"
        elif throughout:
            most = distances[throughout].min(axis=1).max()
            text = (
                f"probably {' or '.join(throughout)}, nearest to the paper in all of {cases}, though up to "
                f"{most:.1f} points off"
            )
        else:
            nearest = (
                f"{distances.loc[at].idxmin()} ({network}, {point})" for at in fits.index for point, network in [at]
            )
            text = f"cannot be said, for the nearest value is not the same everywhere: {', '.join(nearest)}"
        lines.append(f"{choice.replace('_', ' ').capitalize()}: {text.replace('_', ' ')}.")
    return lines


def make(
    inputs: Mapping[str, figures.Value],
    compared: str,
    networks: Mapping[str, Network],
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write the table as CSV and Markdown, hashes beside them; `compared` is the JSON of `plan.Plan.compared`."""
    frame = table(figures.read_all(inputs), json.loads(compared), networks)
    write_csv(csv, frame.astype(object).where(frame.notna(), None).to_dict("records"), list(COLUMNS))
    text = tables.to_markdown(for_readers(frame)) if len(frame) else "No choice was compared.\n"
    write_text(markdown, f"# Choices that the text leaves open\n\n{text}")
    sources.write(markdown, inputs)
