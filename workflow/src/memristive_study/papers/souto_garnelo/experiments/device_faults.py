"""Accuracy against the proportions of devices stuck at low and at high resistance (Figure 16, Table 6)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.results.outputs import Figure, Section, Table
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """One row a network and semantics: in 3-D as in the paper, and as a heat map. Needs `device_faults`."""
    from matplotlib import pyplot

    from memristive_study.figures import style
    from memristive_study.results.differences import of_part
    from memristive_study.results.statistics import summary

    frame = frames["device_faults"]
    frame = of_part(frame, "paper")
    rows = [
        (name, semantics)
        for name in study.ordered(frame["network"])
        for semantics in style.semantics_of(frame[frame["network"] == name])
    ]
    if not rows:
        return style.empty("No network in this experiment.")
    figure = pyplot.figure(figsize=(style.DOUBLE, 2.6 * len(rows) + 0.2))
    grid = figure.add_gridspec(len(rows), 2, width_ratios=(1, 2.4))
    several = frame["semantics"].nunique() > 1
    for i, (name, semantics) in enumerate(rows):
        mine = frame[(frame["network"] == name) & (frame["semantics"] == semantics)]
        found = summary(mine, ["stuck_at_lrs", "stuck_at_hrs"])
        found = found.assign(half=(found["high"] - found["low"]) / 2)
        means, halves = (
            found.pivot(index="stuck_at_hrs", columns="stuck_at_lrs", values=value) for value in ("mean", "half")
        )
        title = study.label(name) + (f", {semantics}" if several else "")
        _draw_surface(figure.add_subplot(grid[i, 0], projection="3d"), means)
        paper = study.reported(reported.STUCK_AT_ACCURACY, name) or {}
        _draw_heat_map(figure.add_subplot(grid[i, 1]), means, halves, title, paper)
    words = style.repeats(frame, ["network", "semantics", "stuck_at_lrs", "stuck_at_hrs"]).replace(
        ", band: 95 % interval", ": mean \u00b1 half of the 95 % interval"
    )
    style.note(figure, words)
    return figure


def _draw_surface(axes: Any, means: "pd.DataFrame") -> None:
    import numpy as np

    from memristive_study.figures import style

    lrs, hrs = np.meshgrid(100 * means.columns.to_numpy(float), 100 * means.index.to_numpy(float))
    heights = means.to_numpy(float)
    if min(heights.shape) > 1 and not np.isnan(heights).all():
        look = {"cmap": style.CHANGE, "vmin": 0, "vmax": 100, "edgecolor": "#333333", "linewidth": 0.4, "alpha": 0.9}
        axes.plot_surface(lrs, hrs, heights, rstride=1, cstride=1, **look)
    axes.scatter(lrs, hrs, heights, color=style.BLACK, s=2, depthshade=False)
    axes.set_zlim(0, 100)
    axes.view_init(elev=25, azim=50)  # the origin, where the accuracy is highest, at the back
    axes.tick_params(pad=-3)
    axes.tick_params(labelsize=5)
    axes.set_xlabel("LRS (%)", labelpad=-6, fontsize=6)
    axes.set_ylabel("HRS (%)", labelpad=-6, fontsize=6)
    axes.set_zlabel("accuracy (%)", labelpad=-8, fontsize=6)
    axes.set_box_aspect((1, 1, 0.75), zoom=0.98)


def _draw_heat_map(
    axes: "Axes",
    means: "pd.DataFrame",
    halves: "pd.DataFrame",
    title: str,
    paper: Mapping[tuple[float, float], float],
) -> None:
    import numpy as np

    from memristive_study.figures import style

    image = axes.imshow(means.to_numpy(float), origin="lower", cmap=style.CHANGE, vmin=0, vmax=100, aspect="auto")
    axes.grid(False)
    axes.set_xticks(range(len(means.columns)), [f"{100 * v:g}" for v in means.columns])
    axes.set_yticks(range(len(means.index)), [f"{100 * v:g}" for v in means.index])
    size = 7 if len(means.columns) <= 6 else 5.5
    for j, hrs in enumerate(means.index):
        for i, lrs in enumerate(means.columns):
            mean = means.loc[hrs, lrs]
            half = halves.loc[hrs, lrs]
            text = "-" if np.isnan(mean) else f"{mean:.1f}" + ("" if np.isnan(half) else f" \u00b1{half:.1f}")
            value = next((v for key, v in paper.items() if np.allclose(key, (lrs, hrs))), None)
            if value is not None:
                text += f"\n({value:.1f})"
            colour = style.BLACK if np.isnan(mean) or mean > 55 else "white"
            axes.text(i, j, text, ha="center", va="center", fontsize=size, color=colour, linespacing=0.95)
    axes.set(xlabel="stuck at LRS (%)", ylabel="stuck at HRS (%)")
    axes.set_title(title + (" (paper in brackets)" if paper else ""))
    axes.figure.colorbar(image, ax=axes, label="accuracy (%)", fraction=0.06, pad=0.03)


def table(frames: Mapping[str, Any], study: Study) -> "pd.DataFrame":
    """Accuracy by proportions of stuck devices, at those that the paper tabulates."""
    import numpy as np
    import pandas as pd

    from memristive_study import tables
    from memristive_study.results.differences import of_part
    from memristive_study.results.statistics import accuracy_interval

    frame = frames["device_faults"]
    frame = of_part(frame, "paper")
    rows = []
    tabulated = {key for values in reported.STUCK_AT_ACCURACY.values() for key in values}
    for name in study.ordered(frame["network"]):
        paper = study.reported(reported.STUCK_AT_ACCURACY, name) or {}
        mine = frame[frame["network"] == name]
        for (semantics, lrs, hrs), group in mine.groupby(["semantics", "stuck_at_lrs", "stuck_at_hrs"], sort=False):
            key = next((k for k in tabulated if np.allclose(k, (lrs, hrs))), None)
            if key is not None:
                rows.append(
                    {"network": study.label(name), "semantics": semantics, "stuck_at_lrs": lrs, "stuck_at_hrs": hrs}
                    | tables.interval_columns(accuracy_interval(group["accuracy"]))
                    | {"paper": paper.get(key)}
                )
    columns = ["network", "semantics", "stuck_at_lrs", "stuck_at_hrs", "ours", "low", "high", "n", "over", "paper"]
    return pd.DataFrame(rows, columns=columns)


def findings(evidence: "Evidence") -> list[str]:
    """LRS against HRS."""
    from memristive_study.claims.quantities import device_faults as q
    from memristive_study.report import sentences

    share = next((f.note.removeprefix("at ") for f in sentences.find(q.lrs_beyond_hrs, evidence)), "") or "5 %"
    what = f"further cost of {share} of the devices stuck at LRS instead of HRS"
    lines = sentences.between_semantics(evidence, "device_faults")
    return lines + sentences.by_network(evidence, q.lrs_beyond_hrs, what, "points")


SECTION = Section(
    key="device_faults",
    title="Device faults",
    figures=(
        Figure(
            "fig16_device_faults",
            ("device_faults",),
            "Devices stuck at a resistance state",
            "Accuracy by the proportions of devices stuck at their low (LRS) and at their high resistance (HRS): as a "
            "heat map with uncertainty, the paper's values, if any, in brackets, and small, in 3-D as in the paper. As "
            "MemTorch computes padding cells of the tiles count as devices.",
            draw,
            parts=("paper",),
        ),
    ),
    tables=(Table("table6_stuck_at_faults", ("device_faults",), "Accuracy with stuck-at faults", table, ("paper",)),),
    findings=findings,
)
