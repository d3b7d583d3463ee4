"""Rungs of a ladder: what each way to get accuracy back gains, chip by chip."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results import sweeps
from memristive_study.results.study import Study

MIDDLE = (0.25, 0.5, 0.75)  # quantiles of the chips
WIDTH = 0.8  # of a rung, shared by its settings


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """A panel a network, a rung a part, a colour for each setting of what harms; a point is a chip.

    Needs the experiment's table alone.
    """
    ((_, frame),) = frames.items()
    parts, names = list(frame["part"].unique()), study.ordered(frame["network"])
    if not parts:
        return style.empty("No network in this experiment.")
    fields = sweeps.swept(frame[frame["part"] == parts[0]])[:1]
    values = sorted(frame[fields[0]].unique(), key=sweeps.order) if fields else [None]
    figure, axes = pyplot.subplots(
        len(names), 1, figsize=(style.DOUBLE, 1.9 * len(names) + 0.7), squeeze=False, sharex=True
    )
    colours = style.shades(len(values), high=0.75)
    for panel, name in zip(axes.ravel(), names, strict=True):
        for number, value in enumerate(values):
            mine = frame[frame["network"] == name]
            mine = mine[mine[fields[0]] == value] if fields else mine
            middle = WIDTH * (number + 0.5) / len(values) - WIDTH / 2
            for rung, part in enumerate(parts):
                found = mine.loc[mine["part"] == part, "accuracy"].to_numpy()
                _chips(panel, rung + middle, WIDTH / len(values), found, colours[number], style.MARKERS[number])
        for rung in range(1, len(parts)):
            panel.axvline(rung - 0.5, color="#eeeeee", linewidth=0.6, zorder=0)
        style.accuracy_axis(panel)
        panel.grid(axis="x", visible=False)
        panel.set(title=study.label(name), ylabel="accuracy (%)", xlim=(-0.5, len(parts) - 0.5))
    axes[-1, 0].set_xticks(range(len(parts)), [part.replace("_", "\n") for part in parts])
    if fields:
        style.legend(
            figure,
            [
                style.entry(sweeps.where({fields[0]: value}, fields), color=colour, marker=marker, linestyle="none")
                for value, colour, marker in zip(values, colours, style.MARKERS, strict=False)
            ],
        )
    counts = frame.groupby(["network", "part", "label"]).size()
    style.note(figure, f"a point is a chip ({counts.min()} or more each); lines: median, and from quarter to quarter")
    return figure


def _chips(panel: Axes, x: float, width: float, accuracies: np.ndarray, colour: Any, marker: str) -> None:
    """Each chip as a point, side by side in the order of their seeds, with the quantiles of all as lines."""
    if not len(accuracies):
        return
    low, middle, high = np.quantile(accuracies, MIDDLE)
    aside = x + 0.55 * width * (np.arange(len(accuracies)) / max(1, len(accuracies) - 1) - 0.5)
    look = {"linestyle": "none", "marker": marker, "markersize": 2.4, "markeredgewidth": 0, "alpha": 0.6}
    panel.plot(aside, accuracies, color=colour, **look)
    panel.hlines(middle, x - 0.4 * width, x + 0.4 * width, color=colour, linewidth=1.6)
    panel.vlines(x, low, high, color=colour, linewidth=0.9)
