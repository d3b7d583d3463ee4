"""Accuracy of a network on crossbars, one evaluation a seed."""

import base64
import dataclasses
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
import torch
from torch import nn

from memristive.arrays.draws import SeededDraws
from memristive.arrays.finite import all_finite
from memristive.arrays.semantics import resolve
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.chains import FusedSequential
from memristive.network.checks import check_model_and_setting
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarLayer
from memristive.network.recovery.images import Draw
from memristive.network.recovery.steps import prepare, settle
from memristive.workload import Workload, check_finite, seeds_of

IMAGES_AT_ONCE = 500  # in plain torch, where the batch size decides nothing; fewer of large images
LEAST_AT_ONCE = 16  # the kernels' vectors hold as many images
FLOATS_AT_ONCE = 512 * 3 * 32 * 32  # of the images that are read at once: the kernels sort them by their background
NETWORKS_AT_ONCE = 8  # so many repeats share a pass over the images
WEIGHTS_AT_ONCE = 2**20  # of conversions that share a pass: of a larger network one is held at a time


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """One network, converted once, on all images.

    Attributes:
        seed: names the random draws; None where nothing was drawn.
        images, correct: counts of answers; an answer an image, or one a position.
        classes_predicted: distinct classes among the predictions; 1 means that the network decides nothing.
        correct_bits: base64 of one bit an image (numpy.packbits), 1 where the prediction is right.
        convert_seconds, seconds: wall time of the conversion and of the inference.
    """

    seed: int | None
    images: int
    correct: int
    classes_predicted: int
    correct_bits: str = dataclasses.field(repr=False)
    convert_seconds: float
    seconds: float

    @property
    def accuracy(self) -> float:
        """Correct predictions in per cent of the images."""
        return 100 * self.correct / self.images


@dataclasses.dataclass(frozen=True)
class Evaluations(Sequence[Evaluation]):
    """The evaluations of one setting, in the order of their seeds.

    Attributes:
        setting: what all of them have in common.
        found: one evaluation a seed, or a single one where the setting draws nothing.
    """

    setting: Setting
    found: tuple[Evaluation, ...]

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, which: int) -> Evaluation: ...
    @overload
    def __getitem__(self, which: slice) -> tuple[Evaluation, ...]: ...
    def __getitem__(self, which: int | slice) -> Evaluation | tuple[Evaluation, ...]:
        return self.found[which]

    @property
    def mean(self) -> float:
        """Mean of the accuracies, in per cent."""
        return statistics.fmean(evaluation.accuracy for evaluation in self)

    @property
    def deviation(self) -> float:
        """Standard deviation of the accuracies between the seeds, in per cent; NaN for a single evaluation."""
        return statistics.stdev(evaluation.accuracy for evaluation in self) if len(self) > 1 else math.nan

    def rows(self) -> list[dict[str, Any]]:
        """One row an evaluation, with all fields of the setting; `pandas.DataFrame(result.rows())` is a table."""
        rows = []
        for evaluation in self:
            measured = dataclasses.asdict(evaluation)
            del measured["correct_bits"]
            rows.append(self.setting.as_dict() | measured | {"accuracy": evaluation.accuracy})
        return rows


