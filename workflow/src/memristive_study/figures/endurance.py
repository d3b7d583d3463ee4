"""Endurance: accuracy after SET/RESET cycles, at the paper's point and over cycles and temperature."""

from collections.abc import Mapping
from typing import Any

from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import lifetime, style
from memristive_study.papers.souto_garnelo import reported as paper
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """The paper's point (sudden mode), then a panel a network over cycles (gradual mode). Needs `endurance`."""
    frame = frames["endurance"]
    point, sweep = frame[frame["part"] == "paper"], frame[frame["part"] == "cycles_temperature"]
    names = style.order(sweep["network"], study.networks)
    count = (len(point) > 0) + len(names)
    if not count:
        return style.empty("No network in this experiment.")
    figure, axes = pyplot.subplots(
        1,
        count,
        figsize=(style.DOUBLE if count > 1 else style.SINGLE, 2.5),
        squeeze=False,
        sharey=True,
        width_ratios=[1.25] * (len(point) > 0) + [1] * len(names),
    )
    panels, handles = list(axes.ravel()), []
    if len(point):
        marked = lifetime.paper_point(panels[0], point, study, paper.ENDURANCE_ACCURACY)
        panels[0].set_title("10,000 cycles at 350 K, sudden")
        for name in style.order(point["network"], study.networks):
            colour, marker = style.network_style(name, study.networks)
            handles.append(Line2D([], [], color=colour, marker=marker, linestyle="none", label=study.label(name)))
        handles += style.paper_handles(marked)
    temperatures = sorted(sweep["temperature"].unique())
    colours = style.shades(len(temperatures))
    for panel, name in zip(panels[len(point) > 0 :], names, strict=True):
        mine = sweep[sweep["network"] == name]
        for i, (temperature, colour) in enumerate(zip(temperatures, colours, strict=True)):
            points = summary(mine[mine["temperature"] == temperature], ["cycles"])
            look = {"marker": style.MARKERS[i % 8], "linestyle": style.LINES[i % 6], "color": colour}
            style.curve(panel, points, "cycles", **look)
        panel.set_xscale("log")
        style.accuracy_axis(panel)
        panel.set(title=f"{study.label(name)}, gradual", xlabel="SET/RESET cycles")
    panels[0].set_ylabel("accuracy (%)")
    for i, (temperature, colour) in enumerate(zip(temperatures, colours, strict=True)):
        look = {"marker": style.MARKERS[i % 8], "linestyle": style.LINES[i % 6], "color": colour}
        handles.append(Line2D([], [], label=f"{temperature:g} K", **look))
    style.legend(figure, handles, columns=7)
    style.note(figure, style.repeats(frame, ["network", "part", "label"]).replace("band", "band or bar"))
    return figure
