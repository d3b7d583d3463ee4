"""The choice of the epoch whose weights a study uses, and the weights of all epochs in one file."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from memristive.core.errors import InputError
from memristive.core.files import write_json
from memristive_study.models.weights import read_tensors, write_tensors
from memristive_study.training import history as histories

RULES = ("best_test", "best_validation", "last")


def select_epoch(
    rule: str, history: Sequence[Mapping[str, Any]], fold_histories: Sequence[Sequence[Mapping[str, Any]]] = ()
) -> int:
    """Epoch of the training on the published split, `history`, whose weights are used; of equals, the earliest.

    `best_test`: the best test accuracy, as in the paper. `best_validation`: the best mean validation accuracy over
    `fold_histories`, which does not look at the test set. `last`. Raises InputError for another rule and for fold
    histories that are missing or of another number of epochs.
    """
    epochs = [int(row["epoch"]) for row in history]
    if rule == "last":
        return epochs[-1]
    if rule == "best_test":
        score = [float(row["test_accuracy"]) for row in history]
    elif rule == "best_validation":
        if not fold_histories or any(len(rows) != len(history) for rows in fold_histories):
            lengths = ", ".join(str(len(rows)) for rows in fold_histories) or "none"
            raise InputError(f"rule best_validation: needs folds of {len(history)} epochs, found {lengths}")
        by_epoch = zip(*([float(row["validation_accuracy"]) for row in rows] for rows in fold_histories), strict=True)
        score = [math.fsum(values) / len(values) for values in by_epoch]
    else:
        raise InputError(f"rule is {rule!r}, expected one of {', '.join(RULES)}")
    return epochs[score.index(max(score))]


def save_checkpoints(path: str | Path, checkpoints: Mapping[int, Mapping[str, Tensor]]) -> None:
    """Write the weights of all epochs to one safetensors file, keys ``<epoch>/<name>``."""
    write_tensors(path, {f"{e}/{name}": t for e, state in checkpoints.items() for name, t in state.items()})


def load_checkpoint(path: str | Path, epoch: int) -> dict[str, Tensor]:
    """Weights of one epoch from a file of `save_checkpoints`. Raises InputError where it has none."""
    prefix = f"{epoch}/"
    state = {name.removeprefix(prefix): t for name, t in read_tensors(path).items() if name.startswith(prefix)}
    if not state:
        raise InputError(f"{path}: holds no weights of epoch {epoch}")
    return state


def select_checkpoint(
    rule: str,
    history_path: str | Path,
    checkpoints_path: str | Path,
    fold_history_paths: Sequence[str | Path],
    weights_path: str | Path,
    selection_path: str | Path,
) -> None:
    """Write the weights of the epoch that `rule` selects (see `select_epoch`), and which epoch that is and why."""
    history = histories.read(history_path)
    folds = [histories.read(path) for path in fold_history_paths]
    epoch = select_epoch(rule, history, folds)
    row = history[epoch - 1]
    selection = {
        "network": row["network"],
        "rule": rule,
        "epoch": epoch,
        "epochs": len(history),
        "train_accuracy": row["train_accuracy"],
        "test_accuracy": row["test_accuracy"],
    }
    write_tensors(weights_path, load_checkpoint(checkpoints_path, epoch))
    write_json(selection_path, selection)
