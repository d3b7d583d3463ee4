"""Curves of two studies over each other, whatever their experiments sweep."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive.core.setting import SHORT_NAMES
from memristive_study.figures import style
from memristive_study.papers.souto_garnelo.reported import LABELS
from memristive_study.results.statistics import summary

MOST_LINES = 6


def draw(first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str]) -> Iterator[tuple[str, Figure]]:
    """Title and figure of each part and network of an experiment in which something is swept.

    A panel a semantics; the field with the most values along the axis, a line a combination of the
    others (some of them where there are many); solid the first study, dashed the second.
    """
    both = pd.concat([first.assign(study=0), second.assign(study=1)], ignore_index=True)
    for (part, network), mine in both.groupby(["part", "network"], sort=False):
        fields = [c for c in SHORT_NAMES if c in mine and c != "semantics"]
        within = {c: max(g[c].map(_text).nunique() for _, g in mine.groupby("study")) for c in fields}
        swept = sorted((c for c in fields if within[c] > 1), key=lambda c: -within[c])
        if swept and mine["study"].nunique() == 2:
            yield f"{LABELS.get(network, network)}, {part.replace('_', ' ')}", _figure(mine, swept, names)


def _figure(frame: pd.DataFrame, swept: list[str], names: tuple[str, str]) -> Figure:
    x, others = swept[0], swept[1:]
    values = sorted(frame[x].dropna().unique(), key=_order) + ([None] if frame[x].isna().any() else [])
    place = {_text(value): i for i, value in enumerate(values)}
    frame = frame.assign(place=frame[x].map(_text).map(place), line=[_line(row, others) for _, row in frame.iterrows()])
    lines = list(dict.fromkeys(frame.sort_values(others, key=lambda column: column.map(_order))["line"]) if others
                 else frame["line"].unique())  # fmt: skip
    if len(lines) > MOST_LINES:
        lines = [lines[round(i * (len(lines) - 1) / (MOST_LINES - 1))] for i in range(MOST_LINES)]
    colours = dict(zip(lines, style.shades(len(lines)), strict=True))
    semantics = style.semantics_of(frame)
    figure, axes = style.panels(len(semantics), sharey=True, height=2.5)
    for panel, name in zip(axes, semantics, strict=True):
        for line, colour in colours.items():
            for study, look in enumerate(("-", style.LINES[1])):
                chosen = (frame["semantics"] == name) & (frame["line"] == line) & (frame["study"] == study)
                if chosen.any():
                    face = {"markerfacecolor": "none"} if study else {}
                    points = summary(frame[chosen], ["place"])
                    style.curve(panel, points, "place", color=colour, linestyle=look, marker="o", **face)
        panel.set_xticks(range(len(values)), [_text(value) or "none" for value in values])
        panel.tick_params(axis="x", rotation=45 if max(map(len, map(_text, values))) > 5 else 0)
        style.accuracy_axis(panel)
        panel.set(title=style.SEMANTICS_LABELS[name], xlabel=x.replace("_", " "))
    axes[0].set_ylabel("accuracy (%)")
    handles = [
        Line2D([], [], color=style.GREY, marker="o", label=names[0]),
        Line2D([], [], color=style.GREY, marker="o", linestyle=style.LINES[1], markerfacecolor="none", label=names[1]),
        *(Line2D([], [], color=colour, label=line) for line, colour in colours.items() if line),
    ]
    style.legend(figure, handles, columns=4)
    return figure


def _line(row: pd.Series, others: list[str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_text(row[name]) or 'none'}" for name in others)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _order(value: Any) -> tuple[float, str]:
    """Numbers by value, shapes such as 64x64 by their first number, nothing last."""
    text = _text(value)
    head = text.split("x")[0]
    try:
        return float(head or "inf"), text
    except ValueError:
        return float("inf"), text
