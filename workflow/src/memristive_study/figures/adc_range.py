"""The ADC's range: set by each vector, as MemTorch has it, or fixed for each tile on training images."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import style
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study

FIXED = {"linestyle": style.LINES[2], "marker": "D", "markersize": 3.4, "linewidth": 1.4}


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One panel a network over the resolution. Needs `adc_tile` with the parts `paper` and `range`."""
    frame = frames["adc_tile"].dropna(subset=["adc_bits"])
    fixed = frame[frame["part"] == "range"]
    names = style.order(fixed["network"], study.networks)
    if not names:
        return style.empty("This study has no ADC of a fixed range.")
    auto = frame[(frame["part"] == "paper") & frame["tile_shape"].isin(fixed["tile_shape"].unique())]
    figure, axes = style.panels(len(names), sharey=True)
    for panel, name in zip(axes, names, strict=True):
        colour, marker = style.network_style(name, study.networks)
        mine = auto[auto["network"] == name]
        for semantics in style.semantics_of(mine):
            points = summary(mine[mine["semantics"] == semantics], ["adc_bits"])
            style.curve(panel, points, "adc_bits", marker=marker, **style.semantics_style(semantics, colour))
        points = summary(fixed[fixed["network"] == name], ["adc_bits"])
        style.curve(panel, points, "adc_bits", color=style.BLACK, **FIXED)
        style.accuracy_axis(panel)
        panel.set_xticks(sorted({*fixed["adc_bits"].astype(int), *mine["adc_bits"].astype(int)}))
        panel.set(title=study.label(name), xlabel="ADC resolution (bits)")
    axes[0].set_ylabel("accuracy (%)")
    images = " or ".join(f"{n:,}" for n in sorted(fixed["calibration_images"].astype(int).unique()))
    handles = [
        Line2D([], [], marker="o", label=f"auto-ranging, {name}", **style.semantics_style(name, style.GREY))
        for name in style.semantics_of(auto)
    ]
    handles.append(Line2D([], [], color=style.BLACK, label=f"fixed, on {images} training images", **FIXED))
    style.legend(figure, handles, columns=3)
    style.note(figure, style.repeats(fixed, ["network", "label"]))
    return figure
