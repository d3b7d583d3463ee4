"""An entry of the config's `datasets`: where the images of one data set come from and how they are read.

An entry is a mapping with the keys
  source          torchvision (downloads the original files), folder (the original files are there already),
                  npz (x_train, y_train, x_test, y_test[, class_names]; uint8 NHWC) or digits (scikit-learn's)
  dataset         mnist, cifar10 or cifar100; for torchvision and folder, and for an npz of these images
  path            the folder, or the .npz
  size            [height, width] to resize to (bilinear)
  channels        1, or 3 (grey is replicated)
  train_images, test_images   take so many images, as evenly over the classes as possible, the first of each class
  normalisation   unit ([0, 1], the default), centred ([-1, 1]) or standardised ((x - mean) / std, a channel, over the
                  training images)

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import unknown_key

PUBLISHED = ("mnist", "cifar10", "cifar100")
NORMALISATIONS = ("unit", "centred", "standardised")
_NEEDS = {"torchvision": ("dataset",), "folder": ("dataset", "path"), "npz": ("path",), "digits": ()}
_OPTIONAL = ("size", "channels", "train_images", "test_images", "normalisation")


def check_entry(name: str, entry: Mapping[str, Any]) -> None:
    """Raise InputError unless `entry` is well-formed; touches neither disk nor network."""
    where = f"data set {name}"
    source = entry.get("source")
    if source not in _NEEDS:
        raise InputError(f"{where}: source is {source!r}, expected one of {', '.join(_NEEDS)}")
    # An npz may say that its images are a published data set's: they are then set beside the paper's results.
    allowed = ("source", *_NEEDS[source], *_OPTIONAL, *(("dataset",) if source == "npz" else ()))
    for key in entry:
        if key not in allowed:
            raise InputError(unknown_key(f"{where}: source {source}", key, allowed[1:]))
    for key in _NEEDS[source]:
        if key not in entry:
            raise InputError(f"{where}: {key} is missing, source {source} needs it")
    if "dataset" in entry and entry["dataset"] not in PUBLISHED:
        raise InputError(f"{where}: dataset is {entry['dataset']!r}, expected one of {', '.join(PUBLISHED)}")
    if "path" in entry and not (isinstance(entry["path"], str) and entry["path"]):
        raise InputError(f"{where}: path is {entry['path']!r}, expected a file or folder name")
    size = entry.get("size", (1, 1))
    if not (isinstance(size, list | tuple) and len(size) == 2 and all(_is_count(n) for n in size)):
        raise InputError(f"{where}: size is {size!r}, expected [height, width] in pixels")
    if entry.get("channels", 1) not in (1, 3):
        raise InputError(f"{where}: channels is {entry['channels']!r}, expected 1 or 3")
    for key in ("train_images", "test_images"):
        if not _is_count(entry.get(key, 1)):
            raise InputError(f"{where}: {key} is {entry[key]!r}, expected a whole number from 1")
    if entry.get("normalisation", "unit") not in NORMALISATIONS:
        raise InputError(
            f"{where}: normalisation is {entry['normalisation']!r}, expected one of {', '.join(NORMALISATIONS)}"
        )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
