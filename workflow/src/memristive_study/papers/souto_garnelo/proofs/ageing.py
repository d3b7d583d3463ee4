"""Proof: after sudden ageing every weight is one of three values, so that neither cycles nor temperature take part."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.papers.souto_garnelo.proofs.frames import accuracies, trainings
from memristive_study.results.outputs import Conclusion, Figure, Proof, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence

NETWORKS = reported.NETWORKS[:2]
TUNINGS = ("before", "after")
EQUAL = 1e-6  # of the largest weight


def conclude(evidence: "Evidence") -> Conclusion | None:
    """The values that are left, from which weight on, what moves them, and how far trainings differ."""
    frame = evidence.frames.get("proof_three_values")
    if frame is None or not len(frame):
        return None
    transfer = frame[frame["kind"] == "transfer"]
    values = sorted(set(transfer["y"].round(6)))
    level = max(values)
    threshold = float(transfer.loc[transfer["y"].abs() > level / 2, "x"].abs().min())
    moved = float(frame.loc[frame["kind"].isin(["cycles", "temperature"]), "y"].max())
    ternary = len(values) == 3 and moved <= EQUAL
    heading = f"Ageing is {'' if ternary else 'not '}a reduction to three values, whatever the cycles and temperature"
    text = (
        f"With the tutorial's numbers a weight above {100 * threshold:.1f} % of a layer's largest becomes "
        f"{level:.3f} of the largest and every other one 0; {len(values)} values are left. Between 100 and a million "
        f"cycles and from 300 to 400 K no weight changes by more than {moved:.0g} of the largest."
    )
    rows = accuracies(frame.dropna(subset=["correct"]))
    for paper in NETWORKS:
        found = [
            float(of[of["kind"] == "before"]["accuracy"].iloc[0]) for _, of in trainings(evidence.study, rows, paper)
        ]
        if found:
            label = evidence.study.paper.labels[paper]
            after = [
                float(of[of["kind"] == "after"]["accuracy"].iloc[0]) for _, of in trainings(evidence.study, rows, paper)
            ]
            text += (
                f" {label} with three values: {_range(found)} %, with a fitted line {_range(after)} %; "
                f"the paper has {reported.ENDURANCE_ACCURACY[paper]:g} %."
            )
    return Conclusion(heading, text, ternary)


def _range(values: list[float]) -> str:
    low, high = (f"{value:.1f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """Left aged against mapped weights; right accuracies beside those of the crossbars. Needs both inputs."""
    from memristive_study.figures import style

    frame, endurance = frames["proof_three_values"], frames["endurance"]
    transfer = frame[frame["kind"] == "transfer"]
    transfer = transfer[transfer["network"] == transfer["network"].iloc[0]].drop_duplicates("x")
    figure, (left, right) = style.panels(2, height=2.7, width_ratios=(1, 1.5))
    left.plot(transfer["x"], transfer["x"], color=style.GREY, linestyle=style.LINES[2], linewidth=0.9)
    left.plot(transfer["x"], transfer["y"], color=style.BLACK, drawstyle="steps-mid")
    left.set(title="a weight", xlabel="mapped weight / largest", ylabel="aged weight / largest")
    rows, places = accuracies(frame.dropna(subset=["correct"])), {}
    for paper in NETWORKS:
        for _, mine in trainings(study, rows, paper):
            network = mine["network"].iloc[0]
            colour, marker = style.network_style(network, study.networks)
            for tuning in TUNINGS:
                x = places.setdefault((study.label(network), tuning), len(places))
                value = mine.loc[mine["kind"] == tuning, "accuracy"]
                right.plot([x - 0.15] * len(value), value, color=colour, marker=marker, markerfacecolor="none")
                _draw_crossbars(right, endurance, network, tuning, x + 0.15, colour)
        stated = reported.ENDURANCE_ACCURACY[paper]
        mine = [x for (label, _), x in places.items() if label == study.paper.labels[paper]]
        if mine:
            right.plot([min(mine) - 0.4, max(mine) + 0.4], [stated] * 2, color=style.BLACK, linewidth=0.7)
            right.plot([max(mine) + 0.4], [stated], **style.PAPER)
    right.set_xticks(list(places.values()), [f"{label}\ntuned {tuning}" for label, tuning in places], fontsize=6.5)
    right.grid(False, axis="x")
    style.accuracy_axis(right)
    right.set(title="a network", ylabel="accuracy (%)")
    grey = {"color": style.GREY, "linestyle": "none"}
    style.legend(
        figure,
        [
            style.entry("digital, three values", marker="o", markerfacecolor="none", **grey),
            style.entry("crossbars, 10,000 cycles at 350 K", marker="_", markeredgewidth=1.4, **grey),
            *style.paper_handles(True),
        ],
        columns=3,
    )
    style.note(figure, "dotted: unaged; a mark a training, a dash an evaluation on crossbars")
    return figure


def _draw_crossbars(panel: Any, endurance: "pd.DataFrame", network: str, tuning: str, x: float, colour: str) -> None:
    mine = endurance[(endurance["part"] == "paper") & (endurance["network"] == network)]
    values = mine.loc[mine["tuning"] == tuning, "accuracy"]
    panel.plot([x] * len(values), values, color=colour, marker="_", markeredgewidth=1.4, linestyle="none")


PROOF = Proof(
    Section(
        key="proof_ageing",
        title="Proof: ageing leaves three values",
        figures=(
            Figure(
                "fig_proof_ageing",
                ("proof_three_values", "endurance"),
                "Ageing as a reduction to three values",
                "Left, what becomes of a weight after 10,000 cycles in sudden mode. Right, accuracy of the digital "
                "networks with such weights (tuned after: times the factor of a fitted line) beside the networks on "
                "aged crossbars; stars: what the paper reports.",
                draw,
            ),
        ),
    ),
    conclude,
)
