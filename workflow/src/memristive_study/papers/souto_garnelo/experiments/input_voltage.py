"""Accuracy against the maximum input voltage (Figure 13, Table 4), and against the batch size at a low one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.results import readings
from memristive_study.results.outputs import Figure, Section, Table
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One panel a network: lost points on a logarithmic axis. Needs `input_voltage` and `selections` (digital)."""
    from memristive_study.figures import style

    frame, selections = frames["input_voltage"], frames["selections"]
    frame = frame[frame["part"] == "paper"].dropna(subset=["max_input_voltage"])
    digital = dict(zip(selections["network"], 100 * selections["test_accuracy"], strict=True))
    names = [name for name in study.ordered(frame["network"]) if name in digital]
    if not names:
        return style.empty("No network in this experiment.")
    figure, axes = style.panels(len(names), sharey=True)
    marked = False
    for panel, name in zip(axes, names, strict=True):
        mine = frame[frame["network"] == name]
        colour, marker = style.network_style(name, study.networks)
        for semantics in style.semantics_of(mine):
            look = {"marker": marker, **style.semantics_style(semantics, colour)}
            rows = mine[mine["semantics"] == semantics]
            style.losses(panel, rows, "max_input_voltage", digital[name], **look)
        highest = mine["max_input_voltage"].max()
        marked |= _draw_paper(panel, study, name, highest)
        style.loss_axis(panel)
        panel.set(title=f"{study.label(name)}, digital {digital[name]:.2f} %", xlabel="maximum input voltage (V)")
        panel.set_xlim(0.5, highest + 1.3)
        volts = sorted(mine["max_input_voltage"].unique())
        if len(volts) <= 10:
            panel.set_xticks(volts, [f"{v:g}" for v in volts])
    axes[0].set_ylabel("lost accuracy (points)")
    handles = style.semantics_handles(style.semantics_of(frame))
    style.legend(figure, [*handles, *style.paper_handles(marked, "paper (at the right: best of its range)")])
    style.note(figure, style.repeats(frame, ["network", "label"]))
    return figure


def _draw_paper(panel: "Axes", study: Study, name: str, highest: float) -> bool:
    """Mark what the paper's network loses; whether the paper reports anything."""
    from memristive_study.figures import style

    digital = study.reported(reported.DIGITAL_ACCURACY, name)
    at_1_v = study.reported(reported.ACCURACY_AT_1_V, name)
    best = study.reported(reported.MAX_INPUT_VOLTAGE_ACCURACY, name)
    if digital is not None and at_1_v is not None:
        panel.plot([1], [digital - at_1_v], zorder=5, **style.PAPER)
    if digital is not None and best is not None:
        panel.plot([highest + 0.8], [digital - best], zorder=5, **style.PAPER)
    return best is not None


