"""The weights of all epochs in one file, and those of the epoch that a rule selects in a file of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor

from memristive.cli.weights import read_safetensors
from memristive.core.errors import InputError
from memristive.core.files import write_json
from memristive_study.models.weights import write_tensors
from memristive_study.training import history as histories
from memristive_study.training.rules import RULES


def save_checkpoints(path: str | Path, checkpoints: Mapping[int, Mapping[str, Tensor]]) -> None:
    """Write the weights of all epochs to one safetensors file, keys ``<epoch>/<name>``."""
    write_tensors(path, {f"{e}/{name}": t for e, state in checkpoints.items() for name, t in state.items()})


def load_checkpoint(path: str | Path, epoch: int) -> dict[str, Tensor]:
    """Weights of one epoch from a file of `save_checkpoints`. Raises InputError where it has none."""
    prefix = f"{epoch}/"
    state = {name.removeprefix(prefix): t for name, t in read_safetensors(path).items() if name.startswith(prefix)}
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
    """Write the weights of the epoch that `rule`, a key of `rules.RULES`, selects, and which epoch that is and why."""
    history = histories.read(history_path)
    folds = [histories.read(path) for path in fold_history_paths]
    epoch = RULES[rule].choose(history, folds)
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
