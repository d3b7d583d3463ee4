"""Uncertainty. Two kinds, never mixed.

Repeats: the same setting with other random draws; a mean with a t-interval. Images: one network on
a finite test set; a binomial interval (Wilson). A comparison of two settings is paired, over the
repeats that share their draws and over the images that both saw.

A t-interval of accuracies can reach beyond 0 or 100 %, where no mean accuracy can lie. It is cut
there: what is cut off never holds the true mean, so the interval covers it as often as before.

Of `population.intervals.ENOUGH` repeats and more the interval of a mean is the bootstrap's of that module, which keeps
its coverage where a t-interval does not, and by which a precision decides how many repeats there are.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special  # scipy.stats takes most of a second to import: only where it is needed

from memristive.population import intervals

LEVEL = 0.95
POINTS = (-100.0, 100.0)  # what a difference of accuracies can be


def fixed(value: float, decimals: int) -> str:
    """`value` with a number of decimals; one digit where that would hide it, and no sign before a zero."""
    if 1e-5 < abs(value) < 0.5 / 10**decimals:
        return f"{value:.1g}"
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; `low` and `high` are NaN where n is too small for one.

    `kind` says over what n counts: repeats, folds, images. `images` is, for a comparison of two
    settings, the same difference with its interval over the images.
    """

    value: float
    low: float
    high: float
    n: int
    kind: str = "repeats"
    images: "Interval | None" = None

    def taken_from(self, value: float) -> "Interval":
        """`value`, which is exact, less this one."""
        return replace(self, value=value - self.value, low=value - self.high, high=value - self.low, images=None)

    @property
    def known(self) -> bool:
        """True if there is an interval."""
        return not math.isnan(self.low)

    def text(self, decimals: int = 2) -> str:
        """``97.85 [97.60, 98.10], n = 5 repeats``; without an interval the value and n."""
        bounds = f" [{fixed(self.low, decimals)}, {fixed(self.high, decimals)}]" if self.known else ""
        kind = self.kind.removesuffix("s") if self.n == 1 else self.kind
        text = f"{fixed(self.value, decimals)}{bounds}, n = {self.n:,} {kind}"
        if self.images is not None:
            text += f", over images [{fixed(self.images.low, decimals)}, {fixed(self.images.high, decimals)}]"
        return text


def mean_interval(
    values: ArrayLike,
    kind: str = "repeats",
    limits: tuple[float, float] = (-math.inf, math.inf),
    level: float = LEVEL,
) -> Interval:
    """Mean of independent `values` [n] with its two-sided t-interval, cut at `limits` of what a value can be.

    Of many repeats that have limits it is the bootstrap's.
    """
    values = np.asarray(values, dtype=float)
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return single(mean, kind, n)
    if kind == "repeats" and n >= intervals.ENOUGH and level == LEVEL and np.isfinite(limits).all():
        least, most = limits
        found = intervals.mean_interval(np.clip((values - least) / (most - least), 0, 1))
        low, high = (least + (most - least) * end for end in (found.low, found.high))
        return Interval(mean, min(low, mean), max(high, mean), n, kind)  # but for rounding
    half = float(special.stdtrit(n - 1, (1 + level) / 2) * np.std(values, ddof=1) / math.sqrt(n))
    # Values that are all 100 have a mean of 100, but for rounding.
    low, high = min(limits[0], mean), max(limits[1], mean)
    return Interval(mean, max(mean - half, low), min(mean + half, high), n, kind)


def single(value: float, kind: str = "settings", n: int = 1) -> Interval:
    """A value that has no interval; `n` counts what it was taken from."""
    return Interval(value, math.nan, math.nan, n, kind)


def accuracy_interval(values: ArrayLike, kind: str = "repeats", images: int | None = None) -> Interval:
    """Mean of accuracies (%) with its interval, from 0 to 100.

    A single one that counts `images` test images has their binomial interval instead.
    """
    values = np.asarray(values, dtype=float)
    if len(values) == 1 and images:
        return binomial_interval(round(float(values[0]) * images / 100), images)
    return mean_interval(values, kind, (0.0, 100.0))


