"""Accuracy against device variability and the number of conductance states (Figure 15)."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.results import readings
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One row a network, one column a semantics, a line a sigma (ohm). Needs `variability`."""
    from matplotlib import pyplot

    from memristive_study.figures import style

    frame = frames["variability"]
    frame = frame[frame["part"] == "paper"]
    names, columns = study.ordered(frame["network"]), style.semantics_of(frame)
    if not names:
        return style.empty("No network in this experiment.")
    states = sorted(frame["conductance_states"].fillna(math.inf).unique())
    place = {value: i for i, value in enumerate(states)}
    frame = frame.assign(place=frame["conductance_states"].fillna(math.inf).map(place))
    sigmas = sorted(frame["sigma"].unique())
    colours = style.shades(len(sigmas))
    looks = {
        sigma: {"marker": style.MARKERS[i % 8], "linestyle": style.LINES[i % 6], "color": colours[i]}
        for i, sigma in enumerate(sigmas)
    }
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
            for sigma, look in looks.items():
                style.means(panel, mine[mine["sigma"] == sigma], "place", **look)
            style.accuracy_axis(panel)
            panel.set_title(f"{study.label(name)}, {readings.LABELS[semantics]}")
            panel.set_xticks(range(len(states)), ["∞" if math.isinf(s) else f"{s:g}" for s in states])
        row[0].set_ylabel("accuracy (%)")
    for panel in axes[-1]:
        panel.set_xlabel("conductance states")
    handles = [style.entry(rf"$\sigma$ = {sigma:g} $\Omega$", **look) for sigma, look in looks.items()]
    style.legend(figure, handles, columns=6)
    style.note(figure, style.repeats(frame, ["network", "label"]))
    return figure


def findings(evidence: "Evidence") -> list[str]:
    """States and sigma."""
    from memristive_study.claims.quantities import variability as q
    from memristive_study.report import sentences

    lines = sentences.by_network(evidence, q.loss_with_states(2), "cost of two conductance states at sigma 0", "points")
    sigma = next((f.note for f in sentences.find(q.loss_at_largest_sigma, evidence)), "")
    return lines + sentences.by_network(evidence, q.loss_at_largest_sigma, f"cost {sigma}".strip(), "points")


SECTION = Section(
    key="variability",
    title="Variability and conductance states",
    figures=(
        Figure(
            "fig15_variability",
            ("variability",),
            "Device variability and conductance states",
            "Accuracy against the number of conductance states (infinity: continuous), a line a standard deviation "
            "sigma of the device resistances. Left as meant, right as MemTorch computes it, where states change "
            "nothing.",
            draw,
            parts=("paper",),
        ),
    ),
    findings=findings,
)
