"""The interval of a mean that holds whatever the distribution is: means against which no bet has become rich.

Waudby-Smith and Ramdas 2024, Estimating means of bounded random variables by betting, JRSS-B 86, 1: the hedged
capital process with predictable plug-in bets (their equations 24 and 26).
"""

import math

import numpy as np

FINEST = 1e-4  # step of the means that a bet is made against
MOST_CHIPS = 70  # capitals grow by up to 1 / (2 FINEST) a chip, and 5000**70 is still a number


def ends(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each study's interval, float64 [studies].

    Args:
        values: accuracies of the chips [studies, chips], at most `MOST_CHIPS`.
        level: of the interval.
    """
    found = [_ends(one, level) for one in values]
    return np.array([low for low, _ in found]), np.array([high for _, high in found])


def _ends(values: np.ndarray, level: float) -> tuple[float, float]:
    n, against = len(values), np.arange(FINEST, 1, FINEST)
    if n > MOST_CHIPS:
        raise ValueError(f"{n} chips are more than {MOST_CHIPS}")
    counted = np.arange(1, n + 1)
    means = (0.5 + np.cumsum(values)) / (counted + 1)
    variances = (0.25 + np.cumsum((values - means) ** 2)) / (counted + 1)
    stakes = np.sqrt(2 * math.log(2 / (1 - level)) / (n * np.concatenate([[0.25], variances[:-1]])))
    above, below = np.ones_like(against), np.ones_like(against)  # capitals of bets that the mean is above, below
    richest = np.ones_like(against)
    highest, lowest = 0.5 / against, 0.5 / (1 - against)
    for value, stake in zip(values, stakes, strict=True):
        gain = value - against
        above *= 1 + np.minimum(stake, highest) * gain
        below *= 1 - np.minimum(stake, lowest) * gain
        np.maximum(richest, np.maximum(above, below), out=richest)
    kept = against[richest < 2 / (1 - level)]
    mean = float(values.mean())
    if not len(kept):
        return mean, mean
    return min(mean, float(kept[0]) - FINEST), max(mean, float(kept[-1]) + FINEST)