@dataclass(frozen=True)
class OneChip:
    """Where one further chip lies, from `low` to `high`, in at least `level` of all cases; what one number is held to.

    `level` is below 0.95 for fewer than 39 chips (`memristive.population.intervals.prediction_interval`).
    """

    low: float
    high: float
    level: float

    @classmethod
    def of(cls, accuracies: ArrayLike) -> "OneChip | None":
        """From the accuracies (%) of independent chips; None for a single one, or none that differ by their draws."""
        values = np.asarray(accuracies, dtype=float)
        if len(values) < 2:
            return None
        found = intervals.prediction_interval(np.clip(values / 100, 0, 1))
        return cls(100 * found.low, 100 * found.high, found.level)

    def scaled(self, factor: float, offset: float = 0.0) -> "OneChip":
        """`factor` times the chip's value, plus `offset`."""
        ends = sorted((factor * self.low + offset, factor * self.high + offset))
        return OneChip(*ends, self.level)

    def holds(self, value: float) -> bool | None:
        """Whether `value` (of two decimals) lies there; None where it does not, but the chips are too few to tell."""
        if self.low - 0.005 <= value <= self.high + 0.005:
            return True
        return False if self.level >= LEVEL - 1e-9 else None

    def text(self, decimals: int = 2) -> str:
        """``one further chip in 97 % of cases from 3.10 to 44.20``."""
        low, high = fixed(self.low, decimals), fixed(self.high, decimals)
        return f"one further chip in {100 * self.level:.0f} % of cases from {low} to {high}"


def binomial_interval(correct: int, images: int) -> Interval:
    """Accuracy in per cent of one network on `images` test images, with its 95 % Wilson interval."""
    from scipy import stats

    bounds = stats.binomtest(correct, images).proportion_ci(LEVEL, method="wilson")
    return Interval(100 * correct / images, 100 * bounds.low, 100 * bounds.high, images, "images")


def difference_by_repeat(first: pd.Series, second: pd.Series, level: float = LEVEL) -> Interval:
    """Mean of `first` less that of `second`, accuracies (%) of two settings by repeat, whose repeats share their draws.

    A setting without draws has one repeat, which stands against each of the other's. Where one setting has more
    repeats than the other, all of them count in its mean, with Welch's interval of independent ones: it is wider than
    need be where shared draws act alike, and made wider where they act against each other.

    Raises ValueError where a repeat stands there twice, as those of several settings would.
    """
    if first.index.has_duplicates or second.index.has_duplicates:
        raise ValueError("a difference is that of two settings, each repeat of which stands there once")
    if 1 in (len(first), len(second)):
        one, other = (values.to_numpy(float) for values in (first, second))
        return mean_interval(one - other, limits=POINTS, level=level)
    shared = first.index.intersection(second.index)
    a, b = first[shared].to_numpy(float), second[shared].to_numpy(float)
    if len(shared) == len(first) == len(second):
        return mean_interval(a - b, limits=POINTS, level=level)
    value, n = float(first.mean() - second.mean()), min(len(first), len(second))
    parts = [float(values.var()) / len(values) for values in (first, second)]
    shared_part = 2 * float(np.cov(a, b)[0, 1]) * len(shared) / (len(first) * len(second)) if len(shared) > 1 else 0.0
    variance = sum(parts) - min(shared_part, 0.0)
    if variance == 0:
        return Interval(value, value, value, n)
    freedom = sum(parts) ** 2 / sum(part**2 / (len(of) - 1) for part, of in zip(parts, (first, second), strict=True))
    half = float(special.stdtrit(freedom, (1 + level) / 2)) * math.sqrt(variance)
    return Interval(value, max(value - half, POINTS[0]), min(value + half, POINTS[1]), n)


def independent_difference(first: Interval, second: Interval) -> Interval:
    """Difference of two independent values from the interval of each (Zou and Donner 2008, Stat. Med. 27, 1693)."""
    value, n = first.value - second.value, min(first.n, second.n)
    if not (first.known and second.known):
        return single(value, first.kind, n)
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    return Interval(value, low, value + math.hypot(first.high - first.value, second.value - second.low), n, first.kind)


