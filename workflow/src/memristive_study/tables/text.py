"""Tables as text for readers: numbers with the decimals that matter, intervals in one column, Markdown."""

import math
from typing import Any

import numpy as np
import pandas as pd


def cell(value: Any) -> str:
    """One value as text: two decimals (three digits where it is small), nothing for a missing one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        if value != 0 and abs(value) < 0.01:
            return f"{value:.3g}"
        return f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its interval in one column, and columns of whole numbers without decimals, as objects.

    Columns of a paper's values are left out where it states none.
    """
    frame = merge_interval(frame)
    frame = frame.drop(columns=[name for name in frame if _is_papers(name) and frame[name].isna().all()])
    for name in frame.select_dtypes("float"):
        if (frame[name].dropna() % 1 == 0).all():
            frame = frame.assign(**{name: frame[name].astype("Int64")})
    return frame.astype(object)


def _is_papers(column: str) -> bool:
    return column == "paper" or column.startswith("paper_")


def merge_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with low and high as one column `interval`, for readers."""
    if not {"low", "high"} <= set(frame.columns):
        return frame
    interval = [
        "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    place = list(frame.columns).index("low")
    merged = frame.drop(columns=["low", "high"])
    merged.insert(place, "interval (95 %)", interval)
    return merged


def to_markdown(frame: pd.DataFrame) -> str:
    """A Markdown table; pipes and angle brackets in texts are escaped."""
    frame = readable(frame)

    def escaped(text: str) -> str:
        for sign, safe in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), (">", "&gt;"), ("\n", " ")):
            text = text.replace(sign, safe)
        return text

    lines = [list(map(str, frame.columns)), ["---"] * len(frame.columns)]
    lines += [[escaped(cell(value)) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
