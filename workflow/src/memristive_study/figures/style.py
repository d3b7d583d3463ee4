"""The one visual language of all figures.

A colour and a marker are a network; a solid line with filled markers is `semantics: physical`, a
dashed one with open markers `semantics: memtorch`, one of dashes and dots with larger open markers
`semantics: memtorch_cuda`; a dotted line is the digital network; a black star is a value that the
paper states; a band is a 95 % interval over repeats. The colours are those of Okabe and Ito, which
colour-blind readers can tell apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.results import readings
from memristive_study.results.statistics import summary
from memristive_study.results.study import Network

DPI = 200
SINGLE, DOUBLE = 3.5, 7.2  # inches: one column of a journal (89 mm), two columns (183 mm)

RC = {
    "svg.hashsalt": "memristive",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.2,
    "figure.constrained_layout.use": True,
    "savefig.bbox": None,
}

TIMES = "\u00d7"  # the sign between two lengths
BLACK, GREY = "#000000", "#666666"
_NETWORKS = {"mnist": ("#0072B2", "o"), "cifar10": ("#D55E00", "s"), "cifar100": ("#009E73", "^")}
_OTHERS = (("#CC79A7", "D"), ("#E69F00", "v"), ("#56B4E9", "P"), ("#4D4D4D", "X"))
COLOURS = tuple(colour for colour, _ in (*_NETWORKS.values(), *_OTHERS))  # of values without order
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))
PAPER = {
    "color": BLACK,
    "marker": "*",
    "markersize": 8,
    "linestyle": "none",
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}
DIGITAL = {"linestyle": (0, (1, 1.6)), "linewidth": 1.1}
MOST_DRAWN = 20  # evaluations of one setting that are drawn above one another
QUANTILES = (0.05, 0.5, 0.95)  # of more of them
GOLDEN = 0.6180339887498949
CHANGE = "cividis"  # colour map of ordered quantities, the same in grey


def network_style(name: str, networks: Mapping[str, Network]) -> tuple[str, str]:
    """Colour and marker of a network: those of the library have theirs, others take the next in the study's order."""
    if name in _NETWORKS:
        return _NETWORKS[name]
    others = [other for other in networks if other not in _NETWORKS]
    return _OTHERS[(others.index(name) if name in others else 0) % len(_OTHERS)]


def semantics_of(frame: pd.DataFrame) -> list[str]:
    """The semantics in `frame`, physical first."""
    return [name for name in readings.ORDER if name in set(frame["semantics"])]


def semantics_style(semantics: str, colour: str) -> dict[str, Any]:
    """Line and marker face of a semantics in the colour of a network."""
    if semantics in readings.MEMTORCH:  # thin and dark over the other's thick line: both show where they agree
        dark = tuple(0.55 * part for part in to_rgb(colour))
        line, size = (LINES[1], 6.0) if semantics == "memtorch" else (LINES[3], 7.5)
        return {"color": dark, "linestyle": line, "linewidth": 1.0, "markerfacecolor": "none", "markersize": size}
    return {"color": colour, "linestyle": "-", "linewidth": 2.2, "markerfacecolor": colour, "markersize": 3.6}


def panels(count: int, width: float = DOUBLE, height: float = 2.3, **options: Any) -> tuple[Figure, np.ndarray]:
    """`count` axes side by side (two or one at most get no wider than they should), as a flat array."""
    width = width if count > 1 else min(width, SINGLE + 0.9)
    figure, axes = pyplot.subplots(1, count, figsize=(width, height), squeeze=False, **options)
    return figure, axes.ravel()


def curve(axes: Axes, points: pd.DataFrame, x: str, **line: Any) -> None:
    """Means of a `statistics.summary` against column `x`, with their interval as a band."""
    points = points.sort_values(x)
    axes.plot(points[x], points["mean"], **line)
    band = points.dropna(subset=["low", "high"])
    if len(band) > 1:
        axes.fill_between(band[x], band["low"], band["high"], color=line["color"], alpha=0.18, linewidth=0)
    elif len(band) == 1:
        errors = [band["mean"] - band["low"], band["high"] - band["mean"]]
        axes.errorbar(band[x], band["mean"], yerr=errors, color=line["color"], capsize=2, linewidth=0.8)


def means(axes: Axes, rows: pd.DataFrame, x: str, **line: Any) -> None:
    """Mean accuracy of evaluations (rows of an experiment) against column `x`, with its 95 % interval as a band."""
    curve(axes, summary(rows, [x]), x, **line)


def points(axes: Axes, rows: pd.DataFrame, x: str, **marker: Any) -> None:
    """Mean accuracy of evaluations (rows of an experiment) by column `x`, with its 95 % interval as a bar, no line."""
    found = summary(rows, [x])
    bars = [(found["mean"] - found["low"]).fillna(0), (found["high"] - found["mean"]).fillna(0)]
    axes.errorbar(found[x], found["mean"], yerr=bars, **{**marker, "linestyle": "none", "capsize": 2, "linewidth": 0.9})


LEAST_LOSS = 0.01  # points: one of 10,000 images, where the logarithmic axis of losses ends


