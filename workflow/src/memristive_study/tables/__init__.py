"""Tables, functions `(frames, study) -> DataFrame`, and what they share: writing as CSV and Markdown.

Columns named `low` and `high` are a 95 % interval, `n` what it counts, `over` of what kind (repeats, folds, images: see
`memristive_study.results.statistics`). An empty cell of `paper` means that the paper reports no value for this network.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.results import outputs, sources
from memristive_study.results.statistics import Interval
from memristive_study.results.study import Study
from memristive_study.tables.text import to_markdown

Frames = Mapping[str, Any]


def make(
    function: str,
    title: str,
    inputs: Mapping[str, sources.Value],
    study: Study,
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write a table as CSV and as Markdown, and its inputs' hashes beside them.

    Args:
        function: what makes it, "module:function" as in `outputs.Table.make`.
        inputs: paths by the names that `outputs` explains.
    """
    frame = outputs.resolve(function)(figures.read_all(inputs), study)
    write(frame, f"# {title}\n\n{to_markdown(frame)}", inputs, csv, markdown)


def write(
    frame: pd.DataFrame, text: str, inputs: Mapping[str, sources.Value], csv: str | Path, markdown: str | Path
) -> None:
    """Write a table as CSV, missing values as empty cells, its Markdown `text`, and its inputs' hashes beside them."""
    write_csv(csv, frame.astype(object).where(frame.notna(), None).to_dict("records"), list(frame.columns))
    write_text(markdown, text)
    sources.write(markdown, inputs)


def interval_columns(found: Interval) -> dict[str, Any]:
    """An interval as the columns ours, low, high, n and over."""
    return {"ours": found.value, "low": found.low, "high": found.high, "n": found.n, "over": found.kind}
