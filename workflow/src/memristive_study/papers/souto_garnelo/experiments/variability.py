"""Accuracy against device variability and the number of conductance states (Figure 15)."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.results import readings
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence

ALIKE = 0.5  # points: where MemTorch's states do nothing, rounding can still move a few images


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One row a network and semantics, a column a sigma (ohm), a colour a number of states. Needs `variability`.

    Where no number of states changes any evaluation, they are drawn once.
    """
    from matplotlib import pyplot

    from memristive_study.figures import style
    from memristive_study.results.differences import of_part
    from memristive_study.results.statistics import summary

    frame = frames["variability"]
    frame = of_part(frame, "paper")
    frame = frame.assign(states=frame["conductance_states"].fillna(math.inf))
    rows = [
        (name, semantics)
        for name in study.ordered(frame["network"])
        for semantics in style.semantics_of(frame[frame["network"] == name])
    ]
    if not rows:
        return style.empty("No network in this experiment.")
    states, sigmas = (sorted(frame[column].unique()) for column in ("states", "sigma"))
    colours = dict(zip(states, style.shades(len(states)), strict=True))
    figure, axes = pyplot.subplots(
        len(rows), 1, figsize=(style.DOUBLE, 1.35 * len(rows) + 0.7), squeeze=False, sharex=True, sharey=True
    )
    for panel, (name, semantics) in zip(axes.ravel(), rows, strict=True):
        mine = frame[(frame["network"] == name) & (frame["semantics"] == semantics)]
        most = change_by_states(mine)
        alike = mine["states"].nunique() > 1 and most <= ALIKE
        shown = [math.inf if math.inf in set(mine["states"]) else states[-1]] if alike else states
        for i, count in enumerate(shown):
            aside = 0.0 if alike else 0.8 * (i - (len(shown) - 1) / 2) / len(shown)
            colour = style.BLACK if alike else colours[count]
            for place, sigma in enumerate(sigmas):
                found = mine[(mine["states"] == count) & (mine["sigma"] == sigma)]
                style.draws(panel, found, place + aside, colour, width=0.06)
                for row in summary(found, ["sigma"]).itertuples() if len(found) else ():
                    marker = "D" if alike else style.MARKERS[i % 8]
                    panel.plot([place + aside], [row.mean], color=colour, marker=marker, markersize=3.6)
        style.accuracy_axis(panel)
        word = ", every number of states alike" if alike else ""
        word += f" to {most:.2f} points" if alike and most > 0 else ""
        panel.set_title(f"{study.label(name)}, {readings.LABELS[semantics]}{word}")
        panel.set_ylabel("accuracy (%)")
        panel.grid(False, axis="x")
    axes[-1, 0].set_xticks(range(len(sigmas)), [f"{sigma:g}" for sigma in sigmas])
    axes[-1, 0].set_xlabel(r"standard deviation $\sigma$ of the resistances ($\Omega$)")
    handles = [
        style.entry(
            "continuous" if math.isinf(count) else f"{count:g} states",
            color=colours[count],
            marker=style.MARKERS[i % 8],
            linestyle="none",
        )
        for i, count in enumerate(states)
    ]
    style.legend(figure, handles, columns=7)
    words = style.repeats(frame, ["network", "semantics", "states", "sigma"]).split(",")[0]
    style.note(figure, f"{words}: small points, their means: large ones; lines across: 5, 50 and 95 % of many chips")
    return figure


def change_by_states(frame: "pd.DataFrame") -> float:
    """By how many points the number of conductance states moves any one evaluation at most."""
    accuracy = frame.groupby(["sigma", "repeat"])["accuracy"]
    return float((accuracy.max() - accuracy.min()).max())


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
            "Accuracy against the standard deviation sigma of the device resistances, a colour a number of conductance "
            "states; small points are evaluations, large ones their means. Where states change nothing (no evaluation "
            "by more than half a point), as in MemTorch, they are drawn once.",
            draw,
            parts=("paper",),
        ),
    ),
    findings=findings,
)