def simultaneous_level(count: int) -> float:
    """Level of each of `count` intervals that hold together in 95 % of all studies (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(count, 1)


def extreme(intervals: Sequence[Interval], pick: Callable[..., float]) -> Interval:
    """The least (`pick` is min) or the largest (max) of several values, its interval aware of the selection.

    The intervals must be simultaneous (`simultaneous_level`): where each holds its true value, the extreme of the true
    values lies between the extremes of the lower and of the upper ends. The interval of the extreme one alone would
    not hold it as often, because chance takes part in which one that is.
    """
    known = all(interval.known for interval in intervals)
    images = [interval.images for interval in intervals]
    return Interval(
        pick(interval.value for interval in intervals),
        pick(interval.low for interval in intervals) if known else math.nan,
        pick(interval.high for interval in intervals) if known else math.nan,
        min(interval.n for interval in intervals),
        intervals[0].kind,
        None if None in images else extreme(images, pick),
    )


def magnitude(interval: Interval) -> Interval:
    """|value| of a difference, with the interval that follows."""
    low, high = abs(interval.low), abs(interval.high)
    least = 0.0 if interval.low <= 0 <= interval.high else min(low, high)
    return replace(interval, value=abs(interval.value), low=least if interval.known else math.nan, high=max(low, high))


def deviation_interval(values: ArrayLike, kind: str = "repeats") -> Interval:
    """Standard deviation of independent normal `values` [n] with its 95 % interval, from chi squared."""
    values = np.asarray(values, dtype=float)
    n = len(values)
    if n < 2:
        return single(math.nan, kind, n)
    deviation = float(np.std(values, ddof=1))
    low, high = (float(special.chdtri(n - 1, (1 - side * LEVEL) / 2)) for side in (1, -1))
    return Interval(deviation, deviation * math.sqrt((n - 1) / low), deviation * math.sqrt((n - 1) / high), n, kind)


def deviation_ratio(first: ArrayLike, second: ArrayLike, kind: str = "repeats") -> Interval:
    """Standard deviation of `first` over that of `second`, independent normal values, with its 95 % F-interval.

    Infinite, without an interval, where `second` does not vary.
    """
    a, b = (np.asarray(values, dtype=float) for values in (first, second))
    n = min(len(a), len(b))
    if n < 2:
        return single(math.nan, kind, n)
    below = float(np.std(b, ddof=1))
    if below == 0:
        return single(math.inf, kind, n)
    ratio, freedom = float(np.std(a, ddof=1)) / below, (len(a) - 1, len(b) - 1)
    low, high = (float(special.fdtri(*freedom, (1 + side * LEVEL) / 2)) for side in (1, -1))
    return Interval(ratio, ratio / math.sqrt(low), ratio / math.sqrt(high), n, kind)


def unpaired_difference(first: ArrayLike, second: ArrayLike) -> Interval:
    """Mean of `first` less that of `second` (accuracies, %), of independent repeats: Welch's 95 % interval."""
    first, second = (np.asarray(values, dtype=float) for values in (first, second))
    value, n = float(first.mean() - second.mean()), min(len(first), len(second))
    if n < 2:
        return single(value, "repeats", n)
    if np.ptp(first) == 0 == np.ptp(second):  # scipy gives no interval where nothing varies
        return Interval(value, value, value, n)
    from scipy import stats

    bounds = stats.ttest_ind(first, second, equal_var=False).confidence_interval(LEVEL)
    return Interval(value, max(float(bounds.low), POINTS[0]), min(float(bounds.high), POINTS[1]), n)


def summary(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Mean accuracy (%) and its 95 % interval for each combination of `keys`: columns keys, mean, low, high, n."""
    rows = []
    for values, group in frame.groupby(list(keys), dropna=False, sort=True):
        found = accuracy_interval(group["accuracy"].to_numpy())
        ours = {"mean": found.value, "low": found.low, "high": found.high, "n": found.n}
        rows.append(dict(zip(keys, values, strict=True)) | ours)
    return pd.DataFrame(rows, columns=[*keys, "mean", "low", "high", "n"])


def paired_by_repeat(
    first: pd.DataFrame, second: pd.DataFrame, keys: Sequence[str] = (), column: str = "accuracy"
) -> pd.DataFrame:
    """`column` of `first` minus that of `second` for each repeat: columns keys, repeat, difference.

    A setting without draws has the repeat 0 alone and stands against each repeat of the other.
    """
    left, right = (frame[[*keys, "repeat", column]] for frame in (first, second))
    if left["repeat"].nunique() == 1 and right["repeat"].nunique() > 1:
        left = left.drop(columns="repeat")
    elif right["repeat"].nunique() == 1 and left["repeat"].nunique() > 1:
        right = right.drop(columns="repeat")
    on = [key for key in (*keys, "repeat") if key in left and key in right]
    how = {"on": on, "how": "inner"} if on else {"how": "cross"}
    both = left.merge(right, suffixes=("_first", "_second"), **how)
    both["difference"] = both[f"{column}_first"] - both[f"{column}_second"]
    return both[[*keys, "repeat", "difference"]]
