"""Figure 13: accuracy against the maximum input voltage."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import style
from memristive_study.papers.souto_garnelo import reported as paper
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One panel a network. Needs `input_voltage` and `selections` (the digital accuracy)."""
    frame, selections = frames["input_voltage"], frames["selections"]
    frame = frame[frame["part"] == "paper"].dropna(subset=["max_input_voltage"])
    names = style.order(frame["network"], study.networks)
    if not names:
        return style.empty("No network in this experiment.")
    digital = dict(zip(selections["network"], 100 * selections["test_accuracy"], strict=True))
    figure, axes = style.panels(len(names), sharey=True)
    marked = False
    for panel, name in zip(axes, names, strict=True):
        mine = frame[frame["network"] == name]
        colour, marker = style.network_style(name, study.networks)
        for semantics in style.semantics_of(mine):
            points = summary(mine[mine["semantics"] == semantics], ["max_input_voltage"])
            style.curve(panel, points, "max_input_voltage", marker=marker, **style.semantics_style(semantics, colour))
        if name in digital:
            panel.axhline(digital[name], color=colour, **style.DIGITAL)
        highest = mine["max_input_voltage"].max()
        marked |= _paper(panel, study, name, highest)
        style.accuracy_axis(panel)
        panel.set(title=study.label(name), xlabel="maximum input voltage (V)")
        panel.set_xlim(0.5, highest + 1.3)
        volts = sorted(mine["max_input_voltage"].unique())
        if len(volts) <= 10:
            panel.set_xticks(volts, [f"{v:g}" for v in volts])
    axes[0].set_ylabel("accuracy (%)")
    style.legend(
        figure,
        [
            *style.semantics_handles(style.semantics_of(frame)),
            Line2D([], [], color=style.GREY, label="digital", **style.DIGITAL),
            *style.paper_handles(marked, "paper (at the right: best of its range)"),
        ],
    )
    style.note(figure, style.repeats(frame, ["network", "label"]))
    return figure


def _paper(panel: Any, study: Study, name: str, highest: float) -> bool:
    at_1_v = study.reported(paper.ACCURACY_AT_1_V, name)
    if at_1_v is not None:
        panel.plot([1], [at_1_v], zorder=5, **style.PAPER)
    best = study.reported(paper.MAX_INPUT_VOLTAGE_ACCURACY, name)
    if best is not None:
        panel.plot([highest + 0.8], [best], zorder=5, **style.PAPER)
    return best is not None
