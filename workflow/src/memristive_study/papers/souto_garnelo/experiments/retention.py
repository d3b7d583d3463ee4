"""Retention: accuracy after conductance drift, at the paper's point (Table 3) and over time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import lifetime, reported
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """The paper's point, then a panel over time with a line a network and tuning. Needs `retention`."""
    import pandas as pd
    from matplotlib import pyplot

    from memristive_study.figures import style

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
        marked = lifetime.draw_paper_point(panels[0], point, study, reported.RETENTION_ACCURACY)
        panels[0].set_title("10,000 s at drift coefficient 0.1")
    tunings = [tuning for tuning in lifetime.TUNINGS if tuning in set(sweep["tuning"])]
    if len(sweep):
        sweep = pd.concat([sweep, point])  # the paper's point lies on the curve
        sweep = sweep[sweep["semantics"] == style.semantics_of(sweep)[0]]
        for name in study.ordered(sweep["network"]):
            colour, marker = style.network_style(name, study.networks)
            for tuning, line in zip(tunings, style.LINES, strict=False):
                mine = sweep[(sweep["network"] == name) & (sweep["tuning"] == tuning)]
                style.means(panels[-1], mine, "retention_time", color=colour, marker=marker, linestyle=line)
        panels[-1].set_xscale("log")
        style.accuracy_axis(panels[-1])
        panels[-1].set(title="over time", xlabel="time after programming (s)")
    panels[0].set_ylabel("accuracy (%)")
    handles = []
    for name in study.ordered(frame["network"]):
        colour, marker = style.network_style(name, study.networks)
        handles.append(style.entry(study.label(name), color=colour, marker=marker, linestyle="none"))
    for tuning, line in zip(tunings, style.LINES, strict=False):
        handles.append(style.entry(lifetime.TUNING_LABELS[tuning], color=style.GREY, linestyle=line))
    handles += style.paper_handles(marked)
    style.legend(figure, handles, columns=6)
    keys = ["network", "part", "label"]
    style.note(figure, style.repeats(frame, keys).replace("band", "band or bar") + style.chips(frame, keys))
    return figure


def findings(evidence: "Evidence") -> list[str]:
    """The paper's point."""
    from memristive_study.claims.quantities import lifetime as q
    from memristive_study.report import sentences

    quantity = q.accuracy_after("retention")
    return sentences.by_network(evidence, quantity, "accuracy after 10,000 s of drift", "%")


SECTION = Section(
    key="retention",
    title="Retention",
    figures=(
        Figure(
            "fig_retention",
            ("retention",),
            "Retention: accuracy after drift",
            "Left, accuracy after 10,000 s at a drift coefficient of 0.1, tuned before or after the drift; lines and "
            "stars, if any, are what the paper reports. Right, accuracy over time.",
            draw,
            parts=("paper", "time"),
        ),
    ),
    findings=findings,
)
