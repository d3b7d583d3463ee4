"""Folds of a cross-validation."""

from pathlib import Path

import numpy as np
import torch

from memristive.core.archives import open_archive
from memristive.core.errors import InputError
from memristive.core.files import atomic


def stratified_folds(labels: np.ndarray, folds: int, generator: torch.Generator) -> list[np.ndarray]:
    """Deal the indices of `labels` into `folds` disjoint sorted arrays whose sizes differ by at most one.

    Each class is spread over the folds evenly (counts differ by at most one), in an order drawn from `generator`.
    Raises InputError for fewer than two folds and for a class with fewer images than folds.
    """
    if folds < 2:
        raise InputError(f"folds is {folds}, at least 2 are needed")
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < folds:
        raise InputError(f"folds is {folds}, but class {classes[counts.argmin()]} has only {counts.min()} images")
    order = torch.randperm(len(labels), generator=generator).numpy()
    # One class after the other; dealing goes on with the next fold, so the remainders even out as well.
    dealt = order[np.argsort(labels[order], kind="stable")]
    return [np.sort(dealt[fold::folds]) for fold in range(folds)]


def save_folds(path: str | Path, folds: list[np.ndarray]) -> None:
    """Write the validation indices of each fold as arrays ``fold0``, ``fold1``, ... of an .npz."""
    with atomic(path) as temporary:
        np.savez(temporary, **{f"fold{number}": indices for number, indices in enumerate(folds)})


def load_fold(path: str | Path, fold: int, images: int) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation indices (sorted) of `fold` among `images` images, from a file of `save_folds`.

    Raises InputError where the file is damaged, lacks the fold or belongs to another number of images.
    """
    arrays = open_archive(Path(path))
    if f"fold{fold}" not in arrays:
        raise InputError(f"{path}: has no fold {fold}, only {', '.join(arrays)}")
    if sum(len(indices) for indices in arrays.values()) != images:
        raise InputError(f"{path}: was made for another number of images than {images}")
    validation = arrays[f"fold{fold}"]
    return np.setdiff1d(np.arange(images), validation), validation
