"""Accuracy against the ADC's resolution and the tile shape (Figure 14), and with an ADC whose range is fixed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One panel a network: lost points, a colour a tile shape, a line a semantics. Needs `adc_tile`, `selections`."""
    from memristive_study.figures import style

    frame, selections = frames["adc_tile"], frames["selections"]
    frame = frame[frame["part"] == "paper"].dropna(subset=["adc_bits"])
    frame = frame.assign(tile_shape=frame["tile_shape"].fillna("none"))
    digital = dict(zip(selections["network"], 100 * selections["test_accuracy"], strict=True))
    names = [name for name in study.ordered(frame["network"]) if name in digital]
    if not names:
        return style.empty("No network in this experiment.")
    shapes, kinds = tile_shapes(frame), style.semantics_of(frame)
    looks = {
        shape: {"marker": marker, "color": colour}
        for shape, marker, colour in zip(shapes, style.MARKERS, style.shades(len(shapes)), strict=False)
    }
    figure, axes = style.panels(len(names), sharey=True, height=2.7)
    for panel, name in zip(axes, names, strict=True):
        mine = frame[frame["network"] == name]
        for semantics in kinds:
            how = style.semantics_style(semantics, style.GREY)
            for shape, look in looks.items():
                rows = mine[(mine["tile_shape"] == shape) & (mine["semantics"] == semantics)]
                if len(rows):
                    face = how["markerfacecolor"] if how["markerfacecolor"] == "none" else look["color"]
                    style.losses(panel, rows, "adc_bits", digital[name], **{**how, **look, "markerfacecolor": face})
        style.loss_axis(panel)
        panel.set_xticks(sorted(frame["adc_bits"].astype(int).unique()))
        panel.set(title=f"{study.label(name)}, digital {digital[name]:.2f} %", xlabel="ADC resolution (bits)")
    axes[0].set_ylabel("lost accuracy (points)")
    handles = [
        style.entry(f"tiles {shape.replace('x', style.TIMES)}", linestyle="none", **look)
        for shape, look in looks.items()
    ]
    style.legend(figure, [*handles, *(style.semantics_handles(kinds) if len(kinds) > 1 else [])], columns=3)
    words = style.repeats(frame, ["network", "label"])
    style.note(figure, f"{words}; {largest}" if (largest := _largest_difference(frame, study)) else words)
    return figure


def _largest_difference(frame: "pd.DataFrame", study: Study) -> str:
    """The largest difference between the semantics in mean accuracy, in words; empty where there is one."""
    means = frame.groupby(["network", "tile_shape", "adc_bits", "semantics"])["accuracy"].mean().unstack()
    if means.shape[1] < 2:
        return ""
    found = (means.max(axis=1) - means.min(axis=1)).groupby("network").max()
    return "semantics differ by at most " + ", ".join(
        f"{found[name]:.2f} points ({study.label(name)})" for name in study.ordered(found.index)
    )


def tile_shapes(frame: "pd.DataFrame") -> list[str]:
    """Tile shapes in `frame` by their number of devices; "none" (one array a layer) last."""
    shapes = frame["tile_shape"].fillna("none").unique()
    return sorted(shapes, key=lambda s: float("inf") if s == "none" else int(s.split("x")[0]) * int(s.split("x")[1]))


def draw_range(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One panel a network: lost points by resolution. Needs `adc_tile`, parts `paper` and `range`, `selections`."""
    from memristive_study.figures import style

    frame, selections = frames["adc_tile"].dropna(subset=["adc_bits"]), frames["selections"]
    fixed = frame[frame["part"] == "range"]
    digital = dict(zip(selections["network"], 100 * selections["test_accuracy"], strict=True))
    names = [name for name in study.ordered(fixed["network"]) if name in digital]
    if not names:
        return style.empty("This study has no ADC of a fixed range.")
    look_of_fixed = {
        "color": style.BLACK,
        "linestyle": style.LINES[2],
        "marker": "D",
        "markersize": 3.4,
        "linewidth": 1.4,
    }
    auto = frame[(frame["part"] == "paper") & frame["tile_shape"].isin(fixed["tile_shape"].unique())]
    figure, axes = style.panels(len(names), sharey=True)
    for panel, name in zip(axes, names, strict=True):
        colour, marker = style.network_style(name, study.networks)
        mine = auto[auto["network"] == name]
        for semantics in style.semantics_of(mine):
            look = {"marker": marker, **style.semantics_style(semantics, colour)}
            style.losses(panel, mine[mine["semantics"] == semantics], "adc_bits", digital[name], **look)
        style.losses(panel, fixed[fixed["network"] == name], "adc_bits", digital[name], **look_of_fixed)
        style.loss_axis(panel)
        panel.set_xticks(sorted({*fixed["adc_bits"].astype(int), *mine["adc_bits"].astype(int)}))
        panel.set(title=f"{study.label(name)}, digital {digital[name]:.2f} %", xlabel="ADC resolution (bits)")
    axes[0].set_ylabel("lost accuracy (points)")
    images = " or ".join(f"{n:,}" for n in sorted(fixed["calibration_images"].astype(int).unique()))
    handles = [
        style.entry(f"auto-ranging, {name}", marker="o", **style.semantics_style(name, style.GREY))
        for name in style.semantics_of(auto)
    ]
    handles.append(style.entry(f"fixed, on {images} training images", **look_of_fixed))
    style.legend(figure, handles, columns=3)
    style.note(figure, style.repeats(fixed, ["network", "label"]))
    return figure


def findings(evidence: "Evidence") -> list[str]:
    """The cost of few bits, the differences among tile shapes, the cost of a range that is fixed."""
    from memristive_study.claims.quantities import adc_tile as q
    from memristive_study.report import sentences

    few, tile = reported.BOTTLENECK_BELOW_BITS, "x".join(map(str, reported.TILE_SHAPE))
    what = f"least cost of fewer than {few} bits against the most"
    lines = sentences.by_network(evidence, q.smallest_loss_below(few, tile), what, "points")
    lines += sentences.by_network(
        evidence, q.change_over_tiles, "largest difference among tile shapes at one resolution", "points"
    )
    lines += sentences.between_semantics(evidence, "adc_tile")
    return lines + sentences.each(
        evidence,
        q.cost_of_fixed_range,
        lambda name, f: (
            f"{name}: with {f.choice}, a range fixed on training images costs {sentences.number(f.ours, 'points')} "
            "against one that each vector sets."
        ),
        "physical",
    )


SECTION = Section(
    key="adc_tile",
    title="ADC resolution and tile shape",
    figures=(
        Figure(
            "fig14_adc_tile",
            ("adc_tile", "selections"),
            "Loss against ADC resolution and tile shape",
            "Points that a network loses on crossbars against its digital accuracy, on a logarithmic axis that ends at "
            "one image of 10,000, against the resolution of the ADC; a colour a tile shape, a line a semantics. As "
            "MemTorch computes padding cells take part in the ADC's range.",
            draw,
            parts=("paper",),
        ),
        Figure(
            "fig_adc_range",
            ("adc_tile", "selections"),
            "An ADC of a fixed range beside the auto-ranging one",
            "Points lost against the digital accuracy by the resolution of the ADC. MemTorch's converter takes its "
            "range from the vector that it converts, which no converter can know; the other one has a range for each "
            "tile, fixed on training images.",
            draw_range,
            parts=("range",),
        ),
    ),
    findings=findings,
)
