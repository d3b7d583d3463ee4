"""Proof: whether MNIST can be high at 1 V while CIFAR10 is at chance (claims 8 and 9)."""

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

MNIST, CIFAR10, _ = reported.NETWORKS
HIGH = 80.0  # per cent, of claim 9
CHANCE = 2 * reported.CHANCE[CIFAR10]  # per cent, of claim 8


def points(study: Study, frame: "pd.DataFrame") -> "list[tuple[str, str, float, float, float]]":
    """Recipe, mode, size of the activations, accuracy of MNIST and of CIFAR10 at 1 V."""
    found = []
    frame = frame[frame["point"] == "1 V"]
    for name, mnist in trainings(study, frame, MNIST):
        for other, cifar in trainings(study, frame, CIFAR10):
            if name.split(", ")[0] != other.split(", ")[0]:
                continue
            both = mnist.merge(cifar, on=["mode", "scale"], suffixes=("_mnist", "_cifar10"))
            found += [
                (name, row.mode, row.scale, row.accuracy_mnist, row.accuracy_cifar10) for row in both.itertuples()
            ]
    return found


def conclude(evidence: "Evidence") -> Conclusion | None:
    """Whether a recipe has both, and whether the same networks with activations of another size have."""
    frame = measured(evidence, "modes")
    found = [] if frame is None else points(evidence.study, frame)
    if not found:
        return None
    own = [point for point in found if point[2] == 1]
    both = [point for point in own if point[3] > HIGH and point[4] < CHANCE]
    larger = [point for point in found if point[2] != 1 and point[3] > HIGH and point[4] < CHANCE]
    recipes = list(dict.fromkeys(point[0] for point in own))
    as_trained = "; ".join(
        f"{name}: {mnist:.1f} and {cifar:.1f} %" for name, mode, _, mnist, cifar in own if mode == "evaluation"
    )
    missed = f"none of {len(recipes)} recipes has" if len(recipes) > 1 else "this recipe has not"
    text = (
        f"MNIST and CIFAR10 at 1 V, {as_trained}. The claims need more than {HIGH:g} and less than {CHANCE:g} %, which "
        f"{'a recipe has' if both else missed}."
    )
    if larger:
        _, _, scale, mnist, cifar = larger[0]
        text += (
            f" Networks that compute the same, with the activations between layers times {scale:g}, have {mnist:.1f} "
            f"and {cifar:.1f} %: what is left at 1 V is a matter of the size of activations, of which digital "
            "accuracies say nothing."
        )
    elif not both:
        text += " No common factor on the activations between layers gives both either."
    heading = "At 1 V: MNIST high and CIFAR10 at chance"
    if both:
        return Conclusion(f"{heading} go together", text, False)
    if larger:
        return Conclusion(f"{heading} depend on the size of activations", text, False)
    return Conclusion(f"{heading} exclude each other", text, True)


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """CIFAR10 against MNIST at 1 V, a line a recipe through sizes of the activations. Needs `proof_modes`."""
    from memristive_study.figures import style

    found = points(study, accuracies(frames["proof_modes"]))
    if not found:
        return style.empty("This study has not both networks.")
    figure, (panel,) = style.panels(1, height=3.0)
    names, modes = (list(dict.fromkeys(point[i] for point in found)) for i in (0, 1))
    colours = dict(zip(names, style.shades(len(names)), strict=True))
    panel.axvspan(HIGH, 100, ymax=CHANCE / 100, color=style.GREY, alpha=0.25, linewidth=0)
    for name in names:
        for mode in modes:
            mine = sorted((p for p in found if p[:2] == (name, mode)), key=lambda point: point[2])
            look = {"color": colours[name], "marker": style.MARKERS[modes.index(mode)], "markersize": 3.2}
            panel.plot([p[3] for p in mine], [p[4] for p in mine], linewidth=0.8, **look)
            own = [p for p in mine if p[2] == 1]
            panel.plot([p[3] for p in own], [p[4] for p in own], linestyle="none", **{**look, "markersize": 7})
            if mode == modes[0]:
                for p in mine:
                    panel.annotate(f"{p[2]:g}", p[3:], xytext=(4, 4), textcoords="offset points", fontsize=5.5)
    panel.set(xlabel="MNIST at 1 V (%)", ylabel="CIFAR10 at 1 V (%)", xlim=(0, 100), ylim=(0, 100))
    handles = [
        style.entry(mode, color=style.GREY, marker=style.MARKERS[i], linestyle="none") for i, mode in enumerate(modes)
    ]
    handles += [style.entry(name, color=colour, linewidth=3) for name, colour in colours.items()]
    style.legend(figure, handles, columns=2)
    style.note(figure, "large: as trained; numbers: factor on the activations; grey: where claims 8 and 9 hold")
    return figure


PROOF = Proof(
    Section(
        key="proof_high_and_low",
        title="Proof: claim 8 against claim 9",
        figures=(
            Figure(
                "fig_proof_high_and_low",
                ("proof_modes",),
                "MNIST and CIFAR10 at 1 V",
                "Each point is a pair of networks of one recipe. A line leads through networks that compute the same, "
                "with the activations between their layers multiplied by a factor.",
                draw,
            ),
        ),
    ),
    conclude,
)
