"""Numbers of images, as far as they are known before a data set is prepared, and what asks for more of them."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from memristive.core.errors import InputError
from memristive.core.setting import Setting

# Training and test images of a published data set, and of the digits that come with scikit-learn.
SIZES = {"mnist": (60_000, 10_000), "cifar10": (50_000, 10_000), "cifar100": (50_000, 10_000), "digits": (1_437, 360)}
SPLITS = ("train", "test")
Counts = Mapping[str, int]  # by split; empty where only the prepared data set will tell


def counts(entry: Mapping[str, Any]) -> Counts:
    """Images of each split that a data set has, of which `entry` is a valid description."""
    found = _available(entry)
    return {split: entry.get(f"{split}_images", found[split]) for split in found}


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
    if setting.calibrated:
        asked, of = setting.adc.calibration_images, f"training images of {network}"
        _at_most(f"{place}: adc.calibration_images", asked, images.get("train"), of)


def _at_most(place: str, asked: int, available: int | None, of: str) -> None:
    if available is not None and asked > available:
        raise InputError(f"{place}: {asked} is more than the {available} {of}")


def _available(entry: Mapping[str, Any]) -> Counts:
    if entry["source"] == "npz":
        return _in_file(entry["path"])
    return dict(zip(SPLITS, SIZES[entry.get("dataset", entry["source"])], strict=True))


def _in_file(path: str) -> Counts:
    """Labels of each split in an .npz file, by its headers alone; none where it cannot be read, which its job says."""
    found = {}
    try:
        with zipfile.ZipFile(Path(path)) as archive:
            for split in SPLITS:
                with archive.open(f"y_{split}.npy") as stream:
                    version = np.lib.format.read_magic(stream)
                    shape, *_ = np.lib.format.read_array_header_1_0(stream) if version == (1, 0) else ((),)
                    found[split] = shape[0]
    except Exception:  # whatever a damaged archive brings about
        return {}
    return found
