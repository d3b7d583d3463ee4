"""Shared by the experiments of endurance and retention: the paper's point as panel and table, names of tunings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import reported
from memristive_study.results import readings
from memristive_study.results.outputs import Table
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TUNINGS = ("none", "before", "after", "both")
TUNING_LABELS = {
    "none": "not tuned",
    "before": "tuned before",
    "after": "tuned after",
    "both": "tuned twice",
}


def draw_paper_point(axes: "Axes", frame: "pd.DataFrame", study: Study, values: Mapping[str, float]) -> bool:
    """Draw accuracy by network, tuning and semantics at the paper's setting; whether the paper has a value there.

    Args:
        values: the paper's accuracies, by its networks.
    """
    from memristive_study.figures import style
    from memristive_study.results.statistics import summary

    names = study.ordered(frame["network"])
    columns = [
        (tuning, semantics) for tuning in TUNINGS for semantics in style.semantics_of(frame[frame["tuning"] == tuning])
    ]
    marked = False
    place = {column: i for i, column in enumerate(columns)}
    for k, name in enumerate(names):
        colour, marker = style.network_style(name, study.networks)
        look = {"marker": marker, "color": colour, "markersize": 5, "linestyle": "none", "capsize": 2, "linewidth": 0.9}
        shift = (k - (len(names) - 1) / 2) * 0.18
        for row in summary(frame[frame["network"] == name], ["tuning", "semantics"]).itertuples():
            face = "white" if row.semantics in readings.MEMTORCH else colour
            error = [[row.mean - row.low], [row.high - row.mean]] if row.n > 1 else None
            x = place[row.tuning, row.semantics] + shift
            mine = frame[(frame["network"] == name) & (frame["tuning"] == row.tuning)]
            style.draws(axes, mine[mine["semantics"] == row.semantics], x + 0.09, colour, width=0.09)
            axes.errorbar([x], [row.mean], yerr=error, markerfacecolor=face, **look)
        paper = study.reported(values, name)
        marked |= paper is not None
        if paper is not None:
            axes.plot([len(columns) - 0.35], [paper], **style.PAPER)
            axes.axhline(paper, color=colour, linewidth=0.6, alpha=0.6)
    axes.set_xlim(-0.6, len(columns) - 0.1)
    texts = [f"{TUNING_LABELS[tuning]}\n{semantics}".replace(" ", "\n") for tuning, semantics in columns]
    close = len(columns) > 4
    if close:
        texts = [text.replace("_", "_\n") for text in texts]
    axes.set_xticks(range(len(columns)), texts, fontsize=5 if close else 6.5)
    axes.grid(False, axis="x")
    style.accuracy_axis(axes)
    axes.set_ylabel("accuracy (%)")
    return marked


def table(frames: Mapping[str, Any], study: Study) -> "pd.DataFrame":
    """Accuracy at the paper's point of both experiments, for each semantics and choice of tuning."""
    import pandas as pd

    from memristive_study import tables
    from memristive_study.results.statistics import accuracy_interval

    rows = []
    for experiment, values in (
        ("endurance", reported.ENDURANCE_ACCURACY),
        ("retention", reported.RETENTION_ACCURACY),
    ):
        frame = frames[experiment]
        frame = frame[frame["part"] == "paper"]
        for name in study.ordered(frame["network"]):
            mine = frame[frame["network"] == name]
            for (semantics, tuning), group in mine.groupby(["semantics", "tuning"], sort=False):
                rows.append(
                    {"experiment": experiment, "network": study.label(name), "semantics": semantics, "tuning": tuning}
                    | tables.interval_columns(accuracy_interval(group["accuracy"]))
                    | {"paper": study.reported(values, name)}
                )
    return pd.DataFrame(rows)


TABLE = Table(
    "table3_endurance_retention",
    ("endurance", "retention"),
    "Accuracy after endurance and retention",
    table,
    parts=("paper",),
)
