"""The epoch whose weights are used, and the summary of a fold."""

import json

import pytest
import torch

from memristive.cli.weights import read_safetensors
from memristive.core.errors import InputError
from memristive.core.files import write_csv
from memristive_study.training import history, selection
from memristive_study.training.rules import RULES


def rows(column, values):
    return [
        dict.fromkeys(history.COLUMNS) | {"network": "n", "fold": "f", "epoch": epoch, column: value}
        for epoch, value in enumerate(values, 1)
    ]


def test_selection_rules():
    published = rows("test_accuracy", [0.5, 0.9, 0.9, 0.8])
    folds = [rows("validation_accuracy", v) for v in ([0.1, 0.5, 0.7, 0.9], [0.2, 0.4, 0.9, 0.7])]
    assert RULES["best_test"].choose(published, []) == 2  # the earlier of equals
    assert RULES["best_validation"].choose(published, folds) == 3  # 0.15, 0.45, 0.8, 0.8
    assert RULES["last"].choose(published, []) == 4
    with pytest.raises(InputError, match="needs folds of 4 epochs, found none"):
        RULES["best_validation"].choose(published, [])
    with pytest.raises(InputError, match="needs folds of 4 epochs, found 4, 3"):
        RULES["best_validation"].choose(published, [folds[0], folds[1][:3]])
    summary = history.fold_summary(
        [r | {"test_accuracy": t} for r, t in zip(folds[1], [0.1, 0.2, 0.3, 0.4], strict=True)]
    )
    assert (summary["best_validation_epoch"], summary["test_accuracy"], summary["last_test_accuracy"]) == (3, 0.3, 0.4)


def test_selected_weights_are_those_of_the_epoch(tmp_path):
    write_csv(tmp_path / "history.csv", rows("test_accuracy", [0.5, 0.75, 0.25]), history.COLUMNS)
    selection.save_checkpoints(
        tmp_path / "all.safetensors", {epoch: {"fc1.bias": torch.full((2,), float(epoch))} for epoch in (1, 2, 3, 11)}
    )
    selection.select_checkpoint(
        "best_test",
        tmp_path / "history.csv",
        tmp_path / "all.safetensors",
        [],
        tmp_path / "weights.safetensors",
        tmp_path / "selection.json",
    )
    assert read_safetensors(tmp_path / "weights.safetensors")["fc1.bias"].tolist() == [2, 2]
    chosen = json.loads((tmp_path / "selection.json").read_text())
    assert (chosen["rule"], chosen["epoch"], chosen["test_accuracy"]) == ("best_test", 2, 0.75)
    assert list(selection.load_checkpoint(tmp_path / "all.safetensors", 1)) == ["fc1.bias"]  # not epoch 11's
    with pytest.raises(InputError, match="holds no weights of epoch 4"):
        selection.load_checkpoint(tmp_path / "all.safetensors", 4)
