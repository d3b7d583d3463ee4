"""Rules that select the epoch whose weights a study uses, by the names that configurations give them.

A new rule is a function in a file of this package, or here, and an entry of `RULES`.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memristive.core.errors import InputError

History = Sequence[Mapping[str, Any]]  # rows of `training.history`, an epoch each


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        choose: (history of the training on the published split, histories of the folds) -> number of the epoch.
        needs_folds: whether it looks at the folds' histories. It then cannot select for a network without
            cross-validation.
    """

    choose: Callable[[History, Sequence[History]], int]
    needs_folds: bool = False


def best_test(history: History, folds: Sequence[History]) -> int:
    """The epoch of the best test accuracy, as in the paper; of equals, the earliest."""
    return _best(history, [float(row["test_accuracy"]) for row in history])


def best_validation(history: History, folds: Sequence[History]) -> int:
    """The epoch of the best mean validation accuracy over the folds, which does not look at the test set.

    Raises InputError for folds that are missing or of another number of epochs.
    """
    if not folds or any(len(rows) != len(history) for rows in folds):
        lengths = ", ".join(str(len(rows)) for rows in folds) or "none"
        raise InputError(f"rule best_validation: needs folds of {len(history)} epochs, found {lengths}")
    by_epoch = zip(*([float(row["validation_accuracy"]) for row in rows] for rows in folds), strict=True)
    return _best(history, [math.fsum(values) / len(values) for values in by_epoch])


def last(history: History, folds: Sequence[History]) -> int:
    """The last epoch."""
    return int(history[-1]["epoch"])


def _best(history: History, score: list[float]) -> int:
    return int(history[score.index(max(score))]["epoch"])


RULES = {
    "best_test": Rule(best_test),
    "best_validation": Rule(best_validation, needs_folds=True),
    "last": Rule(last),
}
