"""Accuracy of a network on crossbars, one evaluation a seed."""

import base64
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from memristive.crossbar import calibrate, convert
from memristive.errors import InputError
from memristive.seeding import child
from memristive.setting import Setting

if TYPE_CHECKING:
    import pandas as pd

Draw = Callable[[int, torch.Generator], torch.Tensor]  # so many training images, drawn by the generator
IMAGES_AT_ONCE = 2000  # where the batch size decides nothing


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


@torch.no_grad()
def predict(network: nn.Module, images: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Predicted class of each image, int64 [images]; images float32 [images, channels, height, width]."""
    return torch.cat([network(batch).argmax(1) for batch in images.split(batch_size)])


def evaluations(
    model: nn.Module,
    data: tuple[torch.Tensor, torch.Tensor],
    setting: Setting,
    seeds: Sequence[int],
    training_images: Draw | None = None,
) -> Iterator[Evaluation]:
    """Convert and evaluate `model` once for each seed, or once in all where the setting draws nothing.

    Args:
        model: trained digital network.
        data: images, float32 [images, channels, height, width], and labels, int64 [images].
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
    batch_size = setting.batch_size if setting.semantics == "memtorch" else IMAGES_AT_ONCE
    for seed in seeds if setting.draws else [None]:
        started = time.perf_counter()
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        network = convert(model, setting, generator)
        if setting.calibrated:
            calibrate(network, training_images(setting.calibration_images, child(generator, "calibration")))
        converted = time.perf_counter()
        predictions = predict(network, images, batch_size)
        finished = time.perf_counter()
        right = (predictions == labels).cpu().numpy()
        yield Evaluation(
            seed=seed,
            images=len(images),
            correct=int(right.sum()),
            classes_predicted=len(predictions.unique()),
            correct_bits=base64.b64encode(np.packbits(right)).decode(),
            convert_seconds=converted - started,
            seconds=finished - converted,
        )


def evaluate(
    model: nn.Module,
    data: tuple[torch.Tensor, torch.Tensor],
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
