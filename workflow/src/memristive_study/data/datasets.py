"""Data sets: one entry of the config describes one, `prepare` makes one `.npz` of it, `load` reads that.

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

The original files are read by torchvision, and only once their published MD5 was verified: the CIFAR batches are
pickles. Nothing in this module imports torch before it is needed, so entries are checked cheaply.
"""

import contextlib
import gzip
import hashlib
import shutil
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memristive.core import seeding
from memristive.core.errors import InputError
from memristive.core.files import atomic
from memristive.core.names import unknown_key

if TYPE_CHECKING:
    import torch

# Table 1 of the paper.
PUBLISHED = {
    "mnist": {
        "dataset": "MNIST", "type": "BW", "size": (28, 28), "classes": 10, "train_images": 60000, "test_images": 10000
    },
    "cifar10": {
        "dataset": "CIFAR10", "type": "RGB", "size": (32, 32), "classes": 10, "train_images": 50000,
        "test_images": 10000,
    },
    "cifar100": {
        "dataset": "CIFAR100", "type": "RGB", "size": (32, 32), "classes": 100, "train_images": 50000,
        "test_images": 10000,
    },
}  # fmt: skip

NORMALISATIONS = ("unit", "centred", "standardised")
_NEEDS = {"torchvision": ("dataset",), "folder": ("dataset", "path"), "npz": ("path",), "digits": ()}
_OPTIONAL = ("size", "channels", "train_images", "test_images", "normalisation")
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_UNREADABLE = (
    *(OSError, EOFError, ValueError, AttributeError, TypeError, KeyError),
    *(zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True)
class Dataset:
    """A prepared data set: images uint8 [n, height, width, channels], labels int64 [n] from 0 to classes - 1."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    name: str
    normalisation: str
    mean: np.ndarray  # a channel, of the training images in [0, 1]
    std: np.ndarray

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height, width, as a network takes them."""
        height, width, channels = self.x_train.shape[1:]
        return channels, height, width

    def tensor(self, images: np.ndarray) -> "torch.Tensor":
        """`images` of this data set as a network takes them: float32 [n, channels, height, width], normalised."""
        return to_tensor(images, self.normalisation, (self.mean, self.std))


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


def prepare(name: str, entry: Mapping[str, Any], download_dir: str | Path, output: str | Path) -> None:
    """Write the data set that `entry` describes to the uncompressed `output` (.npz), for `load`.

    The same images give the same bytes (NumPy dates the members 1980). Downloads are kept, whole, in `download_dir`.
    Raises InputError, and writes nothing, where the entry, the network, a file or its content does not allow it.
    """
    check_entry(name, entry)
    source = entry["source"]
    if source == "torchvision":
        arrays = _read_originals(entry["dataset"], _download(entry["dataset"], Path(download_dir)))
    elif source == "folder":
        arrays = _read_originals(entry["dataset"], _find_originals(entry["dataset"], Path(entry["path"])))
    elif source == "npz":
        arrays = _read_npz(Path(entry["path"]))
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
        np.savez(
            temporary, **arrays, name=np.array(name), normalisation=np.array(entry.get("normalisation", "unit")),
            mean=mean, std=std,
        )  # fmt: skip


def load(path: str | Path) -> Dataset:
    """Read a file that `prepare` wrote. Raises InputError where it is missing, truncated or not such a file."""
    arrays = _read_npz(Path(path), ("class_names", "name", "normalisation", "mean", "std"))
    return Dataset(
        *(arrays[key] for key in _ARRAYS),
        class_names=tuple(str(name) for name in arrays["class_names"]),
        name=str(arrays["name"]),
        normalisation=str(arrays["normalisation"]),
        mean=arrays["mean"],
        std=arrays["std"],
    )


class TestImages:
    """The test images of a file that `prepare` wrote, read a part at a time: no job holds all of them.

    Raises InputError where the file is missing, truncated or not such a file, at the latest at the end of `split`.

    Attributes:
        labels: int64 [images].
        class_names: names of the classes.
        shape: images, channels, height, width, as a network takes them.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        if not self._path.is_file():
            raise InputError(f"{path}: no such file")
        with self._readable(), np.load(self._path, allow_pickle=False) as archive:
            self.labels = archive["y_test"].astype(np.int64)
            self.class_names = tuple(str(name) for name in archive["class_names"])
            self._normalisation = str(archive["normalisation"])
            self._statistics = archive["mean"], archive["std"]
            with archive.zip.open("x_test.npy") as stream:
                self._shape = self._header(stream)
        if len(self._shape) != 4 or self._shape[0] != len(self.labels) or not len(self.labels):
            raise InputError(f"{path}: x_test is {list(self._shape)} for {len(self.labels)} labels")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        images, height, width, channels = self._shape
        return images, channels, height, width

    @property
    def input_shape(self) -> tuple[int, int, int]:
        return self.shape[1:]

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, size: int) -> "Iterator[torch.Tensor]":
        """Parts of `size` images, the last may be smaller, as `Dataset.tensor` gives them."""
        with self._readable(), zipfile.ZipFile(self._path) as archive, archive.open("x_test.npy") as stream:
            self._header(stream)
            for start in range(0, len(self), size):
                images = np.empty((min(size, len(self) - start), *self._shape[1:]), np.uint8)
                if stream.readinto(memoryview(images).cast("B")) != images.nbytes:
                    raise EOFError("x_test is truncated")
                yield to_tensor(images, self._normalisation, self._statistics)

    def _header(self, stream: Any) -> tuple[int, ...]:
        """Shape of the array whose .npy header `stream` begins with."""
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran_order, kind = read[np.lib.format.read_magic(stream)](stream)
        if kind != np.uint8 or fortran_order:
            raise ValueError(f"x_test is {kind}, expected uint8 in C order")
        return shape

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise InputError(f"{self._path}: not a whole prepared data set ({str(error).splitlines()[0]})") from error


def statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation a channel (float64 [channels]) of `images` (uint8 NHWC) scaled to [0, 1].

    From the 256 counts a channel, so the order of summation plays no part. A constant channel has standard deviation
    1, which leaves it at zero when it is standardised.
    """
    levels = np.arange(256) / 255
    mean, std = np.empty(images.shape[-1]), np.empty(images.shape[-1])
    for channel in range(images.shape[-1]):
        counts = np.bincount(images[..., channel].ravel(), minlength=256)
        mean[channel] = (counts * levels).sum() / counts.sum()
        std[channel] = np.sqrt((counts * (levels - mean[channel]) ** 2).sum() / counts.sum()) or 1.0
    return mean, std


def to_tensor(
    images: np.ndarray, normalisation: str = "unit", statistics: tuple[np.ndarray, np.ndarray] | None = None
) -> "torch.Tensor":
    """float32 tensor [n, channels, height, width] of `images` (uint8 NHWC).

    `unit` scales to [0, 1]; `centred` then subtracts 0.5 and divides by 0.5; `standardised` subtracts the mean and
    divides by the standard deviation of `statistics` (a number a channel each, as `statistics()` gives them for the
    training images).
    """
    import torch

    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().float().div_(255)
    if normalisation == "unit":
        return tensor
    if normalisation == "centred":
        return tensor.sub_(0.5).div_(0.5)
    if normalisation != "standardised" or statistics is None:
        raise InputError(f"normalisation is {normalisation!r}, expected unit, centred, or standardised with statistics")
    mean, std = (torch.tensor(values, dtype=torch.float32).view(1, -1, 1, 1) for values in statistics)
    return tensor.sub_(mean).div_(std)


def stratified_folds(labels: np.ndarray, folds: int, generator: "torch.Generator") -> list[np.ndarray]:
    """Deal the indices of `labels` into `folds` disjoint sorted arrays whose sizes differ by at most one.

    Each class is spread over the folds evenly (counts differ by at most one), in an order drawn from `generator`.
    Raises InputError for fewer than two folds and for a class with fewer images than folds.
    """
    import torch

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
    """Training and validation indices (sorted) of `fold` among `images` images, from a file of `save_folds`."""
    arrays = _open_npz(Path(path))
    if f"fold{fold}" not in arrays:
        raise InputError(f"{path}: has no fold {fold}, only {', '.join(arrays)}")
    if sum(len(indices) for indices in arrays.values()) != images:
        raise InputError(f"{path}: was made for another number of images than {images}")
    validation = arrays[f"fold{fold}"]
    return np.setdiff1d(np.arange(images), validation), validation


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _open_npz(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except Exception as error:  # whatever a damaged archive brings about
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path}: not a whole .npz of plain arrays ({reason})") from error


def _read_npz(path: Path, required: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    arrays = _open_npz(path)
    for key in (*_ARRAYS, *required):
        if key not in arrays:
            raise InputError(f"{path}: {key} is missing; it holds {', '.join(arrays) or 'nothing'}")
    for split in ("train", "test"):
        x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if x.dtype != np.uint8 or x.ndim != 4 or x.shape[-1] not in (1, 3) or 0 in x.shape[1:]:
            raise InputError(
                f"{path}: x_{split} is {x.dtype} {list(x.shape)}, expected uint8 [images, height, width, 1 or 3]"
            )
        if len(x) == 0:
            raise InputError(f"{path}: x_{split} has no images")
        if not np.issubdtype(y.dtype, np.integer) or y.shape != x.shape[:1]:
            raise InputError(f"{path}: y_{split} is {y.dtype} {list(y.shape)}, expected whole numbers [{len(x)}]")
        arrays[f"y_{split}"] = y.astype(np.int64)
    if arrays["x_train"].shape[1:] != arrays["x_test"].shape[1:]:
        raise InputError(
            f"{path}: x_train has images {list(arrays['x_train'].shape[1:])}, x_test {list(arrays['x_test'].shape[1:])}"
        )
    # Without names, the training labels say how many classes there are.
    names = arrays.get("class_names", np.arange(len(np.unique(arrays["y_train"]))).astype(str))
    if names.ndim != 1:
        raise InputError(f"{path}: class_names has shape {list(names.shape)}, expected one name a class")
    for split in ("train", "test"):
        y = arrays[f"y_{split}"]
        outside = y[(y < 0) | (y >= len(names))]
        if len(outside):
            raise InputError(f"{path}: y_{split} holds label {outside[0]}, expected 0 to {len(names) - 1}")
    return {**{key: arrays[key] for key in (*_ARRAYS, *required)}, "class_names": names.astype(str)}


def _check_classes(labels: np.ndarray, classes: int, where: str) -> None:
    if classes < 2:
        raise InputError(f"{where}: y_train has {classes} class, at least 2 are needed")
    missing = np.setdiff1d(np.arange(classes), labels)
    if len(missing):
        raise InputError(f"{where}: y_train has no image of class {missing[0]}, of {classes} each needs one")


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


def _with_channels(x: np.ndarray, channels: int, where: str) -> np.ndarray:
    if channels < x.shape[-1]:
        raise InputError(f"{where}: channels is {channels}, but the images have {x.shape[-1]}")
    return x if channels == x.shape[-1] else np.repeat(x, channels, axis=-1)


def _resize(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    import torch

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
        "x_train": images[train], "y_train": labels[train], "x_test": images[test], "y_test": labels[test],
        "class_names": digits.target_names.astype(str),
    }  # fmt: skip


def _torchvision_class(dataset: str) -> Any:
    import torchvision

    return getattr(torchvision.datasets, PUBLISHED[dataset]["dataset"])


def _originals(dataset: str) -> dict[str, tuple[str, str]]:
    """File name to (address, MD5) of the original files, as torchvision publishes them."""
    loader = _torchvision_class(dataset)
    if dataset == "mnist":
        mirror = next(mirror for mirror in loader.mirrors if mirror.startswith("https:"))
        return {name: (mirror + name, md5) for name, md5 in loader.resources}
    return {loader.filename: (loader.url, loader.tgz_md5)}


def _download(dataset: str, folder: Path) -> dict[str, Path]:
    """Whole original files in `folder`, downloaded where they are missing.

    torchvision's own download would fall back to plain http, writes in place and waits for ever; its addresses and
    checksums are used.
    """
    found = {}
    for name, (address, md5) in _originals(dataset).items():
        found[name] = folder / name
        if found[name].is_file() and _md5(found[name]) == md5:
            continue
        print(f"downloading {address}", flush=True)
        with atomic(found[name]) as temporary:
            try:
                with urllib.request.urlopen(address, timeout=60) as response, temporary.open("wb") as stream:
                    shutil.copyfileobj(response, stream)
            except (OSError, HTTPException) as error:
                raise InputError(
                    f"{address}: cannot be downloaded ({getattr(error, 'reason', error)}); "
                    "without network, use source: folder or npz"
                ) from error
            _verify(temporary, md5, address)
    return found


def _find_originals(dataset: str, folder: Path) -> dict[str, Path]:
    """Verified original files in `folder`, which may have torchvision's layout."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    found = {}
    for name, (_, md5) in _originals(dataset).items():
        places = [folder / name, folder / "MNIST" / "raw" / name]
        found[name] = next((place for place in places if place.is_file()), None)
        if found[name] is None and dataset != "mnist":
            batches = folder / _torchvision_class(dataset).base_folder
            if batches.is_dir():  # torchvision verifies each batch
                return {name: batches}
        if found[name] is None:
            raise InputError(f"{folder / name}: no such file; the original files of {dataset} are needed")
        _verify(found[name], md5, found[name])
    return found


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _verify(path: Path, md5: str, what: object) -> None:
    if (found := _md5(path)) != md5:
        raise InputError(f"{what}: MD5 is {found}, published is {md5}: truncated or altered ({path.stat().st_size} B)")


def _read_originals(dataset: str, files: dict[str, Path]) -> dict[str, np.ndarray]:
    """Arrays of the verified original `files`, unpacked into a temporary folder and read by torchvision."""
    loader = _torchvision_class(dataset)
    with tempfile.TemporaryDirectory() as root:
        for name, path in files.items():
            if dataset == "mnist":
                target = Path(root) / "MNIST" / "raw" / Path(name).stem
                target.parent.mkdir(parents=True, exist_ok=True)
                with gzip.open(path) as packed, target.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
            elif path.is_dir():
                root = str(path.parent)
            else:
                with tarfile.open(path) as archive:
                    archive.extractall(root, filter="data")
        try:
            train, test = loader(root, train=True), loader(root, train=False)
        except RuntimeError as error:
            raise InputError(
                f"{next(iter(files.values()))}: a file is missing or its MD5 is not the published"
            ) from error
    arrays: dict[str, np.ndarray] = {"class_names": np.array([name.split(" - ")[0] for name in train.classes])}
    for split, part in (("train", train), ("test", test)):
        images = np.asarray(part.data)
        arrays[f"x_{split}"] = images[..., None] if images.ndim == 3 else images
        arrays[f"y_{split}"] = np.asarray(part.targets, dtype=np.int64)
    return arrays
