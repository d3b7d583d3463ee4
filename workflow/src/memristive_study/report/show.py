"""Pieces that the cells of a report's notebook show: sentences, a figure that was drawn, a table of the study."""

import io
from collections.abc import Iterable
from html import escape

import pandas as pd
from matplotlib import pyplot
from matplotlib.figure import Figure as Drawn

from memristive_study import figures
from memristive_study.figures import style
from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import origin
from memristive_study.results import sources
from memristive_study.results.folder import Folder
from memristive_study.results.outputs import Figure, Table

FOLDED = ("networks", "device_parameters")  # long tables that a reader opens


def sentences(lines: Iterable[str]) -> Html:
    """A point for each sentence."""
    return Html(markup.points(lines))


def figure(folder: Folder, registered: Figure, drawn: Drawn | None = None) -> Html:
    """A figure with its caption and where it came from; as the study saved it where none was drawn."""
    path = folder.figure(registered.name)
    png = path.read_bytes() if drawn is None else _png(drawn)
    shown = markup.image(png, registered.title, registered.caption)
    return Html(shown + origin(folder, "figure", path, figures.stamp(path)))


def table(folder: Folder, registered: Table) -> Html:
    """A table of the study with where it came from."""
    path = folder.table(registered.name)
    shown = markup.table(pd.read_csv(path, dtype={"tile_shape": str}), registered.title)
    if registered.name in FOLDED:
        shown = markup.details("Show the table", shown)
    return Html(f"<h3>{escape(registered.title)}</h3>{shown}" + origin(folder, "table", path, sources.read(path)))


def _png(drawn: Drawn) -> bytes:
    """A figure as the study saves it; it is closed, so that a notebook shows it once."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, dpi=style.DPI, format="png", metadata={"Software": None})
    pyplot.close(drawn)
    return buffer.getvalue()
