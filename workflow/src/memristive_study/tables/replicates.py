"""Accuracies of further draws of the study's networks: the interval between networks beside that between draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from memristive.core.setting import SHORT_NAMES
from memristive_study.plan.replicates import TABLE
from memristive_study.results import sweeps
from memristive_study.results.components import components
from memristive_study.results.statistics import Interval, accuracy_interval
from memristive_study.results.study import Study

COLUMNS = (
    "network",
    "experiment",
    "semantics",
    "setting",
    "own",
    "own_low",
    "own_high",
    "networks",
    "mean",
    "low",
    "high",
    "least",
    "most",
    "deviation_between_networks",
    "deviation_between_draws",
)


@dataclass(frozen=True)
class Setting:
    """Accuracies (%) of a network's further draws at one setting, and of the network itself there, if it has any."""

    network: str
    experiment: str
    semantics: str
    fields: str
    draws: Mapping[str, Sequence[float]]
    own: Sequence[float]

    @property
    def means(self) -> list[float]:
        """Mean accuracy of each draw of the network."""
        return [sum(values) / len(values) for values in self.draws.values()]

    @property
    def between(self) -> Interval:
        """Mean over the draws of the network, with its interval between them."""
        return accuracy_interval(pd.Series(self.means), "networks")


def settings(frames: Mapping[str, Any], study: Study) -> Iterator[Setting]:
    """The settings at which at least two further draws of a network were evaluated, in the order of the experiments."""
    rows = frames[TABLE]
    drawn_of = {name: network.draw_of for name, network in study.replicates.items()}
    rows = rows.assign(of=rows["network"].map(lambda name: drawn_of.get(name, name)))
    for (experiment, part, network, _), every in rows.groupby(["experiment", "part", "of", "label"], sort=False):
        own = every[every["network"] == network]
        mine = every[every["network"] != network]
        if mine["network"].nunique() < 2:
            continue
        others = rows[(rows["experiment"] == experiment) & (rows["part"] == part)]
        yield Setting(
            network,
            experiment,
            mine["semantics"].iloc[0],
            _fields(mine.iloc[0], others),
            {name: list(values["accuracy"]) for name, values in mine.groupby("network")},
            list(own["accuracy"]),
        )


def build(frames: Mapping[str, Any], study: Study) -> pd.DataFrame:
    """A row a setting (COLUMNS). Needs `replicates`."""
    found = []
    for each in settings(frames, study):
        scatter = components(list(each.draws.values())) if any(len(v) > 1 for v in each.draws.values()) else None
        own = accuracy_interval(pd.Series(each.own)) if each.own else None
        between = each.between
        values = (
            study.label(each.network),
            each.experiment,
            each.semantics,
            each.fields,
            *((own.value, own.low, own.high) if own else (None, None, None)),
            len(each.draws),
            between.value,
            between.low,
            between.high,
            min(each.means),
            max(each.means),
            scatter and scatter.between,
            scatter and scatter.within,
        )
        found.append(dict(zip(COLUMNS, values, strict=True)))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _fields(row: pd.Series, others: pd.DataFrame) -> str:
    """The fields of a setting that vary in its part of the experiment, for readers."""
    swept = [name for name in SHORT_NAMES if name in others and name != "semantics"]
    swept = [name for name in swept if others[name].nunique(dropna=False) > 1]
    texts = [f"{name.replace('_', ' ')} {sweeps.text(row[name]) or 'none'}" for name in swept]
    return ", ".join(texts) or "the experiment's"
