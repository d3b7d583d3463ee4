"""Pieces of HTML for reports. Every text from outside goes through `html.escape`."""

import base64
import io
import re
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


# Places in a text where a line may break: after _, + and /, and between a point and a letter.
_JOINTS = re.compile(r"(?<=[_+/])(?=\w)|(?<=\.)(?=[A-Za-z])")
TABLE_FROM = 4  # sentences of a section
DENSE_FROM = 9  # columns of a table
NARROW = 32  # characters that fit beside each other on a telephone
PHONE = 3.8  # inches of a figure that fit there


class Html(str):
    """A piece of a page: a notebook shows it, and the report is made of it."""

    def _repr_html_(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("A piece of HTML.")  # else a notebook would hold all of it twice


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def title(text: str) -> str:
    """A heading, or the text of a cell, that breaks between words, those joined by other signs than blanks too."""
    return _JOINTS.sub("<wbr>", escape(text))


def points(lines: Iterable[str]) -> str:
    """A point a sentence; nothing where there is none. Many sentences are one table, by what they speak of."""
    lines = list(lines)
    if len(lines) >= TABLE_FROM and 2 * sum(": " in line for line in lines) > len(lines):
        return _findings(lines)
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="meaning">{items}</ul>' if items else ""


def _findings(lines: Iterable[str]) -> str:
    """A row for each subject ("MNIST: ..."), with all that is said of it; sentences without one come last."""
    found: dict[str, list[str]] = {}
    general: list[str] = []
    for line in lines:
        subject, colon, text = line.partition(": ")
        if colon:
            found.setdefault(subject, []).append(text)
        else:
            general.append(line)
    rows = [
        f'<tr><th scope="row">{escape(subject)}</th><td>{"<br>".join(map(escape, texts))}</td></tr>'
        for subject, texts in found.items()
    ]
    rows += [f'<tr><td colspan="2">{escape(text)}</td></tr>' for text in general]
    return f'<div class="scroll meaning"><table><tbody>{"".join(rows)}</tbody></table></div>'


def table(frame: pd.DataFrame, caption: str, headings: Mapping[str, str] = HEADINGS) -> str:
    """A table that scrolls inside itself where the page is too narrow."""
    frame = readable(frame)
    head = "".join(f'<th scope="col">{escape(headings.get(c, str(c).replace("_", " ")))}</th>' for c in frame.columns)
    lines = []
    for row in frame.itertuples(index=False):
        cells = "".join(
            f'<td class="number">{escape(text)}</td>' if _is_number(value) else f"<td>{title(text)}</td>"
            for value, text in ((value, cell(value)) for value in row)
        )
        lines.append(f"<tr>{cells}</tr>")
    wide = ["wide"] if _characters(frame) > NARROW else []
    kinds = " ".join(["scroll", *wide, *(["dense"] if len(frame.columns) >= DENSE_FROM else [])])
    return (
        f'<div class="{kinds}" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _characters(frame: pd.DataFrame) -> int:
    """Characters of the widest cell of each column together, words of texts being allowed to break."""
    widest = (
        max([*(len(word) for word in str(name).split("_")), *(min(len(cell(value)), 12) for value in frame[name])])
        for name in frame.columns
    )
    return sum(widest)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def image(png: bytes, title: str, alternative: str) -> str:
    """A PNG with its caption, wide as it was drawn, so that texts have one size in all figures of a page."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        inches = opened.width / opened.info.get("dpi", (200, 200))[0]
    kinds = "scroll wide" if inches > PHONE else "scroll"
    return (
        f'<figure><div class="{kinds}" tabindex="0"><img style="--inches: {inches:.2f}" '
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
