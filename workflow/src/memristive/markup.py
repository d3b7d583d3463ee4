"""Pieces of HTML for reports. Every text from outside goes through `html.escape`."""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

import pandas as pd

from memristive.tables import cell, merge_interval

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


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def table(frame: pd.DataFrame, caption: str, headings: Mapping[str, str] = HEADINGS) -> str:
    """A table that scrolls inside itself where the page is too narrow."""
    frame = merge_interval(frame)
    head = "".join(f'<th scope="col">{escape(headings.get(c, str(c).replace("_", " ")))}</th>' for c in frame.columns)
    lines = []
    for row in frame.astype(object).itertuples(index=False):
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


def figure(path: Path, title: str, alternative: str) -> str:
    """An embedded PNG with its caption."""
    return image(base64.b64encode(path.read_bytes()).decode(), title, alternative)


def image(data: str, title: str, alternative: str) -> str:
    """A PNG, as base64, with its caption."""
    return (
        f'<figure><div class="scroll" tabindex="0"><img src="data:image/png;base64,{data}" '
        f'alt="{escape(f"{title}. {alternative}")}"></div>'
        f"<figcaption><strong>{escape(title)}.</strong> {escape(alternative)}</figcaption></figure>"
    )


def details(summary: str, content: str) -> str:
    """Something that a reader opens."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def listing(items: Iterable[tuple[str, str]]) -> str:
    """Names and texts below one another."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in items)}</dl>"
