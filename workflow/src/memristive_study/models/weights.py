"""Weights of a network as a safetensors file."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from memristive.cli.weights import read_safetensors
from memristive.core.files import atomic
from memristive.core.weights import fill


def write_tensors(path: str | Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write `tensors` to a safetensors file, from the CPU."""
    with atomic(path) as temporary:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, temporary)


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the weights, biases and batch statistics of `model` as safetensors."""
    write_tensors(path, model.state_dict())


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Fill `model` with the weights of a safetensors file and return it.

    Raises InputError for a file that is missing, truncated, of another network (a name too many or too few, another
    shape) or holds a NaN or an infinity.
    """
    fill(model, read_safetensors(path), str(path))
    return model
