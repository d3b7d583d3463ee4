"""The bootstrap-t interval of a mean, for many studies of the same number of chips at once.

Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 12.5.
"""

import functools
from collections.abc import Iterator

import numpy as np

RESAMPLES = 1999
DRAWN_AT_ONCE = 2_000_000  # chips of all resamples together, which bounds the memory
STUDIES_AT_ONCE = 16  # their resamples stay in the processor's cache
ALL_ALIKE = 1e-12  # of the chips' variance: a resample below it holds one value only, and has no t


def ends(values: np.ndarray, nominal: float) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each study's interval, float64 [studies]; chips that are all alike have an interval of one point.

    A study's interval depends neither on the studies beside it nor on the processor: sums are taken chip by chip.

    Args:
        values: accuracies of the chips [studies, chips].
        nominal: level of the interval, below 1.
    """
    parts = range(0, len(values), STUDIES_AT_ONCE)
    found = [_ends(values[start : start + STUDIES_AT_ONCE], nominal) for start in parts]
    low, high = (np.concatenate(side) for side in zip(*found, strict=True))
    return low, high


def _ends(values: np.ndarray, nominal: float) -> tuple[np.ndarray, np.ndarray]:
    n, means = values.shape[1], values.mean(1)
    centred = values - means[:, None]
    errors = np.sqrt((centred * centred).sum(1) / (n - 1) / n)
    alike = (values == values[:, :1]).all(1)
    studentised = np.concatenate([_studentised(drawn, centred) for drawn in _resamples(n)], 1)
    low, high = means.copy(), means.copy()
    for study in np.flatnonzero(~alike):
        known = studentised[study, ~np.isnan(studentised[study])]
        least, most = np.quantile(known, [(1 - nominal) / 2, (1 + nominal) / 2])
        low[study] -= most * errors[study]
        high[study] -= least * errors[study]
    return low, high


def _studentised(drawn: np.ndarray, centred: np.ndarray) -> np.ndarray:
    """Mean of each resample over its standard error [studies, resamples], of chips less their mean; NaN if alike.

    Args:
        drawn: how often each resample holds each chip [chips, resamples].
        centred: [studies, chips].
    """
    n = centred.shape[1]
    squares = centred * centred
    first = np.zeros((len(centred), drawn.shape[1]))
    second, product = np.zeros_like(first), np.empty_like(first)
    for chip, times in enumerate(drawn):
        for total, terms in ((first, centred), (second, squares)):
            total += np.multiply(times, terms[:, chip, None], out=product)
    means = first / n
    variances = (second - first * means) / (n - 1)
    variances[variances <= ALL_ALIKE * squares.mean(1)[:, None]] = np.nan
    return means / np.sqrt(variances / n)


def _resamples(n: int) -> Iterator[np.ndarray]:
    """How often each chip of `n` is in each resample, float64 [chips, resamples], part by part.

    They depend on the number of chips alone: the same chips, the same interval.
    """
    at_once = max(1, DRAWN_AT_ONCE // n)
    if at_once >= RESAMPLES:
        yield _counts(n)
        return
    generator = np.random.default_rng(n)
    for start in range(0, RESAMPLES, at_once):
        yield _counted(generator, n, min(at_once, RESAMPLES - start))


@functools.lru_cache(maxsize=4)
def _counts(n: int) -> np.ndarray:
    return _counted(np.random.default_rng(n), n, RESAMPLES)


def _counted(generator: np.random.Generator, n: int, resamples: int) -> np.ndarray:
    drawn = generator.integers(0, n, (resamples, n))
    places = drawn * resamples + np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=n * resamples).reshape(n, resamples).astype(float)
