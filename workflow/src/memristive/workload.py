"""Workloads: inputs, the expected answer to each, and how an answer is judged.

Images with labels are the usual case; tokens, vectors or anything else that a network takes is another `measure`.
"""

import dataclasses
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from memristive.arrays.finite import all_finite
from memristive.core.errors import InputError

# Which answers are right: bool of the shape of the targets, from outputs [samples, ...] and targets [samples, ...].
Measure = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Inputs(Protocol):
    """Inputs that can be read a part at a time, [samples, ...]; a tensor is one."""

    @property
    def shape(self) -> Sequence[int]: ...

    def __len__(self) -> int: ...

    def split(self, size: int, /) -> Iterable[torch.Tensor]:
        """Parts of `size` samples in their order; the last may be smaller."""
        ...


def classification(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Whether the largest of each sample's outputs is that of its class.

    Args:
        outputs: float32 [samples, classes], or [samples, positions, classes] for a class a position.
        targets: int64 [samples] or [samples, positions].

    Raises:
        InputError: outputs of another shape, or a target that is no class of the network.
    """
    wanted = [*targets.shape, "classes"]
    if not isinstance(outputs, torch.Tensor):
        raise InputError(f"evaluate: outputs: {type(outputs).__name__} of the network is not a tensor")
    if outputs.dim() != targets.dim() + 1 or outputs.shape[:-1] != targets.shape:
        shape = ", ".join(map(str, wanted))
        raise InputError(f"evaluate: outputs: shape {list(outputs.shape)} of the network is not [{shape}]")
    classes = outputs.shape[-1]
    if classes < 2:
        raise InputError(
            "evaluate: outputs: one a sample, which decides between no classes; a Workload with a `measure` of its own "
            "says which answers are right"
        )
    if targets.numel() and int(targets.max()) >= classes:
        raise InputError(f"evaluate: labels: {int(targets.max())} is not a class of the network: 0 to {classes - 1}")
    return outputs.argmax(-1) == targets


@dataclasses.dataclass(frozen=True)
class Workload:
    """What a network is evaluated on.

    Attributes:
        inputs: float32 images or vectors, or whole numbers (tokens), [samples, ...].
        targets: int64 [samples] or [samples, positions].
        measure: which answers are right.
    """

    inputs: Inputs
    targets: torch.Tensor
    measure: Measure = classification

    @classmethod
    def of(cls, data: Any) -> "Workload":
        """A workload from a `Workload`, a pair of inputs and labels (tensors or NumPy arrays), or a DataLoader.

        Raises InputError, in one line, for anything else, for inputs that are not finite, for labels that are not
        whole numbers from 0, and where the two do not belong together.
        """
        if isinstance(data, cls):
            return data._checked()
        if isinstance(data, torch.utils.data.DataLoader):
            data = _gathered(data)
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise InputError(
                f"evaluate: data: {type(data).__name__} is not a pair of inputs and labels, a Workload or a DataLoader"
            )
        labels = _whole(data[1])
        if labels.dim() != 1:
            raise InputError(f"evaluate: labels: shape {list(labels.shape)} is not [samples], the number of each class")
        return cls(data[0], labels)._checked()

    def _checked(self) -> "Workload":
        """The same workload, of tensors; see `of`."""
        if not callable(self.measure):
            raise InputError(f"evaluate: measure: {self.measure!r} is not a function of outputs and targets")
        inputs = _inputs(self.inputs)
        # What targets another measure compares with is its own affair.
        targets = _whole(self.targets) if self.measure is classification else _tensor("targets", self.targets)
        counts = len(inputs), len(targets) if targets.dim() else 0
        if counts[0] == 0 or counts[0] != counts[1]:
            raise InputError(f"evaluate: data: {counts[0]} inputs and {counts[1]} labels; equal numbers above 0 needed")
        return Workload(inputs, targets, self.measure)

    def judge(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Which answers are right; InputError where the measure does not say that for each target."""
        right = self.measure(outputs, targets)
        if not isinstance(right, torch.Tensor) or right.dtype != torch.bool or right.shape[:1] != targets.shape[:1]:
            shown = f"{right.dtype} {list(right.shape)}" if isinstance(right, torch.Tensor) else type(right).__name__
            raise InputError(f"evaluate: measure: {shown} is not bool [{len(targets)}, ...], true where right")
        if right.dim() > targets.dim():
            raise InputError(f"evaluate: measure: {list(right.shape)} answers for {list(targets.shape)} targets")
        return right


def seeds_of(seeds: Any) -> list[int]:
    """Seeds as a list, from a whole number, a sequence or a NumPy array of them; InputError for anything else."""
    seeds = seeds.tolist() if hasattr(seeds, "tolist") else seeds
    if isinstance(seeds, numbers.Integral) and not isinstance(seeds, bool):
        seeds = [seeds]
    if isinstance(seeds, (str, bytes, Mapping, torch.Generator)) or not isinstance(seeds, Iterable):
        raise InputError(f"evaluate: seeds: {seeds!r} is not a whole number or a list of them")
    found: list[int] = []
    for seed in seeds:
        seed = seed.item() if getattr(seed, "shape", None) == () else seed
        if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or not -(2**63) <= seed < 2**64:
            raise InputError(f"evaluate: seeds: {seed!r} is not a whole number of 64 bits")
        found.append(int(seed))
    # A generator takes a negative seed as the number of 64 bits that it is in two's complement.
    if len({seed % 2**64 for seed in found}) < len(found):
        twice = next(seed for number, seed in enumerate(found) if seed % 2**64 in [s % 2**64 for s in found[:number]])
        raise InputError(f"evaluate: seeds: {twice} is given twice, and would count as two evaluations")
    return found


def check_finite(part: torch.Tensor) -> None:
    """InputError where inputs hold NaN or an infinity."""
    if part.is_floating_point() and not all_finite(part):
        raise InputError("evaluate: inputs: a value is not finite")


def _gathered(loader: torch.utils.data.DataLoader) -> tuple[torch.Tensor, torch.Tensor]:
    inputs, labels = [], []
    for batch in loader:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise InputError("evaluate: data: batches of the DataLoader are not pairs of inputs and labels")
        inputs.append(batch[0])
        labels.append(batch[1])
    if not inputs:
        raise InputError("evaluate: data: the DataLoader is empty")
    try:
        return torch.cat(inputs), torch.cat(labels)
    except (TypeError, RuntimeError) as error:
        line = str(error).splitlines()[0]
        raise InputError(f"evaluate: data: batches of the DataLoader do not fit together: {line}") from error


def _tensor(name: str, values: Any) -> torch.Tensor:
    """Values as a tensor on a device, dense; InputError where they are none."""
    try:
        if isinstance(values, np.ndarray):  # of another byte order, read only, or with negative strides
            values = np.array(values, values.dtype.newbyteorder("="))
        found = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"evaluate: {name}: {type(values).__name__} is not a tensor or an array of numbers") from error
    if found.is_meta or found.is_nested or found.layout != torch.strided:
        form = "on the device meta" if found.is_meta else f"of layout {str(found.layout).removeprefix('torch.')}"
        raise InputError(f"evaluate: {name}: {form}, not a dense tensor with values")
    return found


