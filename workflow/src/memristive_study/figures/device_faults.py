"""Figure 16: accuracy against the proportions of devices stuck at LRS and at HRS, in 3-D and as a heat map."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.papers.souto_garnelo import reported as paper
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a network and semantics. Needs `device_faults`."""
    frame = frames["device_faults"]
    rows = [
        (name, semantics)
        for name in style.order(frame["network"], study.networks)
        for semantics in style.semantics_of(frame[frame["network"] == name])
    ]
    if not rows:
        return style.empty("No network in this experiment.")
    figure = pyplot.figure(figsize=(style.DOUBLE, 2.75 * len(rows) + 0.2))
    grid = figure.add_gridspec(len(rows), 2, width_ratios=(1.1, 1))
    several = frame["semantics"].nunique() > 1
    for i, (name, semantics) in enumerate(rows):
        mine = frame[(frame["network"] == name) & (frame["semantics"] == semantics)]
        table = summary(mine, ["stuck_at_lrs", "stuck_at_hrs"]).pivot(
            index="stuck_at_hrs", columns="stuck_at_lrs", values="mean"
        )
        title = study.label(name) + (f", {semantics}" if several else "")
        _surface(figure.add_subplot(grid[i, 0], projection="3d"), table, title)
        reported = study.reported(paper.STUCK_AT_ACCURACY, name)
        _heat_map(figure.add_subplot(grid[i, 1]), table, title, reported or {})
    style.note(figure, style.repeats(frame, ["network", "label"]).replace(", band: 95 % interval", ", means drawn"))
    return figure


def _surface(axes: Any, table: pd.DataFrame, title: str) -> None:
    lrs, hrs = np.meshgrid(100 * table.columns.to_numpy(float), 100 * table.index.to_numpy(float))
    heights = table.to_numpy(float)
    if min(heights.shape) > 1 and not np.isnan(heights).all():
        axes.plot_surface(
            lrs, hrs, heights, cmap=style.CHANGE, vmin=0, vmax=100, edgecolor="#333333", linewidth=0.4, alpha=0.9,
            rstride=1, cstride=1,
        )  # fmt: skip
    axes.scatter(lrs, hrs, heights, color=style.BLACK, s=5, depthshade=False)
    axes.set_zlim(0, 100)
    axes.view_init(elev=25, azim=50)  # the origin, where the accuracy is highest, at the back
    axes.tick_params(pad=-1)
    axes.set_title(title, y=0.98)
    axes.set_xlabel("stuck at LRS (%)", labelpad=-2)
    axes.set_ylabel("stuck at HRS (%)", labelpad=-2)
    axes.set_zlabel("accuracy (%)", labelpad=-4)
    axes.set_box_aspect((1, 1, 0.75), zoom=0.98)


def _heat_map(axes: Axes, table: pd.DataFrame, title: str, paper: Mapping[tuple[float, float], float]) -> None:
    image = axes.imshow(table.to_numpy(float), origin="lower", cmap=style.CHANGE, vmin=0, vmax=100, aspect="auto")
    axes.grid(False)
    axes.set_xticks(range(len(table.columns)), [f"{100 * v:g}" for v in table.columns])
    axes.set_yticks(range(len(table.index)), [f"{100 * v:g}" for v in table.index])
    size = 7 if len(table.columns) <= 6 else 5.5
    for j, hrs in enumerate(table.index):
        for i, lrs in enumerate(table.columns):
            mean = table.loc[hrs, lrs]
            text = "-" if np.isnan(mean) else f"{mean:.1f}"
            reported = next((v for key, v in paper.items() if np.allclose(key, (lrs, hrs))), None)
            if reported is not None:
                text += f"\n({reported:.1f})"
            colour = style.BLACK if np.isnan(mean) or mean > 55 else "white"
            axes.text(i, j, text, ha="center", va="center", fontsize=size, color=colour, linespacing=0.95)
    axes.set(xlabel="stuck at LRS (%)", ylabel="stuck at HRS (%)")
    axes.set_title(title + (" (paper in brackets)" if paper else ""))
    axes.figure.colorbar(image, ax=axes, label="accuracy (%)", fraction=0.06, pad=0.03)
