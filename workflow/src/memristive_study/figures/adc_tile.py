"""Figure 14: accuracy against the ADC's resolution, a line a tile shape."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import style
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def tile_shapes(frame: pd.DataFrame) -> list[str]:
    """Tile shapes in `frame` by their number of devices; "none" (one array a layer) last."""
    shapes = frame["tile_shape"].fillna("none").unique()
    return sorted(shapes, key=lambda s: float("inf") if s == "none" else int(s.split("x")[0]) * int(s.split("x")[1]))


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One panel a network and semantics. Needs `adc_tile`."""
    frame = frames["adc_tile"]
    frame = frame[frame["part"] == "paper"].dropna(subset=["adc_bits"])
    frame = frame.assign(tile_shape=frame["tile_shape"].fillna("none"))
    cells = [
        (name, semantics)
        for name in style.order(frame["network"], study.networks)
        for semantics in style.semantics_of(frame[frame["network"] == name])
    ]
    if not cells:
        return style.empty("No network in this experiment.")
    shapes = tile_shapes(frame)
    looks = dict(zip(shapes, zip(style.MARKERS, style.LINES, style.shades(len(shapes)), strict=False), strict=False))
    figure, axes = style.panels(len(cells), sharey=True)
    several = frame["semantics"].nunique() > 1
    for panel, (name, semantics) in zip(axes, cells, strict=True):
        mine = frame[(frame["network"] == name) & (frame["semantics"] == semantics)]
        for shape in shapes:
            marker, line, colour = looks[shape]
            points = summary(mine[mine["tile_shape"] == shape], ["adc_bits"])
            style.curve(panel, points, "adc_bits", marker=marker, linestyle=line, color=colour)
        style.accuracy_axis(panel)
        panel.set_xticks(sorted(frame["adc_bits"].astype(int).unique()))
        title = study.label(name)
        panel.set(title=f"{title}, {semantics}" if several else title, xlabel="ADC resolution (bits)")
    axes[0].set_ylabel("accuracy (%)")
    style.legend(
        figure,
        [
            Line2D(
                [], [], marker=marker, linestyle=line, color=colour, label=f"tiles {shape.replace('x', style.TIMES)}"
            )
            for shape, (marker, line, colour) in looks.items()
        ],
    )
    style.note(figure, style.repeats(frame, ["network", "label"]))
    return figure
