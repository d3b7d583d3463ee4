"""Settings that two studies have in common, and by how much their accuracies differ.

Settings of the same experiment, part and network are matched by the values of the fields that one of the studies
sweeps there: what else differs between the studies is what a difference in accuracy comes from. Alternatives to choices
are matched by their labels, which name the choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from memristive.core.setting import SHORT_NAMES
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.report.compare import words
from memristive_study.report.compare.side import Side
from memristive_study.results import sweeps
from memristive_study.results.differences import bits_by_repeat, difference
from memristive_study.results.statistics import Interval, unpaired_difference

PLACE = ["experiment", "part", "network"]
KEYS = [*PLACE, "label"]


@dataclass(frozen=True)
class Pair:
    """One setting that both studies have.

    Attributes:
        setting: the values of the swept fields, for readers.
        labels: its label in each study.
        first, second: its accuracies (%).
        difference: the second study's accuracy less the first's (points).
        paired: its repeats have the same seeds in both studies, and so the same draws.
        fields: short names of the fields in which the two settings differ all the same.
    """

    experiment: str
    part: str
    network: str
    setting: str
    labels: tuple[str, str]
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
    second = dict(list(b.evaluations.groupby(PLACE)))
    found: list[Pair] = []
    for place, rows in a.evaluations.groupby(PLACE, sort=False):
        if place in second:
            found += _at(place, rows, second[place], same_images[place[2]])
    return found


def _at(place: tuple[str, ...], first: pd.DataFrame, second: pd.DataFrame, same_images: bool) -> list[Pair]:
    """The settings that both have of one part of an experiment on one network."""
    fields = [] if place[0] == CHOICES else _swept(first, second)
    others = dict(list(second.groupby(_key(second, fields))))
    return [
        _pair(place, words.setting(rows.iloc[0], fields), rows, others[key], same_images)
        for key, rows in first.groupby(_key(first, fields), sort=False)
        if key in others
    ]


def _swept(first: pd.DataFrame, second: pd.DataFrame) -> list[str]:
    """Fields that take several values in one of the studies, those that follow from others left out."""
    return list(dict.fromkeys(name for frame in (first, second) for name in sweeps.swept(frame, semantics=True)))


def _key(frame: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    """A text a row that is the same for the same values of `fields`, or for the same label where there is no field."""
    if not fields:
        one = frame["label"].nunique() == 1 and frame["experiment"].iloc[0] != CHOICES
        return pd.Series("", frame.index) if one else frame["label"]
    missing = pd.Series(None, frame.index, dtype=object)
    return pd.concat([frame.get(name, missing).map(sweeps.text) for name in fields], axis=1).agg("|".join, axis=1)


def _pair(place: tuple[str, ...], setting: str, first: pd.DataFrame, second: pd.DataFrame, same_images: bool) -> Pair:
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
        if name in first and name in second and sweeps.text(first[name].iloc[0]) != sweeps.text(second[name].iloc[0])
    ]
    labels = (str(first["label"].iloc[0]), str(second["label"].iloc[0]))
    means = (float(rows["accuracy"].mean()) for rows in (first, second))
    return Pair(*place, setting, labels, *means, found, paired, tuple(fields))
