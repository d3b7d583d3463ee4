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

from memristive.core.setting import SHORT_NAMES
from memristive_study.results.statistics import (
    LEVEL,
    POINTS,
    Interval,
    difference_by_repeat,
    extreme,
    magnitude,
    mean_interval,
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


_SETTING = (*SHORT_NAMES, "layers")


def settings_of(frame: pd.DataFrame) -> pd.Series:
    """A number a row, the same for the same setting."""
    columns = frame[[name for name in _SETTING if name in frame]].astype(str)
    return pd.util.hash_pandas_object(columns, index=False)


def of_part(frame: pd.DataFrame, part: str | None) -> pd.DataFrame:
    """Rows of a part of an experiment, or of all parts (None), each repeat of a setting once.

    Further repeats of a part's settings that another part evaluated count as its own, for all parts share their draws,
    also of a network that was evaluated at a setting in the other part alone.
    """
    if frame["part"].nunique() == 1:
        return frame if part in (None, frame["part"].iloc[0]) else frame.iloc[:0]
    frame = frame.assign(setting=settings_of(frame))
    mine = frame["part"] == part if part is not None else frame["part"].notna()
    found = pd.concat([frame[mine], frame[~mine & frame["setting"].isin(frame["setting"][mine])]])
    keys = [name for name in ("network", "setting", "repeat") if name in found]
    found = found.drop_duplicates(keys).drop(columns="setting")
    return found.assign(part=part) if part is not None else found


def difference(first: pd.DataFrame, second: pd.DataFrame, level: float = LEVEL) -> Interval:
    """Accuracy of the rows `first` minus that of `second`, one setting each.

    Its interval is over the repeats; over the images too where both have the column `bits`, which of the images were
    right in a row (base64).
    """
    over_repeats = _over_repeats(first, second, level)
    bits = [bits_by_repeat(rows) for rows in (first, second)]
    if not all(bits):
        return over_repeats
    means = [100 * np.mean(list(found.values()), axis=0) for found in bits]
    return replace(over_repeats, images=mean_interval(means[0] - means[1], "images", POINTS, level))


def _over_repeats(first: pd.DataFrame, second: pd.DataFrame, level: float) -> Interval:
    """Difference of two settings over the repeats alone."""
    return difference_by_repeat(*(rows.set_index("repeat")["accuracy"] for rows in (first, second)), level)


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
    found = [_over_repeats(*pair, level) for pair in pairs]
    return extreme([magnitude(each) for each in found], max)


def best_voltage(frame: pd.DataFrame) -> float:
    """The maximum input voltage (V) with the highest mean accuracy in `frame`, the lowest of equals."""
    return float(frame.groupby("max_input_voltage")["accuracy"].mean().idxmax())


def most_states(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with the most conductance states that `frame` has: continuous ones (an empty field), if there are any."""
    states = frame["conductance_states"]
    return frame[states.isna()] if states.isna().any() else frame[states == states.max()]