def draw_batch_size(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One panel a network, each sample's own scale beside it. Needs `input_voltage` with the parts `paper` and `batch`.

    Under MemTorch's semantics the batch sizes of the part `batch`, and that of the other parts at the same voltage.
    """
    import pandas as pd

    from memristive_study.figures import style
    from memristive_study.results.statistics import summary

    frame = frames["input_voltage"]
    batch = frame[frame["part"] == "batch"]
    names = study.ordered(batch["network"])
    if not names:
        return style.empty("This study has one batch size.")
    volts = batch["max_input_voltage"].iloc[0]
    paper = frame[(frame["part"] == "paper") & (frame["max_input_voltage"] == volts)]
    kind = readings.published(batch["semantics"])
    published = pd.concat([batch[batch["semantics"] == kind], paper[paper["semantics"] == kind]])
    meant = paper[paper["semantics"] == "physical"]
    figure, axes = style.panels(len(names), sharey=True)
    for panel, name in zip(axes, names, strict=True):
        colour, marker = style.network_style(name, study.networks)
        for row in summary(meant[meant["network"] == name], ["semantics"]).itertuples():
            look = style.semantics_style("physical", colour)
            panel.axhline(row.mean, color=look["color"], linewidth=look["linewidth"])
            if row.n > 1:
                panel.axhspan(row.low, row.high, color=colour, alpha=0.18, linewidth=0)
        mine = published[published["network"] == name]
        style.means(panel, mine, "batch_size", marker=marker, **style.semantics_style(kind, colour))
        panel.set_xscale("log")
        sizes = sorted(mine["batch_size"].unique())
        panel.set_xticks(sizes, [f"{int(size)}" for size in sizes])
        panel.minorticks_off()
        style.accuracy_axis(panel)
        panel.set(title=f"{study.label(name)}, at {volts:g} V", xlabel="batch size (images)")
    axes[0].set_ylabel("accuracy (%)")
    style.legend(figure, style.semantics_handles(style.semantics_of(pd.concat([meant, published]))))
    style.note(figure, style.repeats(published, ["network", "part", "label"]))
    return figure


def table(frames: Mapping[str, Any], study: Study) -> "pd.DataFrame":
    """The best accuracy over the maximum input voltages beside the digital one."""
    import pandas as pd

    from memristive_study import tables
    from memristive_study.results.differences import at, best_voltage
    from memristive_study.results.statistics import accuracy_interval
    from memristive_study.results.training import digital_accuracies

    rows = []
    single = digital_accuracies(frames["selections"], frames["datasets"], study.networks)
    frame = frames["input_voltage"].dropna(subset=["max_input_voltage"])
    frame = frame[frame["part"] == "paper"]
    for name in study.ordered(frame["network"]):
        mine = frame[frame["network"] == name]
        for semantics, group in mine.groupby("semantics", sort=False):
            volts = best_voltage(group)
            found = accuracy_interval(at(group, max_input_voltage=volts)["accuracy"])
            ours = single.get(name)
            rows.append(
                {"network": study.label(name), "semantics": semantics, "max_input_voltage": volts}
                | tables.interval_columns(found)
                | {
                    "digital": ours.value if ours else None,
                    "loss": ours.value - found.value if ours else None,
                    "paper": study.reported(reported.MAX_INPUT_VOLTAGE_ACCURACY, name),
                    "paper_digital": study.reported(reported.DIGITAL_ACCURACY, name),
                }
            )
    return pd.DataFrame(rows)


def findings(evidence: "Evidence") -> list[str]:
    """Cost of the conversion, and of a low voltage."""
    from memristive_study.claims.quantities import input_voltage as q
    from memristive_study.report import sentences
    from memristive_study.report.sentences import number

    lines = sentences.each(
        evidence,
        q.conversion_loss,
        lambda name, f: (
            f"{name}: at its best voltage conversion costs {number(f.ours, 'points')}"
            + (f"; in the paper {f.paper:.2f}." if f.paper else ".")
        ),
        "physical",
    )
    lines += sentences.each(
        evidence,
        q.accuracy_at(1.0),
        lambda name, f: (
            f"{name}: at 1 V the accuracy is {number(f.ours)}" + (f"; paper {f.paper:g} %." if f.paper else ".")
        ),
        "physical",
    )
    lines += sentences.between_semantics(evidence, "input_voltage")
    lines += sentences.each(
        evidence,
        q.spread_over_batches,
        lambda name, f: f"{name}: among batch sizes the accuracy differs by {number(f.ours, 'points')} {f.note}.",
    )
    if lines:
        lines.append(
            "Inputs above the maximum are scaled down and nothing scales the result back, so that a low voltage "
            "changes the balance between a layer's products and its bias."
        )
        lines += disturbance(evidence)
    return lines


def disturbance(evidence: "Evidence") -> list[str]:
    """What a read at the study's voltage would do to its device, by the device's own state equation."""
    from memristive.devices import DEVICES
    from memristive.devices.vteam import VTEAM

    setting = evidence.study.setting
    device, volts = DEVICES.get(setting.device.name), setting.inputs.max_voltage
    if not isinstance(device, VTEAM) or volts is None or device.seconds_through(volts) == float("inf"):
        return []
    return [
        f"A read at {volts:g} V is no read for this device: {volts:g} V are {volts / device.v_off:.0f} times its "
        f"threshold, and by its state equation they would move the state of {evidence.label(setting.device.name)} "
        f"through its whole range in {1e9 * device.seconds_through(volts):.1f} ns. Here, as in MemTorch, reading "
        "leaves the state where it is."
    ]


SECTION = Section(
    key="input_voltage",
    title="Maximum input voltage",
    figures=(
        Figure(
            "fig13_max_input_voltage",
            ("input_voltage", "selections"),
            "Loss against the maximum input voltage",
            "Points that a network loses on crossbars against its digital accuracy, on a logarithmic axis that ends at "
            "one image of 10,000; stars, if any, are what the paper's networks lose against theirs.",
            draw,
            parts=("paper",),
        ),
        Figure(
            "fig_batch_size",
            ("input_voltage",),
            "Accuracy against the batch size of inference",
            "At a low maximum input voltage. As published, MemTorch scales the inputs of a linear layer by the largest "
            "of the whole batch, so that the accuracy depends on the batch size; as meant, each sample has its own "
            "scale.",
            draw_batch_size,
            parts=("batch",),
        ),
    ),
    tables=(
        Table(
            "table4_max_input_voltage",
            ("input_voltage", "selections", "datasets"),
            "Best accuracy over the maximum input voltages",
            table,
            parts=("paper",),
        ),
    ),
    findings=findings,
)