def images_at_once(shape: Sequence[int], batch_size: int) -> int:
    """How many images of `shape` [images, ...] are read together: whole batches, since they may decide results."""
    return max(1, FLOATS_AT_ONCE // math.prod(shape[1:]) // batch_size) * batch_size


def free_batch(shape: Sequence[int]) -> int:
    """Images of `shape` [images, ...] in a batch whose size decides nothing."""
    return max(LEAST_AT_ONCE, min(IMAGES_AT_ONCE, FLOATS_AT_ONCE // math.prod(shape[1:])))


@torch.no_grad()
def outputs(network: nn.Module, inputs: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Outputs of `network` for `inputs` [samples, ...] in batches of this size; InputError where one is not finite."""
    if isinstance(network, FusedSequential):
        found = network.in_batches(inputs, batch_size)
    else:
        parts = [network(batch) for batch in inputs.split(batch_size)]
        if not isinstance(parts[0], torch.Tensor):
            kind = type(parts[0]).__name__
            raise InputError(f"evaluate: outputs: {kind} of the network is not a tensor")
        found = torch.cat(parts)
    if not all_finite(found):
        raise InputError(not_finite(network, inputs[:batch_size]))
    return found


def predict(network: nn.Module, images: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Predicted class of each image, int64 [images]; images float32 [images, channels, height, width]."""
    return outputs(network, images, batch_size).argmax(-1)


@torch.no_grad()
def not_finite(network: nn.Module, inputs: torch.Tensor) -> str:
    """One line that names the first layer of `network` whose output for `inputs` is not finite."""
    first: list[str] = []

    def look(name: str, output: object) -> None:
        if not first and isinstance(output, torch.Tensor) and output.is_floating_point():
            first.extend([name] if not torch.isfinite(output).all() else [])

    hooks = [
        module.register_forward_hook(lambda _, __, output, name=name: look(name, output))
        for name, module in network.named_modules()
        if not list(module.children())
    ]
    try:
        network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    place = f"after layer {first[0]}" if first and first[0] else "in the network's outputs"
    settings = {layer.setting for layer in network.modules() if isinstance(layer, CrossbarLayer)}
    shown = next(iter(settings)).canonical() if settings else "no layer on crossbars"
    return f"evaluate: a value is not finite {place}, at the setting {shown}"


def evaluations(
    model: nn.Module,
    data: Any,
    setting: Setting,
    seeds: Any,
    training_images: Draw | None = None,
    prepared: bool = False,
) -> Iterator[Evaluation]:
    """Convert and evaluate `model` once for each seed, or once in all where the setting draws nothing.

    Args:
        model: trained digital network.
        data: a pair of inputs (float32 [samples, ...], as the network takes them) and labels (whole numbers
            [samples]), tensors or NumPy arrays; a DataLoader of such pairs; or a `workload.Workload`.
        seeds: seed, or seeds, of the generators that name the draws.
        training_images: what is calibrated, see `evaluate`.
        prepared: `model` and `setting` are what `recovery.steps.prepare` gives, which takes its time once.

    Raises:
        InputError: data or seeds that cannot be used, nothing to calibrate on, a layer that cannot be converted, or a
            value that is not finite.
    """
    check_model_and_setting("evaluate", model, setting)
    if training_images is not None and not callable(training_images):
        raise InputError(
            f"evaluate: training_images: {type(training_images).__name__} is not a function of a number and a "
            "torch.Generator that draws so many images"
        )
    workload, wanted = Workload.of(data), seeds_of(seeds)
    if setting.draws and not wanted:
        raise InputError("evaluate: seeds: an empty list, but this setting draws at random")
    for field, count in setting.training_images.items() if training_images is None else ():
        raise InputError(f"evaluate: training_images: None, but {field}: {count} needs some")
    if not prepared:
        model, setting = prepare(model, setting, training_images)
    drawn: list[int | None] = [*wanted] if setting.draws else [None]
    at_once = networks_at_once(model)
    for start in range(0, len(drawn), at_once):
        yield from _evaluate_together(model, workload, setting, drawn[start : start + at_once], training_images)


def networks_at_once(model: nn.Module) -> int:
    """How many conversions of `model` share a pass: one of a large network, whose memory counts."""
    weights = sum(parameter.numel() for parameter in model.parameters())
    return max(1, min(NETWORKS_AT_ONCE, WEIGHTS_AT_ONCE // max(1, weights)))


def _evaluate_together(
    model: nn.Module,
    workload: Workload,
    setting: Setting,
    seeds: Sequence[int | None],
    training_images: Draw | None,
) -> Iterator[Evaluation]:
    """One evaluation a seed, in one pass over the inputs: they are read and normalised once."""
    networks, convert_seconds = [], []
    for seed in seeds:
        started = time.perf_counter()
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        networks.append(convert_with(model, setting, SeededDraws(generator or torch.Generator())))
        settle(networks[-1], setting, training_images, generator)
        convert_seconds.append(time.perf_counter() - started)
    inputs, targets = workload.inputs, workload.targets
    batch_size = setting.arithmetic.batch_size if resolve(setting).batch_scales_linear else free_batch(inputs.shape)
    right: list[list[torch.Tensor]] = [[] for _ in networks]
    classes: list[set[int]] = [set() for _ in networks]
    seconds = [0.0] * len(networks)
    done = 0
    for part in inputs.split(images_at_once(inputs.shape, batch_size)):
        check_finite(part)
        for number, network in enumerate(networks):
            started = time.perf_counter()
            found = outputs(network, part, batch_size)
            seconds[number] += time.perf_counter() - started
            right[number].append(workload.judge(found, targets[done : done + len(part)]))
            classes[number].update(found.argmax(-1).unique().tolist())
        done += len(part)
    for number, seed in enumerate(seeds):
        correct = torch.cat(right[number]).flatten().cpu().numpy()
        yield Evaluation(
            seed=seed,
            images=len(correct),
            correct=int(correct.sum()),
            classes_predicted=len(classes[number]),
            correct_bits=base64.b64encode(np.packbits(correct)).decode(),
            convert_seconds=convert_seconds[number],
            seconds=seconds[number],
        )


def evaluate(
    model: nn.Module,
    data: Any,
    setting: Setting,
    seeds: Any,
    training_images: Draw | None = None,
) -> Evaluations:
    """Convert and evaluate `model` once for each seed, or once in all where the setting draws nothing.

    Args:
        model: trained digital network; it is not changed.
        data: a pair of inputs (float32 [samples, ...], as the network takes them, or int32 or int64 tokens) and labels
            (whole numbers [samples] from 0 to classes - 1), tensors or NumPy arrays; a DataLoader of such pairs; or a
            `memristive.workload.Workload`, whose `measure` says which answers are right.
        setting: what the network is converted with; `help(memristive.Setting)` lists its fields.
        seeds: a whole number of 64 bits, or several distinct ones: each names the draws of one evaluation (devices,
            faults, inputs of the tuning), as torch.Generator().manual_seed(seed).
        training_images: training_images(count, generator) draws so many training inputs, float32 [count, ...], or a
            pair of them and their classes, int64 [count]. Converters of a fixed range are calibrated on them
            (`adc.range: calibrated`), and options of `recovery`; not needed otherwise. Never test inputs.

    Returns:
        `Evaluations`: a sequence of one `Evaluation` a seed, each with `accuracy` (per cent), `correct`, `images` and
        `seconds`; `mean` and `deviation` (per cent) over the seeds; `rows()` for a table.

    Raises:
        InputError: in one line, what of the arguments cannot be used, a layer that cannot be converted, or a value that
            is not finite.
    """
    return Evaluations(setting, tuple(evaluations(model, data, setting, seeds, training_images)))


def unpack_bits(correct_bits: str, images: int) -> np.ndarray:
    """Inverse of `Evaluation.correct_bits`: bool [images]."""
    return np.unpackbits(np.frombuffer(base64.b64decode(correct_bits), np.uint8), count=images).astype(bool)
