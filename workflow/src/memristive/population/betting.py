"""The interval of a mean that holds whatever the distribution is: means against which no bet has become rich.

Waudby-Smith and Ramdas 2024, Estimating means of bounded random variables by betting, JRSS-B 86, 1: the hedged
capital process with predictable plug-in bets (their equations 24 and 26).
"""

import math

import numpy as np

FINEST = 1e-4  # step of the means that a bet is made against
RICHEST = 1e100  # capitals are not counted further: they stay above what decides, and below the largest number


def ends(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each study's interval, float64 [studies].

    Args:
        values: accuracies of the chips [studies, chips].
        level: of the interval.
    """
    found = [_ends(one, level) for one in values]
    return np.array([low for low, _ in found]), np.array([high for _, high in found])


def hold(values: np.ndarray, mean: float, level: float) -> np.ndarray:
    """Whether each study's interval holds `mean`, bool [studies]: what `ends` says up to its step, without them."""
    return _richest(values.T, np.array(mean), level) < 2 / (1 - level)


def _ends(values: np.ndarray, level: float) -> tuple[float, float]:
    against = np.arange(FINEST, 1, FINEST)
    kept = against[_richest(values[:, None], against, level) < 2 / (1 - level)]
    mean = float(values.mean())
    if not len(kept):
        return mean, mean
    return min(mean, float(kept[0]) - FINEST), max(mean, float(kept[-1]) + FINEST)


def _richest(values: np.ndarray, against: np.ndarray, level: float) -> np.ndarray:
    """The most that bets against each of the means ever reached.

    Args:
        values: accuracies [chips, studies].
        against: means; together with the studies they give the shape of what is returned.
    """
    n, counted = len(values), np.arange(1, len(values) + 1)[:, None]
    means = (0.5 + np.cumsum(values, 0)) / (counted + 1)
    variances = (0.25 + np.cumsum((values - means) ** 2, 0)) / (counted + 1)
    before = np.concatenate([np.full_like(variances[:1], 0.25), variances[:-1]])
    stakes = np.sqrt(2 * math.log(2 / (1 - level)) / (n * before))
    highest, lowest = 0.5 / against, 0.5 / (1 - against)
    above = np.ones(np.broadcast_shapes(values.shape[1:], against.shape))  # capital of the bets that the mean is above
    below, richest = np.ones_like(above), np.ones_like(above)
    for value, stake in zip(values, stakes, strict=True):
        gain = value - against
        above *= 1 + np.minimum(stake, highest) * gain
        below *= 1 - np.minimum(stake, lowest) * gain
        np.minimum(above, RICHEST, out=above)
        np.minimum(below, RICHEST, out=below)
        np.maximum(richest, np.maximum(above, below), out=richest)
    return richest
