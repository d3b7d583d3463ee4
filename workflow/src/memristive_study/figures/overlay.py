"""Curves of two studies over each other, whatever their experiments sweep."""

from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results import readings, sweeps

MOST_LINES = 6


def draw(
    first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str], labels: Mapping[str, str]
) -> Iterator[tuple[str, Figure]]:
    """Title and figure of each part and network of an experiment in which something is swept.

    A panel a semantics; the field with the most values along the axis, a line for each combination of the others (some
    of them where there are many); solid the first study, dashed the second.

    Args:
        names: of the studies.
        labels: of networks, for readers.
    """
    both = pd.concat([first.assign(study=0), second.assign(study=1)], ignore_index=True)
    for (part, network), mine in both.groupby(["part", "network"], sort=False):
        if mine["study"].nunique() < 2:
            continue
        swept = max((sweeps.swept(rows) for _, rows in mine.groupby("study")), key=len)
        if swept:
            yield f"{labels.get(network, network)}, {part.replace('_', ' ')}", _figure(mine, swept, names)


def _figure(frame: pd.DataFrame, swept: list[str], names: tuple[str, str]) -> Figure:
    x, others = swept[0], swept[1:]
    values = sorted(frame[x].dropna().unique(), key=sweeps.order) + ([None] if frame[x].isna().any() else [])
    place = {sweeps.text(value): i for i, value in enumerate(values)}
    frame = frame.assign(
        place=frame[x].map(sweeps.text).map(place), line=[sweeps.where(row, others) for _, row in frame.iterrows()]
    )
    ordered = frame.sort_values(others, key=lambda column: column.map(sweeps.order)) if others else frame
    lines = list(dict.fromkeys(ordered["line"]))
    if len(lines) > MOST_LINES:
        lines = [lines[round(i * (len(lines) - 1) / (MOST_LINES - 1))] for i in range(MOST_LINES)]
    colours = dict(zip(lines, style.shades(len(lines)), strict=True))
    semantics = style.semantics_of(frame)
    figure, axes = style.panels(len(semantics), sharey=True, height=2.5)
    for panel, name in zip(axes, semantics, strict=True):
        for line, colour in colours.items():
            for study, look in enumerate(("-", style.LINES[1])):
                chosen = (frame["semantics"] == name) & (frame["line"] == line) & (frame["study"] == study)
                if chosen.any():
                    face = {"markerfacecolor": "none"} if study else {}
                    style.means(panel, frame[chosen], "place", color=colour, linestyle=look, marker="o", **face)
        panel.set_xticks(range(len(values)), [sweeps.text(value) or "none" for value in values])
        panel.tick_params(axis="x", rotation=45 if max(map(len, map(sweeps.text, values))) > 5 else 0)
        style.accuracy_axis(panel)
        panel.set(title=readings.LABELS[name], xlabel=sweeps.title(x))
    axes[0].set_ylabel("accuracy (%)")
    grey = {"color": style.GREY, "marker": "o"}
    handles = [
        style.entry(names[0], **grey),
        style.entry(names[1], linestyle=style.LINES[1], markerfacecolor="none", **grey),
        *(style.entry(line, color=colour) for line, colour in colours.items() if line),
    ]
    style.legend(figure, handles, columns=4)
    return figure