def losses(axes: Axes, rows: pd.DataFrame, x: str, digital: float, **line: Any) -> None:
    """Points lost against `digital` (%) by column `x`, mean and interval, on `loss_axis`, at whose end gains lie."""
    found = summary(rows, [x])
    lost = found.assign(mean=digital - found["mean"], low=digital - found["high"], high=digital - found["low"])
    shown = lost[["mean", "low", "high"]].clip(lower=LEAST_LOSS)
    curve(axes, lost.assign(**shown), x, **line)


def loss_axis(axes: Axes) -> None:
    """Lost points on a logarithmic axis, so that a tenth of a point is seen beside fifty."""
    axes.set_yscale("log")
    axes.set_ylim(LEAST_LOSS * 0.8, 110)
    axes.set_yticks([0.01, 0.1, 1, 10, 100], ["none", "0.1", "1", "10", "100"])


def draws(axes: Axes, rows: pd.DataFrame, x: float, colour: Any, marker: str = "o", width: float = 0.1) -> None:
    """Every evaluation of a setting as a small point at `x`; more than MOST_DRAWN beside one another over `width`.

    Those have their QUANTILES as lines across.
    """
    count = len(rows)
    if count < 2:
        return
    look = {"marker": marker, "markersize": 2.0, "alpha": 0.55, "markeredgewidth": 0, "zorder": 3}
    aside = np.zeros(count)
    if count > MOST_DRAWN:
        aside = width * ((np.arange(count) * GOLDEN) % 1 - 0.5)  # evenly spread, in no order
        look |= {"markersize": 1.6, "alpha": 0.4}
        for proportion, value in zip(QUANTILES, np.quantile(rows["accuracy"], QUANTILES), strict=True):
            thick = 0.9 if proportion == 0.5 else 0.5
            axes.hlines(value, x - 0.6 * width, x + 0.6 * width, color=BLACK, linewidth=thick, zorder=4)
    axes.plot(x + aside, rows["accuracy"], color=colour, linestyle="none", label="_nolegend_", **look)


def accuracy_axis(axes: Axes, top: float = 103.0) -> None:
    """Per cent, from 0, so that panels can be compared."""
    axes.set_ylim(0, top)
    axes.set_yticks(range(0, 101, 20))


def repeats(frame: pd.DataFrame, keys: Sequence[str]) -> str:
    """Meaning of the bands in words: how many repeats a point stands for."""
    counts = frame.groupby(list(keys), dropna=False).size() if len(frame) else pd.Series([0])
    low, high = int(counts.min()), int(counts.max())
    if high <= 1:
        return "n = 1: no interval"
    number = f"{high}" if low == high else f"{low} to {high}"
    return f"n = {number} repeats, band: 95 % interval"


def chips(frame: pd.DataFrame, keys: Sequence[str]) -> str:
    """How many chips of a setting are drawn, in words that end a note; empty where there are few."""
    many = len(frame) and int(frame.groupby(list(keys), dropna=False).size().max()) > MOST_DRAWN
    return "; beside the means: chips, across them 5, 50 and 95 %" if many else ""


def note(figure: Figure, text: str) -> None:
    """A small line under the whole figure."""
    figure.supxlabel(text, fontsize=6.5, color=GREY)


def legend(figure: Figure, handles: Sequence[Artist], columns: int = 4) -> None:
    """One legend above all panels, with at most so many entries on a line, and as many as the figure has room for."""
    columns = min(columns if figure.get_figwidth() > SINGLE + 1 else 2, len(handles))
    while columns > 1 and _legend_width(handles, columns) > figure.get_figwidth():
        columns -= 1
    figure.legend(handles=handles, loc="outside upper center", ncols=columns, handlelength=2.6)


def _legend_width(handles: Sequence[Artist], columns: int) -> float:
    """Width in inches of a legend whose entries fill a column after the other, about."""
    em = RC["legend.fontsize"] / 72
    rows = -(-len(handles) // columns)
    longest = [max(len(str(h.get_label())) for h in handles[i : i + rows]) for i in range(0, len(handles), rows)]
    return sum((2.6 + 0.8 + 2.0 + 0.57 * length) * em for length in longest)


def entry(text: str, **look: Any) -> Line2D:
    """An entry of a legend."""
    return Line2D([], [], label=text, **look)


def paper_handles(marked: bool, text: str = "paper") -> list[Line2D]:
    """Legend entry of the paper's values, where there is one in the figure."""
    return [entry(text, **PAPER)] if marked else []


def semantics_handles(names: Sequence[str], colour: str = GREY) -> list[Line2D]:
    """Legend entries of the semantics."""
    return [entry(readings.LABELS[n], marker="o", **semantics_style(n, colour)) for n in names]


def shades(count: int, low: float = 0.0, high: float = 0.82) -> list[Any]:
    """Colours of `count` ordered values, dark to light."""
    colours = pyplot.get_cmap(CHANGE)
    return [colours(low + (high - low) * i / max(count - 1, 1)) for i in range(count)]


def empty(text: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure, axes = pyplot.subplots(figsize=(SINGLE, 1.2))
    axes.axis("off")
    axes.text(0.5, 0.5, text, ha="center", va="center", wrap=True, color=GREY)
    return figure
