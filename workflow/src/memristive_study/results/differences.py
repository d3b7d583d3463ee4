"""Rows of a result file by their values, and differences in accuracy between them (percentage points).

Differences between settings are paired over the repeats, which share their draws, and over the images where the records
of single evaluations are at hand.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memristive_study.results.statistics import POINTS, Interval, mean_interval, paired_by_repeat, paired_difference


def at(frame: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """Rows with these values; None and NaN find empty cells, numbers are compared to rounding."""
    for column, value in values.items():
        if value is None or value != value:
            frame = frame[frame[column].isna()]
        elif isinstance(value, float | int) and not isinstance(value, bool):
            frame = frame[np.isclose(frame[column].astype(float), value)]
        else:
            frame = frame[frame[column] == value]
    return frame


def difference(first: pd.DataFrame, second: pd.DataFrame) -> Interval:
    """Accuracy of the rows `first` minus that of `second`, one setting each.

    Its interval is over the repeats; over the images too where both have the column `bits`, which of the images were
    right in a row (base64).
    """
    over_repeats = mean_interval(paired_by_repeat(first, second)["difference"], limits=POINTS)
    bits = [bits_by_repeat(rows) for rows in (first, second)]
    if not all(bits):
        return over_repeats
    shared = sorted(bits[0].keys() & bits[1].keys())
    if 1 in (len(bits[0]), len(bits[1])):  # a setting without draws stands against each repeat of the other
        right = [list(found.values()) for found in bits]
    else:
        right = [[found[repeat] for repeat in shared] for found in bits]
    return replace(over_repeats, images=paired_difference(*right).images)


def bits_by_repeat(rows: pd.DataFrame) -> dict[int, np.ndarray]:
    """Correct or not, bool [images], by repeat; empty without records."""
    if "bits" not in rows or rows["bits"].isna().any():
        return {}
    from memristive.evaluation import unpack_bits

    return {row.repeat: unpack_bits(row.bits, row.images) for row in rows.itertuples()}


def spread(frame: pd.DataFrame, column: str) -> Interval:
    """Largest minus smallest accuracy over the values of `column`, in each repeat; its mean over the repeats."""
    table = frame.pivot_table(index="repeat", columns=column, values="accuracy", dropna=False)
    table = table.dropna()  # repeats that every setting has
    return mean_interval(table.max(axis=1) - table.min(axis=1), limits=(0.0, 100.0))


def best_voltage(frame: pd.DataFrame) -> float:
    """The maximum input voltage (V) with the highest mean accuracy in `frame`, the lowest of equals."""
    return float(frame.groupby("max_input_voltage")["accuracy"].mean().idxmax())


def most_states(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with the most conductance states that `frame` has: continuous ones (an empty field), if there are any."""
    states = frame["conductance_states"]
    return frame[states.isna()] if states.isna().any() else frame[states == states.max()]
