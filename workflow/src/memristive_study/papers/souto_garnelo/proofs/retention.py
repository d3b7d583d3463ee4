"""Proof: no drift gives both of the paper's accuracies after retention."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.papers.souto_garnelo.proofs.frames import accuracies, measured, trainings
from memristive_study.results.outputs import Conclusion, Figure, Proof, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence

MNIST, CIFAR10, _ = reported.NETWORKS
TOLERANCE = 2.0  # points, as of claim 29
FLOOR = 0.05  # points, where the axis of losses ends


def losses(network: str) -> tuple[float, float]:
    """What retention costs the paper's network (points): against its Table 4 and its Table 2 (b)."""
    after = reported.RETENTION_ACCURACY[network]
    return reported.MAX_INPUT_VOLTAGE_ACCURACY[network] - after, reported.DIGITAL_ACCURACY[network] - after


def lost(rows: "pd.DataFrame") -> "pd.Series":
    """Lost points by scale, from the largest scale, which is 1, down."""
    found = rows.set_index("scale")["accuracy"].sort_index(ascending=False)
    return found.iloc[0] - found


def scales_that_cost(curve: "pd.Series", points: float) -> float | None:
    """The largest scale at which a network has lost `points`, interpolated; None where no scale costs as much."""
    previous = None
    for scale, loss in curve.items():
        if loss >= points:
            if previous is None or loss == previous[1]:
                return float(scale)
            share = (points - previous[1]) / (loss - previous[1])
            return float(previous[0] + share * (scale - previous[0]))
        previous = scale, loss
    return None


def loss_at(curve: "pd.Series", scale: float) -> float:
    """Lost points at a scale, interpolated."""
    import numpy as np

    ordered = curve.sort_index()
    return float(np.interp(scale, ordered.index.to_numpy(float), ordered.to_numpy(float)))


def conclude(evidence: "Evidence") -> Conclusion | None:
    """Whether the drift that costs MNIST what the paper says costs CIFAR10 what it says, for every training."""
    frame = measured(evidence, "scaling")
    if frame is None:
        return None
    study, cases = evidence.study, []
    for name, mnist in trainings(study, frame, MNIST):
        ends = [scales_that_cost(lost(mnist), points) for points in losses(MNIST)]
        if None not in ends:
            for other, cifar in trainings(study, frame, CIFAR10):
                if other.split(", ")[0] == name.split(", ")[0]:
                    cases.append((sorted(ends), sorted(loss_at(lost(cifar), scale) for scale in ends)))
    if not cases:
        return None
    scales, costs = ([value for case in cases for value in case[i]] for i in (0, 1))
    excluded = min(costs) > max(losses(CIFAR10)) + TOLERANCE
    numbers = " and ".join(f"{reported.RETENTION_ACCURACY[name]:g}" for name in (MNIST, CIFAR10))
    return Conclusion(
        f"Retention: {numbers} % {'exclude' if excluded else 'do not exclude'} each other",
        "Drift multiplies the products of all layers by one factor d. Tuned after it nothing is lost. Tuned before "
        f"it, the d that costs MNIST what the paper reports, {_range(losses(MNIST))} points, is {_range(scales)}, and "
        f"there CIFAR10 loses {_range(costs)} points; the paper has {_range(losses(CIFAR10))}.",
        excluded,
    )


def _range(values: Sequence[float]) -> str:
    low, high = (f"{value:.2f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """Lost points against d, a line a training; points: the crossbars' own retention. Needs both inputs."""
    from memristive_study.figures import style

    frame, retention = accuracies(frames["proof_scaling"]), frames["retention"]
    figure, (panel,) = style.panels(1, height=2.9)
    handles, ends = [], []
    for paper in (MNIST, CIFAR10):
        for i, (name, rows) in enumerate(trainings(study, frame, paper)):
            network = rows["network"].iloc[0]
            colour, marker = style.network_style(network, study.networks)
            curve = lost(rows).clip(lower=FLOOR)
            look = {"color": colour, "linestyle": style.LINES[i % len(style.LINES)]}
            panel.plot(curve.index, curve, **look)
            handles.append(style.entry(f"{study.label(network)}, {name}", **look))
            if paper == MNIST:
                ends += [scales_that_cost(lost(rows), points) for points in losses(MNIST)]
            if i == 0:
                _draw_crossbars(panel, retention, network, float(rows["accuracy"].iloc[-1]), colour, marker)
                low, high = losses(paper)
                panel.axhspan(max(low, FLOOR), high, color=colour, alpha=0.25, linewidth=0)
    found = [end for end in ends if end is not None]
    if found:
        panel.axvspan(min(found), max(found), color=style.GREY, alpha=0.2, linewidth=0)
    panel.set_yscale("log")
    panel.set_ylim(FLOOR, 100)
    panel.set(xlabel=r"factor $d = (t/t_0)^{-\nu}$ on all weights", ylabel="lost accuracy (points)")
    handles.append(style.entry("crossbars, tuned before", color=style.GREY, marker="o", linestyle="none"))
    style.legend(figure, handles, columns=2)
    style.note(figure, "bands: what the paper's networks lose, and the d at which MNIST loses that")
    return figure


def _draw_crossbars(
    panel: Any, retention: "pd.DataFrame", network: str, digital: float, colour: str, marker: str
) -> None:
    mine = retention[(retention["network"] == network) & (retention["tuning"] == "before")]
    mine = mine[mine["semantics"] == mine["semantics"].iloc[0]] if len(mine) else mine
    d = (mine["retention_time"] / mine["initial_time"]) ** -mine["drift_coefficient"]
    means = (digital - mine["accuracy"].groupby(d).mean()).clip(lower=FLOOR)
    panel.plot(means.index, means, color=colour, marker=marker, linestyle="none")


PROOF = Proof(
    Section(
        key="proof_retention",
        title="Proof: retention is one factor on all weights",
        figures=(
            Figure(
                "fig_proof_retention",
                ("proof_scaling", "retention"),
                "Retention as scaling",
                "Lines: what the digital networks lose when all of their weights are multiplied by d. Points: what the "
                "same networks on crossbars lose by drift, tuned before it. Horizontal bands: what the paper's "
                "networks lose. Vertical band: the d at which MNIST loses that.",
                draw,
            ),
        ),
    ),
    conclude,
)
