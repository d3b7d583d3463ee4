"""Test data from an .npz."""

import dataclasses
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import torch

from memristive.core.archives import open_archive
from memristive.core.errors import InputError
from memristive.workload import Workload

REGISTERED = "memristive.datasets"  # entry points: readers of archives that say how they are normalised


@dataclasses.dataclass(frozen=True)
class Data:
    """What a network is tested on, and what is known of it.

    Attributes:
        workload: inputs and labels.
        classes: how many.
        input_shape: of one input, as the network takes it.
        training_images: draws so many training inputs by a generator; None where the file has none.
    """

    workload: Workload
    classes: int
    input_shape: tuple[int, ...]
    training_images: Callable[[int, torch.Generator], torch.Tensor] | None


def read(
    path: str | Path,
    images: int | None = None,
    classes: int | None = None,
    mean: str | None = None,
    std: str | None = None,
) -> Data:
    """Read test data; the arguments are the options of the command line.

    Raises InputError for a file that cannot be used, and for options that do not suit it.
    """
    path = Path(path)
    for name, value in (("images", images), ("classes", classes)):
        if value is not None and value < 1:
            raise InputError(f"{name}: {value} is not a whole number from 1")
    arrays = open_archive(path, "data: ")
    if "normalisation" in arrays:
        if mean or std:
            raise InputError(f"data: {path}: says itself how it is normalised; --mean and --std are for other images")
        inputs, labels, counted, draw = _reader(path)(path)
    else:
        for name in ("x_test", "y_test"):
            if name not in arrays:
                raise InputError(f"data: {path}: {name} is missing; it holds {', '.join(arrays) or 'nothing'}")
        scale = mean, std
        inputs, labels = _inputs(path, "x_test", arrays["x_test"], *scale), torch.from_numpy(arrays["y_test"])
        counted = _classes(path, arrays)
        draw = None if "x_train" not in arrays else _draw(_inputs(path, "x_train", arrays["x_train"], *scale))
    if images is not None:
        inputs, labels = next(iter(inputs.split(images))), labels[:images]
    return Data(Workload.of((inputs, labels)), classes or counted, tuple(inputs.shape[1:]), draw)


def _reader(path: Path) -> Callable[[Path], tuple[Any, torch.Tensor, int, Any]]:
    found = next(iter(entry_points(group=REGISTERED)), None)
    if found is None:
        raise InputError(f"data: {path}: was prepared by a study, and needs memristive-study to be read")
    return found.load()


def _inputs(path: Path, name: str, values: np.ndarray, mean: str | None, std: str | None) -> torch.Tensor:
    """Inputs as a network takes them; uint8 images are scaled to [0, 1], their channels put first."""
    if values.dtype != np.uint8:
        if mean or std:
            raise InputError(f"data: {path}: {name} is {values.dtype}; --mean and --std are for uint8 images")
        return torch.from_numpy(values.astype(np.float32) if values.dtype == np.float64 else values)
    if values.ndim == 3:
        values = values[..., None]
    if values.ndim != 4 or values.shape[-1] not in (1, 3):
        raise InputError(
            f"data: {path}: {name} is uint8 {list(values.shape)}, expected [images, height, width] or [..., 1 or 3]"
        )
    found = torch.from_numpy(values).permute(0, 3, 1, 2).contiguous().float().div_(255)
    for text, option, change in ((mean, "mean", found.sub_), (std, "std", found.div_)):
        if text is not None:
            change(_a_channel(option, text, values.shape[-1]))
    return found


def _a_channel(option: str, text: str, channels: int) -> torch.Tensor:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != channels or not np.isfinite(numbers).all() or (option == "std" and min(numbers) <= 0):
        above = " above 0" if option == "std" else ""
        raise InputError(f"{option}: {text!r} is not {channels} number{'s' * (channels > 1)}{above}, one a channel")
    return torch.tensor(numbers).view(1, -1, 1, 1)


def _classes(path: Path, arrays: dict[str, np.ndarray]) -> int:
    if "class_names" in arrays:
        return len(arrays["class_names"])
    labels = [arrays[name] for name in ("y_train", "y_test") if name in arrays]
    if not all(np.issubdtype(found.dtype, np.integer) for found in labels):
        raise InputError(f"data: {path}: labels are {labels[-1].dtype}, not whole numbers")
    return max(int(found.max(initial=0)) for found in labels) + 1


def _draw(inputs: Sequence[Any]) -> Callable[[int, torch.Generator], torch.Tensor]:
    def draw(count: int, generator: torch.Generator) -> torch.Tensor:
        return inputs[torch.randperm(len(inputs), generator=generator)[:count]]

    return draw
