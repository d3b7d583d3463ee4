"""Numbers of images, as far as they are known before a data set is prepared, and what asks for more of them."""

import functools
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.data.published import PUBLISHED

# Training and test images of a published data set, and of the digits that come with scikit-learn; and their shapes.
SIZES = {name: found.images for name, found in PUBLISHED.items()} | {"digits": (1_437, 360)}
SHAPES = {name: found.shape for name, found in PUBLISHED.items()} | {"digits": (8, 8, 1)}
SPLITS = ("train", "test")
Counts = Mapping[str, int]  # by split; empty where only the prepared data set will tell


def counts(entry: Mapping[str, Any]) -> Counts:
    """Images of each split that a data set has, of which `entry` is a valid description."""
    found = _available(entry)
    return {split: entry.get(f"{split}_images", found[split]) for split in found}


def values(entry: Mapping[str, Any]) -> int | None:
    """Values of an image, channels included, once it is prepared; None where only the prepared data set will tell."""
    found = _shape_in_file(entry["path"]) if entry["source"] == "npz" else SHAPES[entry.get("dataset", entry["source"])]
    if not found:
        return None
    height, width = entry.get("size", found[:2])
    return height * width * entry.get("channels", found[2])


def check_counts(config: Mapping[str, Any]) -> None:
    """InputError where a valid `config` asks for more images than a network that it runs has."""
    for network in config["run"]["networks"]:
        name = config["networks"][network]["dataset"]
        entry = config["datasets"][name]
        for split, available in _available(entry).items():
            _at_most(f"datasets: {name}: {split}_images", entry.get(f"{split}_images", 0), available, f"{split} images")
        timing = config["inference_time"]
        if network in timing["networks"]:
            test = counts(entry).get("test")
            of = f"test images of {network}"
            for key in ("crossbar_images", "memtorch_images"):
                _at_most(f"inference_time: {key}", timing[key], test, of)
            full = timing.get("full_images", {}).get(network, 0)
            _at_most(f"inference_time: full_images: {network}", full, test, of)


def check_calibration(place: str, setting: Setting, network: str, images: Counts) -> None:
    """InputError where a setting calibrates on more training images than the data set of `network` has (`images`)."""
    for field, asked in setting.training_images.items():
        _at_most(f"{place}: {field}", asked, images.get("train"), f"training images of {network}")


def _at_most(place: str, asked: int, available: int | None, of: str) -> None:
    if available is not None and asked > available:
        raise InputError(f"{place}: {asked} is more than the {available} {of}")


def _available(entry: Mapping[str, Any]) -> Counts:
    if entry["source"] == "npz":
        return _in_file(entry["path"])
    return dict(zip(SPLITS, SIZES[entry.get("dataset", entry["source"])], strict=True))


def _in_file(path: str) -> Counts:
    """Labels of each split in an .npz file; none where it cannot be read, which its job says."""
    shapes = _shapes(path)
    return {split: shapes[f"y_{split}"][0] for split in SPLITS if len(shapes.get(f"y_{split}", ())) == 1}


def _shape_in_file(path: str) -> tuple[int, ...]:
    """Height, width and channels of the images in an .npz file; empty where it cannot be read."""
    shape = _shapes(path).get("x_train", ())
    return shape[1:] if len(shape) == 4 else ()


def _shapes(path: str) -> Mapping[str, tuple[int, ...]]:
    """Shapes of the arrays of an .npz file by its headers alone; empty where it cannot be read."""
    try:
        state = Path(path).stat()
    except OSError:
        return {}
    return _shapes_at(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=64)
def _shapes_at(path: str, changed: int, size: int) -> Mapping[str, tuple[int, ...]]:
    """The shapes in a file as it was when it had this time of change and size."""
    found = {}
    try:
        with zipfile.ZipFile(Path(path)) as archive:
            for name in archive.namelist():
                with archive.open(name) as stream:
                    version = np.lib.format.read_magic(stream)
                    shape, *_ = np.lib.format.read_array_header_1_0(stream) if version == (1, 0) else ((),)
                    found[name.removesuffix(".npy")] = shape
    except Exception:  # whatever a damaged archive brings about
        return {}
    return found
