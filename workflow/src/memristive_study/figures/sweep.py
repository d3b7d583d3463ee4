"""The figure of any experiment: accuracy against the fields that it sweeps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results import outputs, sweeps
from memristive_study.results.study import Study

MOST_LINES = 8  # of one panel


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """A row a part, a panel a network: the field with the most values along the axis, a line for each of the others.

    Parts that the paper's own figures of this experiment show are left out. Needs the experiment's table alone.
    """
    ((experiment, frame),) = frames.items()
    frame = frame[~frame["part"].isin(outputs.shown_parts(experiment, study.paper))]
    parts, names = list(frame["part"].unique()), study.ordered(frame["network"])
    if not parts:
        return style.empty("No network in this experiment.")
    figure, axes = pyplot.subplots(
        len(parts),
        len(names),
        figsize=(style.DOUBLE if len(names) > 1 else style.SINGLE + 0.9, 2.3 * len(parts) + 0.4),
        squeeze=False,
        sharey=True,
    )
    notes = []
    for row, part in zip(axes, parts, strict=True):
        mine = frame[frame["part"] == part]
        notes += _draw_part(row, mine, names, study)
        if len(parts) > 1:
            for panel in row:
                panel.set_title(f"{panel.get_title()}, {part.replace('_', ' ')}")
        row[0].set_ylabel("accuracy (%)")
    semantics = style.semantics_of(frame)
    if len(semantics) > 1:
        style.legend(figure, style.semantics_handles(semantics))
    style.note(
        figure, "; ".join([style.repeats(frame, ["network", "part", "label"]).replace("band", "band or bar"), *notes])
    )
    return figure


def _draw_part(panels: np.ndarray, frame: pd.DataFrame, names: list[str], study: Study) -> list[str]:
    """Draw one part, a panel a network; what is left out, in words."""
    fields = sweeps.swept(frame)
    x, others = fields[:1], fields[1:]
    values = sorted(frame[x[0]].unique(), key=sweeps.order) if x else [None]
    many = bool(frame.groupby(["network", "label"]).size().max() > style.MOST_DRAWN)
    places, scale = _places(values) if not many else ([float(i) for i in range(len(values))], "linear")
    place = {sweeps.text(value): at for value, at in zip(values, places, strict=True)}
    frame = frame.assign(
        place=[place[sweeps.text(value)] for value in frame[x[0]]] if x else 0.0,
        line=[sweeps.where(row, others) for _, row in frame.iterrows()],
    )
    ordered = frame.sort_values(others, key=lambda column: column.map(sweeps.order)) if others else frame
    lines = list(dict.fromkeys(ordered["line"]))
    shown = lines
    if len(lines) > MOST_LINES:
        shown = [lines[round(i * (len(lines) - 1) / (MOST_LINES - 1))] for i in range(MOST_LINES)]
    ordered_values = not many and all(sweeps.is_ordered(value) for value in values)
    for panel, name in zip(panels, names, strict=True):
        mine = frame[frame["network"] == name]
        own = style.network_style(name, study.networks) if not others else None
        _draw_lines(panel, mine, shown, own, ordered_values, many)
        marked = many and _draw_paper(panel, mine, name, study)
        if not ordered_values:
            panel.set_xlim(-0.5, len(values) - 0.5)
        style.accuracy_axis(panel)
        panel.set_xscale(scale)
        panel.set_xticks(places, [sweeps.text(value) or "none" for value in values] if x else ["one setting"])
        panel.minorticks_off()
        panel.tick_params(axis="x", rotation=45 if sum(len(sweeps.text(value)) for value in values) > 24 else 0)
        panel.set(title=study.label(name), xlabel=sweeps.title(x[0]) if x else "")
    if others:
        panels[0].legend(loc="best", fontsize=6)
    notes = [f"{len(shown)} of {len(lines)} lines drawn"] if len(shown) < len(lines) else []
    if many:
        notes.append("small points: chips; lines across: 5, 50 and 95 % of them")
    return [*notes, "stars: the paper's"] if marked else notes


def _draw_paper(panel: Axes, frame: pd.DataFrame, name: str, study: Study) -> bool:
    """Draw what the paper states for settings of a part, beside our chips; whether it states anything."""
    marked = False
    for _, row in frame.drop_duplicates("label").iterrows():
        stated = study.stated(row["experiment"], name, row)
        if stated is not None:
            panel.plot([row["place"] + 0.36], [stated], **style.PAPER)
            marked = True
    return marked


def _draw_lines(
    panel: Axes, frame: pd.DataFrame, lines: list[str], own: tuple[str, str] | None, connected: bool, many: bool
) -> None:
    """Draw each line under each semantics, or its points side by side where the values have no order.

    `own` are a network's colour and marker where there is one line only. Where there are many chips of a setting
    each is drawn, beside their mean.
    """
    colours = style.shades(len(lines))
    drawn = [(line, semantics) for line in lines for semantics in style.semantics_of(frame)]
    for number, (line, semantics) in enumerate(drawn):
        chosen = frame[(frame["line"] == line) & (frame["semantics"] == semantics)]
        if not len(chosen):
            continue
        i = lines.index(line)
        colour, marker = own or (colours[i], style.MARKERS[i % len(style.MARKERS)])
        look = {"marker": marker, **style.semantics_style(semantics, colour)}
        label = line if semantics == style.semantics_of(frame)[0] else None
        if connected:
            style.means(panel, chosen, "place", label=label, **look)
        else:
            aside = 0.6 * (number - (len(drawn) - 1) / 2) / len(drawn)
            style.points(panel, chosen.assign(place=chosen["place"] + aside), "place", label=label, **look)
            for place, rows in chosen.groupby("place") if many else ():
                style.draws(panel, rows, place + aside + 0.25 / len(drawn), look["color"], width=0.25 / len(drawn))


def _places(values: list[Any]) -> tuple[list[float], str]:
    """Where values stand on an axis, and its scale: by their size where all are numbers, else side by side."""
    numbers = [value for value in values if isinstance(value, int | float | np.number) and not pd.isna(value)]
    if len(numbers) < len(values) or not numbers:
        return [float(i) for i in range(len(values))], "linear"
    spread_out = min(numbers) > 0 and max(numbers) >= 100 * min(numbers)
    return [float(number) for number in numbers], "log" if spread_out else "linear"
