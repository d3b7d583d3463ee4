"""Proof: CIFAR10's accuracies at 1 V and after endurance do not come from one network in one mode."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.papers.souto_garnelo.proofs.frames import accuracies, measured, trainings
from memristive_study.results.outputs import Conclusion, Figure, Proof, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence

CIFAR10 = reported.NETWORKS[1]
STATED = reported.ACCURACY_AT_1_V[CIFAR10], reported.ENDURANCE_ACCURACY[CIFAR10]
TOLERANCE = 5.0  # points, of an accuracy of which the paper has one draw


def pairs(study: Study, frame: "pd.DataFrame") -> list[tuple[str, str, float, float]]:
    """Training, mode, accuracy at 1 V and after endurance: for each size of the activations and either tuning."""
    found = []
    for name, mine in trainings(study, frame, CIFAR10):
        for mode, rows in mine.groupby("mode", sort=False):
            aged = rows[rows["point"].str.startswith("endurance")]["accuracy"]
            for low in rows[rows["point"] == "1 V"]["accuracy"]:
                found += [(name, str(mode), float(low), float(value)) for value in aged]
    return found


def conclude(evidence: "Evidence") -> Conclusion | None:
    """Whether any pair is near both of the paper's numbers."""
    frame = measured(evidence, "modes")
    found = [] if frame is None else pairs(evidence.study, frame)
    if not found:
        return None
    near = [(low, aged) for _, _, low, aged in found if _off(low, aged) <= TOLERANCE]
    _, mode, low, aged = min(found, key=lambda pair: _off(*pair[2:]))
    best = max(found, key=lambda pair: pair[3])
    return Conclusion(
        f"CIFAR10: {STATED[0]:g} % at 1 V and {STATED[1]:g} % after endurance "
        f"{'do not exclude' if near else 'exclude'} each other",
        f"Of {len(found)} pairs (trainings, tuned before or after, batch norm and dropout as in inference or in "
        f"training, activations of several sizes) {len(near) or 'none'} lie within {TOLERANCE:g} points of both. The "
        f"nearest, with {mode}, has {low:.1f} % and {aged:.1f} %; the most after endurance is {best[3]:.1f} %, with "
        f"{best[1]}, which leaves {best[2]:.1f} % at 1 V.",
        not near,
    )


def _off(low: float, aged: float) -> float:
    return max(abs(low - STATED[0]), abs(aged - STATED[1]))


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """Accuracy after endurance against that at 1 V, a marker a mode, a colour a training. Needs `proof_modes`."""
    from matplotlib.patches import Rectangle

    from memristive_study.figures import style

    found = pairs(study, accuracies(frames["proof_modes"]))
    if not found:
        return style.empty("No CIFAR10 network in this study.")
    figure, (panel,) = style.panels(1, height=3.0)
    names, modes = (list(dict.fromkeys(pair[i] for pair in found)) for i in (0, 1))
    colours = dict(zip(names, style.shades(len(names)), strict=True))
    for name, mode, low, aged in found:
        marker = style.MARKERS[modes.index(mode)]
        panel.plot([low], [aged], color=colours[name], marker=marker, linestyle="none", alpha=0.8)
    x, y = (value - TOLERANCE for value in STATED)
    panel.add_patch(Rectangle((x, y), 2 * TOLERANCE, 2 * TOLERANCE, fill=False, edgecolor=style.BLACK, linewidth=0.8))
    panel.plot([STATED[0]], [STATED[1]], **style.PAPER)
    panel.set(xlabel="accuracy at 1 V (%)", ylabel="accuracy after endurance (%)", xlim=(0, 100), ylim=(0, 60))
    handles = [
        style.entry(mode, color=style.GREY, marker=style.MARKERS[i], linestyle="none") for i, mode in enumerate(modes)
    ]
    handles += [style.entry(name, color=colour, linewidth=3) for name, colour in colours.items()]
    style.legend(figure, [*handles, *style.paper_handles(True, f"paper, {TOLERANCE:g} points around it")], columns=2)
    style.note(figure, "a point a training, a tuning and a size of the activations")
    return figure


PROOF = Proof(
    Section(
        key="proof_two_numbers",
        title="Proof: 1 V against endurance",
        figures=(
            Figure(
                "fig_proof_two_numbers",
                ("proof_modes",),
                "CIFAR10 at 1 V and after endurance",
                "Each point is one network on crossbars: its accuracy at a maximum input voltage of 1 V and after "
                "10,000 cycles, with batch norm and dropout as in inference or as in training. The star is the "
                "paper's pair.",
                draw,
            ),
        ),
    ),
    conclude,
)
