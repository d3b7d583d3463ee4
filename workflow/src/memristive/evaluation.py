"""Accuracy of a network on crossbars, one evaluation a seed."""

import base64
import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from memristive.arrays.semantics import resolve
from memristive.core.errors import InputError
from memristive.core.seeding import child
from memristive.core.setting import Setting
from memristive.network import calibrate, convert
from memristive.network.chains import FusedSequential

if TYPE_CHECKING:
    import pandas as pd

    from memristive_study.data.dataset import TestImages

    Images = torch.Tensor | TestImages

Draw = Callable[[int, torch.Generator], torch.Tensor]  # so many training images, drawn by the generator
IMAGES_AT_ONCE = 500  # in plain torch, where the batch size decides nothing
FLOATS_AT_ONCE = 512 * 3 * 32 * 32  # of the images that are read at once: the kernels sort them by their background
NETWORKS_AT_ONCE = 8  # so many repeats share a pass over the images


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """One network, converted once, on all images.

    Attributes:
        seed: names the random draws; None where nothing was drawn.
        images, correct: counts.
        classes_predicted: distinct classes among the predictions; 1 means that the network decides nothing.
        correct_bits: base64 of one bit an image (numpy.packbits), 1 where the prediction is right.
        convert_seconds, seconds: wall time of the conversion and of the inference.
    """

    seed: int | None
    images: int
    correct: int
    classes_predicted: int
    correct_bits: str
    convert_seconds: float
    seconds: float

    @property
    def accuracy(self) -> float:
        """Correct predictions in per cent of the images."""
        return 100 * self.correct / self.images


def images_at_once(shape: Sequence[int], batch_size: int) -> int:
    """How many images of `shape` [images, ...] are read together: whole batches, since they may decide results."""
    return max(1, FLOATS_AT_ONCE // math.prod(shape[1:]) // batch_size) * batch_size


@torch.no_grad()
def predict(network: nn.Module, images: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Predicted class of each image, int64 [images]; images float32 [images, channels, height, width]."""
    if isinstance(network, FusedSequential):
        return network.in_batches(images, batch_size).argmax(1)
    return torch.cat([network(batch).argmax(1) for batch in images.split(batch_size)])


def evaluations(
    model: nn.Module,
    data: tuple["Images", torch.Tensor],
    setting: Setting,
    seeds: Sequence[int],
    training_images: Draw | None = None,
) -> Iterator[Evaluation]:
    """Convert and evaluate `model` once for each seed, or once in all where the setting draws nothing.

    Args:
        model: trained digital network.
        data: images, float32 [images, channels, height, width] or `TestImages`, and labels, int64 [images].
        seeds: seeds of the generators that name the draws.
        training_images: what ADCs of a fixed range are calibrated on (`adc_range: calibrated`).

    Raises:
        InputError: no image, no seed, nothing to calibrate on, or a layer that cannot be converted.
    """
    images, labels = data
    if len(images) == 0 or len(images) != len(labels):
        raise InputError(f"evaluate: data: {len(images)} images and {len(labels)} labels; equal numbers above 0 needed")
    if setting.draws and not seeds:
        raise InputError("evaluate: seeds: an empty list, but this setting draws at random")
    if setting.calibrated and training_images is None:
        raise InputError("evaluate: training_images: None, but adc_range: 'calibrated' needs some")
    wanted = list(seeds) if setting.draws else [None]
    for start in range(0, len(wanted), NETWORKS_AT_ONCE):
        some = wanted[start : start + NETWORKS_AT_ONCE]
        yield from _evaluate_together(model, images, labels, setting, some, training_images)


def _evaluate_together(
    model: nn.Module,
    images: "Images",
    labels: torch.Tensor,
    setting: Setting,
    seeds: Sequence[int | None],
    training_images: Draw | None,
) -> Iterator[Evaluation]:
    """One evaluation a seed, in one pass over the images: they are read and normalised once."""
    networks, convert_seconds = [], []
    for seed in seeds:
        started = time.perf_counter()
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        networks.append(convert(model, setting, generator))
        if setting.calibrated:
            calibrate(networks[-1], training_images(setting.adc.calibration_images, child(generator, "calibration")))
        convert_seconds.append(time.perf_counter() - started)
    batch_size = setting.arithmetic.batch_size if resolve(setting).batch_scales_linear else IMAGES_AT_ONCE
    predictions: list[list[torch.Tensor]] = [[] for _ in networks]
    seconds = [0.0] * len(networks)
    for part in images.split(images_at_once(images.shape, batch_size)):
        for number, network in enumerate(networks):
            started = time.perf_counter()
            predictions[number].append(predict(network, part, batch_size))
            seconds[number] += time.perf_counter() - started
    for number, seed in enumerate(seeds):
        predicted = torch.cat(predictions[number])
        right = (predicted == labels).cpu().numpy()
        yield Evaluation(
            seed=seed,
            images=len(images),
            correct=int(right.sum()),
            classes_predicted=len(predicted.unique()),
            correct_bits=base64.b64encode(np.packbits(right)).decode(),
            convert_seconds=convert_seconds[number],
            seconds=seconds[number],
        )


def evaluate(
    model: nn.Module,
    data: tuple["Images", torch.Tensor],
    setting: Setting,
    seeds: Sequence[int],
    training_images: Draw | None = None,
) -> "pd.DataFrame":
    """One table of accuracies (per cent): a row an evaluation, with all fields of the setting.

    Takes and raises what `evaluations` does.
    """
    import pandas as pd

    rows = []
    for evaluation in evaluations(model, data, setting, seeds, training_images):
        measured = dataclasses.asdict(evaluation)
        del measured["correct_bits"]
        rows.append(setting.as_dict() | measured | {"accuracy": evaluation.accuracy})
    return pd.DataFrame(rows)


def unpack_bits(correct_bits: str, images: int) -> np.ndarray:
    """Inverse of `Evaluation.correct_bits`: bool [images]."""
    return np.unpackbits(np.frombuffer(base64.b64decode(correct_bits), np.uint8), count=images).astype(bool)
