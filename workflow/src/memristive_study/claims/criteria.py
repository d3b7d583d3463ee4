"""Criteria that claims are judged by: conditions on an interval that are written before a study runs.

A criterion is true, false or undecided (None) for an interval. The claims use these functions; none of them knows a
paper's numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from memristive_study.results.statistics import Interval

ROUNDING = 1e-5  # accuracies are written with six decimals; one image of 10,000 is 0.01


@dataclass(frozen=True)
class Criterion:
    """A condition on an interval, fixed before the study runs; `test` takes the interval and the paper's value."""

    text: str
    test: Callable[[Interval, float | None], bool | None]


def below(limit: float) -> Criterion:
    """The whole interval is below `limit`; undecided where it crosses it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        low, high = _ends(ours)
        return True if high < limit - ROUNDING else False if low >= limit - ROUNDING else None

    return Criterion(f"below {limit:g} {{unit}}", test)


def above(limit: float) -> Criterion:
    """The whole interval is above `limit`; undecided where it crosses it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        low, high = _ends(ours)
        return True if low > limit + ROUNDING else False if high <= limit + ROUNDING else None

    return Criterion(f"above {limit:g} {{unit}}", test)


def not_above(limit: float) -> Criterion:
    """The whole interval is at `limit` or below; undecided where it crosses it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        low, high = _ends(ours)
        return True if high <= limit + ROUNDING else False if low > limit + ROUNDING else None

    return Criterion(f"not above {limit:g} {{unit}}", test)


def between(least: float, most: float) -> Criterion:
    """The whole interval lies from `least` to `most`; undecided where it crosses an end."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return _within(ours, least, most)

    return Criterion(f"from {least:g} to {most:g} {{unit}}", test)


def refuted_above(limit: float) -> Criterion:
    """Above `limit` the claim is wrong; at or below it, the quantity says nothing about the claim."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return False if _ends(ours)[0] > limit + ROUNDING else None

    return Criterion(f"refuted above {limit:g} {{unit}}", test)


def confirmed_above(limit: float) -> Criterion:
    """Above `limit` the claim is right; at or below it, the quantity says nothing about the claim."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return True if _ends(ours)[0] > limit + ROUNDING else None

    return Criterion(f"confirmed above {limit:g} {{unit}}", test)


def near(tolerance: float) -> Criterion:
    """The whole interval is at most `tolerance` from the paper's value; undecided where only a part of it is."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return None if paper is None else _within(ours, paper - tolerance, paper + tolerance)

    return Criterion(f"within {tolerance:g} {{unit}} of the paper's", test)


def within_factor(factor: float) -> Criterion:
    """Our value is at most `factor` times the paper's, and at least the paper's divided by it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return None if not paper else 1 / factor <= ours.value / paper <= factor

    return Criterion(f"within a factor of {factor:g} of the paper's", test)


def _within(ours: Interval, least: float, most: float) -> bool | None:
    """True or false where all of an interval lies from `least` to `most`, or none of it; else undecided."""
    low, high = _ends(ours)
    if low >= least - ROUNDING and high <= most + ROUNDING:
        return True
    return False if high < least - ROUNDING or low > most + ROUNDING else None


def _ends(ours: Interval) -> tuple[float, float]:
    """Low and high; the value twice where there is no interval."""
    return (ours.low, ours.high) if ours.known else (ours.value, ours.value)
