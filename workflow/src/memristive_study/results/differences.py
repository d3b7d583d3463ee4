"""Rows of a result file by their values, and differences in accuracy between them (percentage points).

Differences between settings are paired over the repeats, which share their draws, and over the images where the records
of single evaluations are at hand.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memristive_study.results.statistics import (
    LEVEL,
    POINTS,
    Interval,
    extreme,
    magnitude,
    mean_interval,
    paired_by_repeat,
    paired_difference,
    simultaneous_level,
)

Pair = tuple[pd.DataFrame, pd.DataFrame]  # rows of two settings


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


def difference(first: pd.DataFrame, second: pd.DataFrame, level: float = LEVEL) -> Interval:
    """Accuracy of the rows `first` minus that of `second`, one setting each.

    Its interval is over the repeats; over the images too where both have the column `bits`, which of the images were
    right in a row (base64).
    """
    over_repeats = mean_interval(paired_by_repeat(first, second)["difference"], limits=POINTS, level=level)
    bits = [bits_by_repeat(rows) for rows in (first, second)]
    if not all(bits):
        return over_repeats
    shared = sorted(bits[0].keys() & bits[1].keys())
    if 1 in (len(bits[0]), len(bits[1])):  # a setting without draws stands against each repeat of the other
        right = [list(found.values()) for found in bits]
    else:
        right = [[found[repeat] for repeat in shared] for found in bits]
    return replace(over_repeats, images=paired_difference(*right, level).images)


def bits_by_repeat(rows: pd.DataFrame) -> dict[int, np.ndarray]:
    """Correct or not, bool [images], by repeat; empty without records."""
    if "bits" not in rows or rows["bits"].isna().any():
        return {}
    from memristive.evaluation import unpack_bits

    return {row.repeat: unpack_bits(row.bits, row.images) for row in rows.itertuples()}


def smallest(pairs: Sequence[Pair]) -> Interval:
    """The least of the differences of several pairs of settings; its interval knows that it was selected."""
    level = simultaneous_level(len(pairs))
    return extreme([difference(*pair, level) for pair in pairs], min)


def spread(frame: pd.DataFrame, column: str, groups: Sequence[str] = ()) -> Interval:
    """Largest difference in accuracy between two values of `column`, within each combination of `groups`.

    Its interval is over the repeats and knows that the pair was selected among all pairs.
    """
    pairs = [
        pair
        for _, mine in (frame.groupby(list(groups), dropna=False) if groups else [((), frame)])
        for pair in itertools.combinations([rows for _, rows in mine.groupby(column, dropna=False)], 2)
    ]
    level = simultaneous_level(len(pairs))
    found = [mean_interval(paired_by_repeat(*pair)["difference"], limits=POINTS, level=level) for pair in pairs]
    return extreme([magnitude(each) for each in found], max)


def best_voltage(frame: pd.DataFrame) -> float:
    """The maximum input voltage (V) with the highest mean accuracy in `frame`, the lowest of equals."""
    return float(frame.groupby("max_input_voltage")["accuracy"].mean().idxmax())


def most_states(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with the most conductance states that `frame` has: continuous ones (an empty field), if there are any."""
    states = frame["conductance_states"]
    return frame[states.isna()] if states.isna().any() else frame[states == states.max()]
