"""One archive a data set, made of what an entry of the config describes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from memristive.core import seeding
from memristive.core.errors import InputError
from memristive.core.files import atomic
from memristive_study.data import originals
from memristive_study.data.archive import read_arrays
from memristive_study.data.folds import stratified_folds
from memristive_study.data.normalisation import statistics


def prepare(name: str, entry: Mapping[str, Any], download_dir: str | Path, output: str | Path) -> None:
    """Write the data set that `entry` describes to the uncompressed `output` (.npz), for `load`.

    `entry` is one of a validated configuration's `datasets` (`config.datasets.Dataset`).
    The same images give the same bytes (NumPy dates the members 1980). Downloads are kept, whole, in `download_dir`.
    Raises InputError, and writes nothing, where the network, a file or its content does not allow it.
    """
    source = entry["source"]
    if source == "torchvision":
        arrays = originals.read(entry["dataset"], originals.download(entry["dataset"], Path(download_dir)))
    elif source == "folder":
        arrays = originals.read(entry["dataset"], originals.find(entry["dataset"], Path(entry["path"])))
    elif source == "npz":
        arrays = read_arrays(Path(entry["path"]))
    else:
        arrays = _digits()
    where = f"data set {name}"
    for split in ("train", "test"):
        x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if f"{split}_images" in entry:
            x, y = subset(x, y, entry[f"{split}_images"], f"{where}: {split}_images")
        x = _with_channels(x, entry.get("channels", x.shape[-1]), where)
        if "size" in entry and tuple(entry["size"]) != x.shape[1:3]:
            x = _resize(x, tuple(entry["size"]))
        arrays[f"x_{split}"], arrays[f"y_{split}"] = np.ascontiguousarray(x), y
    if source == "npz":
        _check_classes(arrays["y_train"], len(arrays["class_names"]), f"{where} ({entry['path']})")
    mean, std = statistics(arrays["x_train"])
    with atomic(output) as temporary:
        normalisation = np.array(entry.get("normalisation", "unit"))
        np.savez(temporary, **arrays, name=np.array(name), normalisation=normalisation, mean=mean, std=std)


def subset(x: np.ndarray, y: np.ndarray, images: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """The first `images` in the order first of each class, second of each class, ...; kept in their original order."""
    classes = len(np.unique(y))
    if not classes <= images <= len(y):
        raise InputError(f"{where} is {images}, expected {classes} (one a class) to {len(y)}")
    by_class = np.argsort(y, kind="stable")
    starts = np.searchsorted(y[by_class], y[by_class])
    rank = np.empty_like(by_class)
    rank[by_class] = np.arange(len(y)) - starts
    chosen = np.sort(np.lexsort((y, rank))[:images])
    return x[chosen], y[chosen]


def _check_classes(labels: np.ndarray, classes: int, where: str) -> None:
    if classes < 2:
        raise InputError(f"{where}: y_train has {classes} class, at least 2 are needed")
    missing = np.setdiff1d(np.arange(classes), labels)
    if len(missing):
        raise InputError(f"{where}: y_train has no image of class {missing[0]}, of {classes} each needs one")


def _with_channels(x: np.ndarray, channels: int, where: str) -> np.ndarray:
    if channels < x.shape[-1]:
        raise InputError(f"{where}: channels is {channels}, but the images have {x.shape[-1]}")
    return x if channels == x.shape[-1] else np.repeat(x, channels, axis=-1)


def _resize(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    images = torch.from_numpy(x).permute(0, 3, 1, 2).float()
    images = torch.nn.functional.interpolate(images, size=size, mode="bilinear", antialias=True)
    return images.round_().clamp_(0, 255).byte().permute(0, 2, 3, 1).numpy()


def _digits() -> dict[str, np.ndarray]:
    """scikit-learn's 1,797 handwritten digits of 8x8 pixels; a fifth, stratified, is the test set."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = digits.target.astype(np.int64)
    test = stratified_folds(labels, 5, seeding.generator("digits", "test"))[0]
    train = np.setdiff1d(np.arange(len(labels)), test)
    return {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
        "class_names": digits.target_names.astype(str),
    }
