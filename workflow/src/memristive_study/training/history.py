"""The history of a training: a row an epoch, as CSV, and what Table 2 (a) takes from the history of a fold."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLUMNS = (
    "network",
    "fold",
    "epoch",
    "learning_rate",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "test_loss",
    "test_accuracy",
    "seconds",
)
TEXT = ("network", "fold")


def read(path: str | Path) -> list[dict[str, Any]]:
    """Rows of a history CSV; numbers as float, epochs as int, empty cells as None."""
    with Path(path).open(newline="", encoding="utf-8") as stream:
        rows = [
            {key: value if key in TEXT else (float(value) if value else None) for key, value in row.items()}
            for row in csv.DictReader(stream)
        ]
    return [row | {"epoch": int(row["epoch"])} for row in rows]


def line(row: Mapping[str, Any], epochs: int) -> str:
    """One epoch as a line of a log."""
    parts = [f"{row['network']} {row['fold']} epoch {row['epoch']}/{epochs}: loss {row['train_loss']:.4f}"]
    for split in ("train", "validation", "test"):
        if row[f"{split}_accuracy"] is not None:
            parts.append(f"{split} {row[f'{split}_accuracy']:.2%}")
    return ", ".join([*parts, f"{row['seconds']:.1f} s"])


def fold_summary(history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Test accuracies of a fold for Table 2 (a): at its best validation epoch (the earliest of equals), at its last."""
    best = max(history, key=lambda row: row["validation_accuracy"])
    return {
        "network": best["network"],
        "fold": best["fold"],
        "best_validation_epoch": best["epoch"],
        "validation_accuracy": best["validation_accuracy"],
        "test_accuracy": best["test_accuracy"],
        "last_epoch": history[-1]["epoch"],
        "last_validation_accuracy": history[-1]["validation_accuracy"],
        "last_test_accuracy": history[-1]["test_accuracy"],
    }
