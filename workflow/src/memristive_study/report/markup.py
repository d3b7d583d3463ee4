"""Pieces of HTML for reports. Every text from outside goes through `html.escape`."""

import base64
import io
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from memristive_study.tables.text import cell, readable

HEADINGS = {  # columns of the result files, for readers
    "ours": "ours (%)",
    "paper": "paper (%)",
    "digital": "digital (%)",
    "paper_digital": "paper, digital (%)",
    "loss": "loss (points)",
    "max_input_voltage": "max. input voltage (V)",
    "timed_images": "images timed",
    "paper_seconds": "paper (s)",
    "stuck_at_lrs": "stuck at LRS",
    "stuck_at_hrs": "stuck at HRS",
}


class Html(str):
    """A piece of a page: a notebook shows it, and the report is made of it."""

    def _repr_html_(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("A piece of HTML.")  # else a notebook would hold all of it twice


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def points(lines: Iterable[str]) -> str:
    """A point a sentence; nothing where there is none."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="meaning">{items}</ul>' if items else ""


def table(frame: pd.DataFrame, caption: str, headings: Mapping[str, str] = HEADINGS) -> str:
    """A table that scrolls inside itself where the page is too narrow."""
    frame = readable(frame)
    head = "".join(f'<th scope="col">{escape(headings.get(c, str(c).replace("_", " ")))}</th>' for c in frame.columns)
    lines = []
    for row in frame.itertuples(index=False):
        cells = "".join(
            f'<td class="number">{escape(text)}</td>' if _is_number(value) else f"<td>{escape(text)}</td>"
            for value, text in ((value, cell(value)) for value in row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def image(png: bytes, title: str, alternative: str) -> str:
    """A PNG with its caption, wide as it was drawn, so that texts have one size in all figures of a page."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        inches = opened.width / opened.info.get("dpi", (200, 200))[0]
    return (
        f'<figure><div class="scroll" tabindex="0"><img style="--inches: {inches:.2f}" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}" '
        f'alt="{escape(f"{title}. {alternative}")}"></div>'
        f"<figcaption><strong>{escape(title)}.</strong> {escape(alternative)}</figcaption></figure>"
    )


def details(summary: str, content: str) -> str:
    """A part that is folded until a reader opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def listing(items: Iterable[tuple[str, str]]) -> str:
    """Names and texts below one another."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in items)}</dl>"
