"""Weights of a network as a safetensors file."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from memristive.core.errors import InputError
from memristive.core.files import atomic


def write_tensors(path: str | Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write `tensors` to a safetensors file, from the CPU."""
    with atomic(path) as temporary:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, temporary)


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the weights, biases and batch statistics of `model` as safetensors."""
    write_tensors(path, model.state_dict())


def read_tensors(path: str | Path) -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file, on the CPU. Raises InputError for a missing, truncated or foreign file."""
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not a whole safetensors file ({error})") from error


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Fill `model` with the weights of a safetensors file and return it.

    Raises InputError for a file that is missing, truncated, of another network (a name too many or too few, another
    shape) or holds a NaN or an infinity.
    """
    weights, own = read_tensors(path), model.state_dict()
    for problem, names in (("lacks", own.keys() - weights.keys()), ("has unexpected", weights.keys() - own.keys())):
        if names:
            raise InputError(f"{path}: {problem} {', '.join(sorted(names))}: weights of another network")
    for name, tensor in weights.items():
        if tensor.shape != own[name].shape:
            raise InputError(
                f"{path}: {name} has shape {tuple(tensor.shape)}, the network needs {tuple(own[name].shape)}"
            )
        if not torch.isfinite(tensor).all():
            raise InputError(f"{path}: {name} holds NaN or infinity")
    model.load_state_dict(weights)
    return model
