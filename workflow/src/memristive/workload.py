"""Workloads: inputs, the expected answer to each, and how an answer is judged.

Images with labels are the usual case; tokens, vectors or anything else that a network takes is another `measure`.
"""

import dataclasses
import numbers
from collections.abc import Callable, Iterable, Sequence
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
    if outputs.dim() != targets.dim() + 1 or outputs.shape[:-1] != targets.shape:
        shape = ", ".join(map(str, wanted))
        raise InputError(f"evaluate: outputs: shape {list(outputs.shape)} of the network is not [{shape}]")
    classes = outputs.shape[-1]
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
            return data
        if isinstance(data, torch.utils.data.DataLoader):
            data = _gathered(data)
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise InputError(
                f"evaluate: data: {type(data).__name__} is not a pair of inputs and labels, a Workload or a DataLoader"
            )
        inputs, labels = _inputs(data[0]), _labels(data[1])
        if len(inputs) == 0 or len(inputs) != len(labels):
            raise InputError(
                f"evaluate: data: {len(inputs)} inputs and {len(labels)} labels; equal numbers above 0 needed"
            )
        return cls(inputs, labels)


def seeds_of(seeds: Any) -> list[int]:
    """Seeds as a list, from a whole number, a sequence or a NumPy array of them; InputError for anything else."""
    if isinstance(seeds, numbers.Integral) and not isinstance(seeds, bool):
        return [int(seeds)]
    if isinstance(seeds, (str, bytes, torch.Generator)) or not isinstance(seeds, Iterable):
        raise InputError(f"evaluate: seeds: {seeds!r} is not a whole number or a list of them")
    found = []
    for seed in seeds.tolist() if hasattr(seeds, "tolist") else seeds:
        if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or not -(2**63) <= seed < 2**64:
            raise InputError(f"evaluate: seeds: {seed!r} is not a whole number of 64 bits")
        found.append(int(seed))
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
    return torch.cat(inputs), torch.cat(labels)


def _inputs(inputs: Any) -> Inputs:
    if isinstance(inputs, np.ndarray):
        inputs = torch.from_numpy(np.ascontiguousarray(inputs))
    if not isinstance(inputs, torch.Tensor):
        if all(hasattr(inputs, name) for name in ("shape", "split", "__len__")):
            return inputs
        raise InputError(f"evaluate: inputs: {type(inputs).__name__} is not a tensor or a NumPy array")
    if inputs.dtype not in (torch.float32, torch.int32, torch.int64):
        kind = str(inputs.dtype).removeprefix("torch.")
        raise InputError(
            f"evaluate: inputs: {kind} is not float32 (images, vectors, scaled as in training) or int64 (tokens)"
        )
    if inputs.dim() < 2:
        raise InputError(f"evaluate: inputs: shape {list(inputs.shape)} is not [samples, ...]")
    check_finite(inputs)
    return inputs


def _labels(labels: Any) -> torch.Tensor:
    try:
        labels = torch.as_tensor(labels)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"evaluate: labels: {type(labels).__name__} is not a tensor of whole numbers") from error
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        kind = str(labels.dtype).removeprefix("torch.")
        raise InputError(f"evaluate: labels: {kind} is not a whole number a sample, the number of its class")
    if labels.dim() != 1:
        raise InputError(f"evaluate: labels: shape {list(labels.shape)} is not [samples], the number of each class")
    if labels.numel() and int(labels.min()) < 0:
        raise InputError(f"evaluate: labels: {int(labels.min())} is not a class: whole numbers from 0")
    return labels.long()