def _inputs(inputs: Any) -> Inputs:
    if not isinstance(inputs, (torch.Tensor, np.ndarray)):
        if all(hasattr(inputs, name) for name in ("shape", "split", "__len__")):
            return inputs
        raise InputError(f"evaluate: inputs: {type(inputs).__name__} is not a tensor or a NumPy array")
    inputs = _tensor("inputs", inputs)
    if inputs.dtype not in (torch.float32, torch.int32, torch.int64):
        kind = str(inputs.dtype).removeprefix("torch.")
        raise InputError(
            f"evaluate: inputs: {kind} is not float32 (images, vectors, scaled as in training) or int64 (tokens)"
        )
    if inputs.dim() < 2 or (len(inputs) and not inputs.numel()):
        raise InputError(f"evaluate: inputs: shape {list(inputs.shape)} is not [samples, ...]")
    check_finite(inputs)
    return inputs


def _whole(labels: Any) -> torch.Tensor:
    labels = _tensor("labels", labels)
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        kind = str(labels.dtype).removeprefix("torch.")
        raise InputError(f"evaluate: labels: {kind} is not a whole number a sample, the number of its class")
    labels = labels.long()
    if labels.numel() and int(labels.min()) < 0:
        raise InputError(f"evaluate: labels: {int(labels.min())} is not a class: whole numbers from 0")
    return labels
