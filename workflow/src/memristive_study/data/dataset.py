"""A prepared data set, whole or its test images alone."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from memristive.core.errors import InputError
from memristive_study.data.archive import ARRAYS, read_arrays
from memristive_study.data.normalisation import to_tensor

# Errors of a damaged archive.
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    AttributeError,
    TypeError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
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

    def tensor(self, images: np.ndarray) -> torch.Tensor:
        """`images` of this data set as a network takes them: float32 [n, channels, height, width], normalised."""
        return to_tensor(images, self.normalisation, (self.mean, self.std))


def load(path: str | Path) -> Dataset:
    """Read a file that `prepare` wrote. Raises InputError where it is missing, truncated or not such a file."""
    arrays = read_arrays(Path(path), ("class_names", "name", "normalisation", "mean", "std"))
    return Dataset(
        *(arrays[key] for key in ARRAYS),
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

    def split(self, size: int) -> Iterator[torch.Tensor]:
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
