"""Intervals for accuracies of chips, which are often skewed or fall into two groups, working and failed.

How often each holds the truth is measured on 2,000 synthetic studies a case (`coverage`; docs/chips.md has the table).
A t-interval of the mean does too rarely: 90 % on ten chips where one in five fails, 65 % where one in ten does. Hence
- the mean: bootstrap-t from `ENOUGH` chips on, at `NOMINAL` instead of 95 %, since skewness costs it up to 3 points;
  with fewer chips a bet, which holds whatever the distribution is and is wide. Where failures are so rare that the
  chips show none, the bootstrap cannot count them: one in fifty is missed by three of ten studies of 60 chips;
- the mean, assured: the bet for any number of chips, which counts such failures and is wider for that;
- the yield: Clopper and Pearson's exact interval, which counts them;
- one further chip: order statistics, which need 39 chips for 95 %; with fewer the interval says its own level.

Accuracies are proportions in this module, from 0 to 1.
"""

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from memristive.population import betting, bootstrap

LEVEL = 0.95
ENOUGH = 60  # chips from which on the bootstrap holds: fewer may miss all of a twentieth that fail
NOMINAL = 0.975  # of the bootstrap


@dataclasses.dataclass(frozen=True)
class Interval:
    """From `low` to `high`, which holds the truth in at least `level` of all studies, or nearly so."""

    low: float
    high: float
    level: float = LEVEL

    @property
    def half_width(self) -> float:
        """Half of the distance between its ends."""
        return (self.high - self.low) / 2


def mean_interval(values: ArrayLike, images: float = 0.0) -> Interval:
    """Interval of the mean of all chips, from independent ones.

    Args:
        values: accuracies of the chips [chips], from 0 to 1.
        images: standard error that the images add (see `image_error`); 0 for the mean on these very images.
    """
    values = _accuracies(values)
    low, high = (float(end[0]) for end in mean_ends(values[None]))
    mean, reach = float(values.mean()), 1.96 * images
    return Interval(max(0.0, mean - math.hypot(mean - low, reach)), min(1.0, mean + math.hypot(high - mean, reach)))


def mean_ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the intervals of many studies' means, float64 [studies] each, from accuracies [studies, chips]."""
    if values.shape[1] >= ENOUGH:
        low, high = bootstrap.ends(values, NOMINAL)
    else:
        low, high = betting.ends(values, LEVEL)
    return np.maximum(0.0, low), np.minimum(1.0, high)


def assured_interval(values: ArrayLike) -> Interval:
    """Interval of the mean of all chips that holds whatever their distribution is.

    Chips may fail too rarely to be among these: 60 chips that agree leave the mean open by some ten points downwards.

    Args:
        values: accuracies of the chips [chips], from 0 to 1.
    """
    low, high = betting.ends(_accuracies(values)[None], LEVEL)
    return Interval(max(0.0, float(low[0])), min(1.0, float(high[0])))


def image_error(by_chip: ArrayLike, by_image: ArrayLike) -> float:
    """Standard error of the mean accuracy that comes from the images: other images of their kind give another mean.

    The variance of a mean over chips and images, both drawn, is the sum of a part of the chips and a part of the
    images (two-way analysis of variance without replication; Gallas 2006, Academic Radiology 13, 353, for readers and
    cases). This is the second.

    Args:
        by_chip: proportion of the images that each chip decides rightly [chips].
        by_image: proportion of the chips that decide each image rightly [images].
    """
    by_chip, by_image = _accuracies(by_chip), _accuracies(by_image)
    chips, images = len(by_chip), len(by_image)
    if images < 2:
        return math.nan
    between = float(by_image.var(ddof=1))
    if chips < 2:
        return math.sqrt(between / images)
    # What neither the chip nor the image explains; a decision is 0 or 1, so that the sum of squares is their number.
    mean = float(by_image.mean())
    squares = chips * images * mean - images * (by_chip**2).sum() - chips * (by_image**2).sum()
    noise = float(squares + chips * images * mean**2) / ((chips - 1) * (images - 1))
    return math.sqrt(max(0.0, between - noise / chips) / images)


def yield_interval(passed: int, chips: int) -> Interval:
    """Proportion of all chips that pass, from `passed` of `chips`: Clopper and Pearson's, which is never too narrow."""
    from scipy.stats import binomtest

    found = binomtest(passed, chips).proportion_ci(LEVEL, method="exact")
    return Interval(float(found.low), float(found.high))


def prediction_interval(values: ArrayLike) -> Interval:
    """Where the accuracy of one further chip lies, on the same images, whatever the distribution is.

    Of n + 1 chips each rank is as likely as any other for the last one: the interval between the k-th smallest and the
    k-th largest holds it in at least (n + 1 - 2k) / (n + 1) of all cases. Its `level` is that, which is below 95 % for
    fewer than 39 chips.
    """
    low, high, level = prediction_ends(_accuracies(values)[None])
    return Interval(float(low[0]), float(high[0]), level)


def prediction_ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Ends of many studies' intervals for one further chip, float64 [studies] each, and their level.

    Args:
        values: accuracies [studies, chips].
    """
    n = values.shape[1]
    k = max(1, math.floor((1 - LEVEL) / 2 * (n + 1) + 1e-9))
    ordered = np.sort(values, 1)
    return ordered[:, k - 1], ordered[:, n - k], max(0.0, (n + 1 - 2 * k) / (n + 1))


def chips_needed(values: ArrayLike, half_width: float) -> int:
    """How many chips the interval of the mean needs to reach `half_width` to each side, judged by these."""
    values = _accuracies(values)
    reached = mean_interval(values).half_width
    return len(values) if reached <= half_width else math.ceil(len(values) * (reached / half_width) ** 2)


def _accuracies(values: ArrayLike) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("accuracies are proportions from 0 to 1, at least one")
    return values
