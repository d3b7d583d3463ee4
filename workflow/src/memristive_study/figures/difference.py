"""Differences in accuracy between two studies, setting by setting."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results.statistics import Interval

ROOM = 0.7  # of a row, over which its settings are spread
BAR = "#b5b5b5"
MOST_BARS = 24  # settings of a row; with more, their intervals would only blacken it


def draw(differences: Sequence[tuple[str, Interval]], names: tuple[str, str]) -> Figure:
    """A row for each name of `differences`, a point a setting with its interval (points).

    Args:
        names: of the studies; the differences are the second less the first.
    """
    rows = list(dict.fromkeys(row for row, _ in differences))
    figure, axes = pyplot.subplots(figsize=(style.DOUBLE, 0.36 * len(rows) + 0.8))
    colour = style.shades(1)[0]
    for place, row in enumerate(rows):
        mine = sorted((found for name, found in differences if name == row), key=lambda found: found.value)
        heights = place + np.linspace(-ROOM / 2, ROOM / 2, len(mine) + 2)[1:-1]
        for found, height in zip(mine, heights, strict=True):
            clear = found.known and (found.low > 0 or found.high < 0)
            if found.known and len(mine) <= MOST_BARS:
                axes.plot([found.low, found.high], [height, height], color=BAR, linewidth=0.7)
            face = colour if clear else "white"
            axes.plot(found.value, height, "o", markersize=3, color=colour, markerfacecolor=face, markeredgewidth=0.6)
    axes.axvline(0, color=style.BLACK, linewidth=0.6)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(f"accuracy of {names[1]} less that of {names[0]} (percentage points)")
    return figure
