"""The figure of an experiment on converters: accuracy against their resolution, beside arrays without converters."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results import sweeps
from memristive_study.results.study import Study

BITS = "adc_bits"
WITHOUT = {"color": style.GREY, "linestyle": "--", "linewidth": 1.2}


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """A row a part that sweeps the resolution, a panel a network, a line for each of the other values that it sweeps.

    Parts without converters are a line across. Needs the experiment's table alone.
    """
    ((_, frame),) = frames.items()
    without = frame[frame[BITS].isna()]
    swept = frame[frame[BITS].notna()]
    parts, names = list(swept["part"].unique()), study.ordered(swept["network"])
    if not parts:
        return style.empty("No network in this experiment.")
    figure, axes = pyplot.subplots(
        len(parts),
        len(names),
        figsize=(style.DOUBLE if len(names) > 1 else style.SINGLE + 0.9, 2.5 * len(parts) + 0.6),
        squeeze=False,
    )
    for row, part in zip(axes, parts, strict=True):
        of_part = swept[swept["part"] == part]
        for panel, name in zip(row, names, strict=True):
            _draw_panel(panel, of_part, name)
            across = without.loc[without["network"] == name, "accuracy"]
            if len(across):
                panel.axhline(across.mean(), zorder=1, **WITHOUT)
            words = f", {part.replace('_', ' ')}" if len(parts) > 1 else ""
            panel.set(title=f"{study.label(name)}{words}", xlabel=sweeps.title(BITS))
        row[0].set_ylabel("accuracy (%)")
        row[0].legend(loc="lower right", fontsize=6)
    if len(without):
        style.legend(figure, [style.entry("without converters", **WITHOUT)])
    text = style.repeats(frame, ["network", "part", "label"])
    style.note(figure, f"{text}; the axes of accuracy differ between panels" if len(names) > 1 else text)
    return figure


def _draw_panel(panel: Axes, of_part: pd.DataFrame, name: str) -> None:
    """The lines of one network, in the order of what distinguishes them."""
    others = [field for field in sweeps.swept(of_part) if field != BITS]
    ordered = of_part.sort_values(others, key=lambda column: column.map(sweeps.order)) if others else of_part
    lines = list(dict.fromkeys(sweeps.where(row, others) for _, row in ordered.iterrows()))
    mine = of_part[of_part["network"] == name]
    of_rows = mine.apply(lambda row: sweeps.where(row, others), axis=1) if len(mine) else pd.Series(dtype=str)
    for number, (line, colour) in enumerate(zip(lines, style.shades(len(lines)), strict=True)):
        look = {"color": colour, "marker": style.MARKERS[number % len(style.MARKERS)], "markersize": 4}
        style.means(panel, mine[of_rows == line], BITS, label=line or None, linewidth=1.4, **look)
    low = float(mine["accuracy"].min()) if len(mine) else 0.0
    panel.set_ylim(np.floor(low - 0.06 * (100 - low)), None)
    panel.set_xticks(sorted(of_part[BITS].unique()))
    panel.minorticks_off()
