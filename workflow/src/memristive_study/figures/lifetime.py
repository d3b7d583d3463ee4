"""What the figures of endurance and retention share: the paper's point, and a sweep beside it."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from memristive_study.figures import style
from memristive_study.results.statistics import summary
from memristive_study.results.study import Study

TUNINGS = ("none", "before", "after", "both")
TUNING_LABELS = {
    "none": "not tuned", "before": "tuned before", "after": "tuned after", "both": "tuned twice",
}  # fmt: skip


def paper_point(axes: Axes, frame: pd.DataFrame, study: Study, reported: Mapping[str, float]) -> bool:
    """Draw accuracy by network, tuning and semantics at the paper's setting; whether the paper has a value there."""
    names = style.order(frame["network"], study.networks)
    columns = [
        (tuning, semantics) for tuning in TUNINGS for semantics in style.semantics_of(frame[frame["tuning"] == tuning])
    ]
    marked = False
    place = {column: i for i, column in enumerate(columns)}
    for k, name in enumerate(names):
        colour, marker = style.network_style(name, study.networks)
        shift = (k - (len(names) - 1) / 2) * 0.18
        for row in summary(frame[frame["network"] == name], ["tuning", "semantics"]).itertuples():
            face = "white" if row.semantics == "memtorch" else colour
            error = [[row.mean - row.low], [row.high - row.mean]] if row.n > 1 else None
            axes.errorbar(
                [place[row.tuning, row.semantics] + shift], [row.mean], yerr=error, marker=marker, color=colour,
                markerfacecolor=face, markersize=5, linestyle="none", capsize=2, linewidth=0.9,
            )  # fmt: skip
        paper = study.reported(reported, name)
        marked |= paper is not None
        if paper is not None:
            axes.plot([len(columns) - 0.35], [paper], **style.PAPER)
            axes.axhline(paper, color=colour, linewidth=0.6, alpha=0.6)
    axes.set_xlim(-0.6, len(columns) - 0.1)
    axes.set_xticks(
        range(len(columns)), [f"{TUNING_LABELS[t]}\n{s}".replace(" ", "\n") for t, s in columns], fontsize=6.5
    )
    axes.grid(False, axis="x")
    style.accuracy_axis(axes)
    axes.set_ylabel("accuracy (%)")
    return marked
