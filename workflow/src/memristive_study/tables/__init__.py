"""The tables, one module each with `build(frames, study) -> DataFrame`, and what they share: writing and Markdown.

Columns named `low` and `high` are a 95 % interval, `n` what it counts, `over` of what kind (repeats, folds, images: see
`memristive_study.results.statistics`). An empty cell of `paper` means that the paper reports no value for this network.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.results import outputs, sources
from memristive_study.results.statistics import Interval
from memristive_study.results.study import Study
from memristive_study.tables.text import to_markdown

Frames = Mapping[str, Any]


def make(name: str, inputs: Mapping[str, sources.Value], study: Study, csv: str | Path, markdown: str | Path) -> None:
    """Write the table `name` of `outputs.TABLES` as CSV and as Markdown, and its inputs' hashes beside them."""
    if name not in outputs.TABLES:
        raise InputError(f"table {name!r}: expected one of {', '.join(outputs.TABLES)}")
    output = outputs.TABLES[name]
    module = importlib.import_module(f"memristive_study.tables.{output.module}")
    frame = module.build(figures.read_all(inputs), study)
    write(frame, f"# {output.title}\n\n{to_markdown(frame)}", inputs, csv, markdown)


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


def ordered(names: Iterable[str], study: Study) -> Sequence[str]:
    """`names` once each, in the study's order, unknown ones last by name."""
    known = list(study.networks)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))
