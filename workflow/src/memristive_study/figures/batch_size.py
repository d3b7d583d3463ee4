"""Accuracy against the batch size of inference: MemTorch scales the inputs of a Linear over the whole batch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One panel a network, each sample's own scale beside it. Needs `input_voltage` with the parts `paper` and `batch`.

    As published the batch sizes of the part `batch`, and that of the other parts at the same voltage.
    """
    frame = frames["input_voltage"]
    batch = frame[frame["part"] == "batch"]
    names = style.order(batch["network"], study.networks)
    if not names:
        return style.empty("This study has one batch size.")
    volts = batch["max_input_voltage"].iloc[0]
    paper = frame[(frame["part"] == "paper") & (frame["max_input_voltage"] == volts)]
    published = pd.concat([batch, paper[paper["semantics"] == "memtorch"]])
    meant = paper[paper["semantics"] == "physical"]
    figure, axes = style.panels(len(names), sharey=True)
    for panel, name in zip(axes, names, strict=True):
        colour, marker = style.network_style(name, study.networks)
        points = summary(published[published["network"] == name], ["batch_size"])
        for row in summary(meant[meant["network"] == name], ["semantics"]).itertuples():
            look = style.semantics_style("physical", colour)
            panel.axhline(row.mean, color=look["color"], linewidth=look["linewidth"])
            if row.n > 1:
                panel.axhspan(row.low, row.high, color=colour, alpha=0.18, linewidth=0)
        style.curve(panel, points, "batch_size", marker=marker, **style.semantics_style("memtorch", colour))
        panel.set_xscale("log")
        panel.set_xticks(
            sorted(points["batch_size"].unique()), [f"{int(b)}" for b in sorted(points["batch_size"].unique())]
        )
        panel.minorticks_off()
        style.accuracy_axis(panel)
        panel.set(title=f"{study.label(name)}, at {volts:g} V", xlabel="batch size (images)")
    axes[0].set_ylabel("accuracy (%)")
    style.legend(figure, style.semantics_handles(style.semantics_of(pd.concat([meant, published]))))
    style.note(figure, style.repeats(published, ["network", "part", "label"]))
    return figure
