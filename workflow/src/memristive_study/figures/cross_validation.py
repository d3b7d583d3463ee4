"""Cross-validation: errors over the epochs of each fold, on a logarithmic axis that shows a tenth of a per cent."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from memristive_study.figures import style
from memristive_study.results.study import Study

LEAST = 0.01  # per cent of errors, the end of the axis: none
SPLITS = {"train_accuracy": ("training", style.LINES[1]), "validation_accuracy": ("validation", "-")}


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One panel a network: thin lines are folds, thick ones their mean. Needs `folds`."""
    frame = frames["folds"]
    names = study.ordered(frame["network"]) if len(frame) else []
    if not names:
        return style.empty("No cross-validation in this study.")
    figure, axes = style.panels(len(names), sharey=True)
    marked = False
    for panel, name in zip(axes, names, strict=True):
        mine = frame[frame["network"] == name]
        colour, _ = style.network_style(name, study.networks)
        dots = {"marker": "o", "markersize": 3} if mine["epoch"].max() == 1 else {}
        for column, (_, line) in SPLITS.items():
            for _, fold in mine.groupby("fold"):
                look = {"color": colour, "linestyle": line, "linewidth": 0.5, "alpha": 0.55}
                panel.plot(fold["epoch"], _errors(fold[column]), **look)
            mean = mine.groupby("epoch")[column].mean()
            panel.plot(mean.index, _errors(mean), color=colour, linestyle=line, linewidth=1.6, **dots)
        epochs = int(mine["epoch"].max())
        paper = study.reported(study.paper.fold_accuracy, name)
        marked |= paper is not None
        if paper is not None:
            panel.plot([epochs], [100 - paper], zorder=5, clip_on=False, **style.PAPER)
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.set(title=study.label(name), xlabel="epoch")
    axes[0].set_ylabel("errors (%)")
    style.legend(
        figure,
        [
            *(Line2D([], [], color=style.GREY, linestyle=line, label=text) for text, line in SPLITS.values()),
            *style.paper_handles(marked, f"paper: test images after {study.paper.epochs} epochs"),
        ],
    )
    folds = frame.groupby("network")["fold"].nunique()
    style.note(figure, f"{folds.max()} folds (thin) and their mean (thick)")
    return figure


def _errors(accuracies: pd.Series) -> pd.Series:
    """Errors in per cent from accuracies of 0 to 1; none lies at the end of the axis."""
    return (100 - 100 * accuracies).clip(lower=LEAST)
