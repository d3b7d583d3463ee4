"""Scatter between networks beside scatter between the draws of one network: a one-way random-effects model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Components:
    """Standard deviations, in the unit of the values: of the networks' true means, and of draws of one network."""

    between: float
    within: float


def components(groups: Sequence[Sequence[float]]) -> Components:
    """Variance components of `groups`, the values of one network each, by the analysis of variance.

    With a networks of n_i values, N in all, mean squares between networks B and within them W, the variance between is
    max(0, (B - W) / n), n = (N - sum n_i^2 / N) / (a - 1): Searle, Casella, McCulloch, Variance Components (1992),
    section 3.6. Raises ValueError for fewer than two networks, or one without a second value in any of them.
    """
    values = [np.asarray(group, dtype=float) for group in groups]
    counts = np.array([len(group) for group in values])
    networks, total = len(values), int(counts.sum())
    if networks < 2 or total <= networks:
        raise ValueError(f"{networks} networks of {total} values: two networks are needed, and a second value of one")
    means = np.array([group.mean() for group in values])
    grand = np.concatenate(values).mean()
    among = float((counts * (means - grand) ** 2).sum()) / (networks - 1)
    inside = sum(float(((group - mean) ** 2).sum()) for group, mean in zip(values, means, strict=True)) / (
        total - networks
    )
    size = (total - float((counts**2).sum()) / total) / (networks - 1)
    return Components(max(0.0, (among - inside) / size) ** 0.5, inside**0.5)
