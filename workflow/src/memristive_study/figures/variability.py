"""Figure 15: accuracy against the number of conductance states, a line a sigma, both semantics beside each other."""

import math
from collections.abc import Mapping
from typing import Any

from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import style
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a network, one column a semantics. Needs `variability` (sigma in ohm)."""
    frame = frames["variability"]
    names, columns = style.order(frame["network"], study.networks), style.semantics_of(frame)
    if not names:
        return style.empty("No network in this experiment.")
    states = sorted(frame["conductance_states"].fillna(math.inf).unique())
    place = {value: i for i, value in enumerate(states)}
    frame = frame.assign(place=frame["conductance_states"].fillna(math.inf).map(place))
    sigmas = sorted(frame["sigma"].unique())
    looks = dict(zip(sigmas, style.shades(len(sigmas)), strict=True))
    figure, axes = pyplot.subplots(
        len(names),
        len(columns),
        figsize=(style.DOUBLE if len(columns) > 1 else style.SINGLE + 0.9, 2.1 * len(names) + 0.5),
        squeeze=False,
        sharey=True,
        sharex=True,
    )
    for row, name in zip(axes, names, strict=True):
        for panel, semantics in zip(row, columns, strict=True):
            mine = frame[(frame["network"] == name) & (frame["semantics"] == semantics)]
            for i, sigma in enumerate(sigmas):
                points = summary(mine[mine["sigma"] == sigma], ["place"])
                look = {"marker": style.MARKERS[i % 8], "linestyle": style.LINES[i % 6], "color": looks[sigma]}
                style.curve(panel, points, "place", **look)
            style.accuracy_axis(panel)
            panel.set_title(f"{study.label(name)}, {style.SEMANTICS_LABELS[semantics]}")
            panel.set_xticks(range(len(states)), ["∞" if math.isinf(s) else f"{s:g}" for s in states])
        row[0].set_ylabel("accuracy (%)")
    for panel in axes[-1]:
        panel.set_xlabel("conductance states")
    handles = [
        Line2D([], [], marker=marker, linestyle=line, color=looks[sigma], label=rf"$\sigma$ = {sigma:g} $\Omega$")
        for sigma, marker, line in zip(sigmas, style.MARKERS * 2, style.LINES * 2, strict=False)
    ]
    style.legend(figure, handles, columns=6)
    style.note(figure, style.repeats(frame, ["network", "label"]))
    return figure
