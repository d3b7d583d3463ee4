"""Settings that two studies have in common, and by how much their accuracies differ.

Settings are matched by experiment, part, network and label, which names the swept values: what else differs between the
studies is what a difference in accuracy comes from.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from memristive.core.setting import SHORT_NAMES
from memristive_study.report.compare.side import Side
from memristive_study.results.differences import bits_by_repeat, difference
from memristive_study.results.statistics import Interval, unpaired_difference

KEYS = ["experiment", "part", "network", "label"]


@dataclass(frozen=True)
class Pair:
    """One setting that both studies have.

    Attributes:
        first, second: its accuracies (%).
        difference: the second study's accuracy less the first's (points).
        paired: its repeats have the same seeds in both studies, and so the same draws.
        fields: short names of the fields in which the two settings differ all the same.
    """

    experiment: str
    part: str
    network: str
    label: str
    first: float
    second: float
    difference: Interval
    paired: bool
    fields: tuple[str, ...]

    @property
    def clear(self) -> bool:
        """True if there is an interval, and none that is known holds 0."""
        known = [i for i in (self.difference, self.difference.images) if i is not None and i.known]
        return bool(known) and all(i.low > 0 or i.high < 0 for i in known)


def pairs(a: Side, b: Side) -> list[Pair]:
    """Every setting that both studies evaluated.

    Differences are paired over the repeats where these have the same seeds, and so the same draws, otherwise the
    studies' repeats are independent. They are paired over the images where both tested the same images and kept their
    records.
    """
    names = dict.fromkeys(name for side in (a, b) for name in side.evaluations["network"])
    same_images = {name: a.images(name) is not None and a.images(name) == b.images(name) for name in names}
    second = dict(list(b.evaluations.groupby(KEYS)))
    return [
        _pair(key, rows, second[key], same_images[key[2]])
        for key, rows in a.evaluations.groupby(KEYS, sort=False)
        if key in second
    ]


def _pair(key: tuple[str, ...], first: pd.DataFrame, second: pd.DataFrame, same_images: bool) -> Pair:
    seeds = [dict(zip(rows["repeat"], rows["seed"].fillna(-1), strict=True)) for rows in (first, second)]
    shared = seeds[0].keys() & seeds[1].keys()
    paired = 1 in map(len, seeds) or all(seeds[0][repeat] == seeds[1][repeat] for repeat in shared)
    bits = same_images and bool(bits_by_repeat(first)) and bool(bits_by_repeat(second))
    if not bits:
        first, second = (rows.drop(columns="bits", errors="ignore") for rows in (first, second))
    found = difference(second, first)
    if not paired:
        found = replace(unpaired_difference(second["accuracy"], first["accuracy"]), images=found.images)
    fields = [
        name
        for name in SHORT_NAMES
        if name in first and name in second and text(first[name].iloc[0]) != text(second[name].iloc[0])
    ]
    means = (float(rows["accuracy"].mean()) for rows in (first, second))
    return Pair(*key, *means, found, paired, tuple(fields))


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """The differences of two configurations: dotted key, value of the first, value of the second."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from differences(a.get(key, Absent), b.get(key, Absent), f"{path}.{key}" if path else str(key))
    elif a != b:
        yield path, text(a), text(b)


class Absent:
    """Stands for a key that a configuration lacks."""


def text(value: Any) -> str:
    """A value as text; empty for NaN."""
    if value is Absent:
        return "(not there)"
    return "" if isinstance(value, float) and math.isnan(value) else str(value)
