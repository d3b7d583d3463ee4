"""Retention: accuracy after conductance drift, at the paper's point and over time."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memristive_study.figures import lifetime, style
from memristive_study.papers.souto_garnelo import reported as paper
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """The paper's point, then a panel over time with a line a network and tuning. Needs `retention`."""
    frame = frames["retention"]
    point, sweep = frame[frame["part"] == "paper"], frame[frame["part"] == "time"]
    count = (len(point) > 0) + (len(sweep) > 0)
    if not count:
        return style.empty("No network in this experiment.")
    figure, axes = pyplot.subplots(
        1, count, figsize=(style.DOUBLE if count > 1 else style.SINGLE + 0.9, 2.5), squeeze=False, sharey=True
    )
    panels, marked = list(axes.ravel()), False
    if len(point):
        marked = lifetime.paper_point(panels[0], point, study, paper.RETENTION_ACCURACY)
        panels[0].set_title("10,000 s at drift coefficient 0.1")
    tunings = [t for t in lifetime.TUNINGS if t in set(sweep["tuning"])]
    if len(sweep):
        sweep = pd.concat([sweep, point])  # the paper's point lies on the curve
        for name in style.order(sweep["network"], study.networks):
            colour, marker = style.network_style(name, study.networks)
            for i, tuning in enumerate(tunings):
                for semantics in style.semantics_of(sweep)[:1]:
                    chosen = (sweep["network"] == name) & (sweep["tuning"] == tuning)
                    points = summary(sweep[chosen & (sweep["semantics"] == semantics)], ["retention_time"])
                    style.curve(
                        panels[-1], points, "retention_time", color=colour, marker=marker, linestyle=style.LINES[i]
                    )
        panels[-1].set_xscale("log")
        style.accuracy_axis(panels[-1])
        panels[-1].set(title="over time", xlabel="time after programming (s)")
    panels[0].set_ylabel("accuracy (%)")
    handles = []
    for name in style.order(frame["network"], study.networks):
        colour, marker = style.network_style(name, study.networks)
        handles.append(Line2D([], [], color=colour, marker=marker, linestyle="none", label=study.label(name)))
    for i, tuning in enumerate(tunings):
        handles.append(Line2D([], [], color=style.GREY, linestyle=style.LINES[i], label=lifetime.TUNING_LABELS[tuning]))
    handles += style.paper_handles(marked)
    style.legend(figure, handles, columns=6)
    style.note(figure, style.repeats(frame, ["network", "part", "label"]).replace("band", "band or bar"))
    return figure
