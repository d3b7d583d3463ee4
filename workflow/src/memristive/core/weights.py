"""Weights from outside: which tensors fit a network, and how a file of them is read."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from memristive.core.errors import InputError

NAMES_SHOWN = 4  # of those that are too many or too few


def read_safetensors(path: str | Path, place: str = "") -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file, on the CPU.

    `place` begins the message of the InputError for a file that is missing, truncated or foreign, or where the package
    safetensors is not installed.
    """
    if not Path(path).is_file():
        raise InputError(f"{place}{path}: no such file")
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise InputError(f"{place}{path}: needs safetensors: pip install 'memristive[cli]'") from None
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{place}{path}: not a whole safetensors file ({error})") from None


def fill(model: nn.Module, tensors: Mapping[str, torch.Tensor], place: str) -> None:
    """Give `model` these weights, biases and statistics.

    Raises InputError, which begins with `place`, where they belong to another network (a name too many or too few,
    another shape) or hold a NaN or an infinity; the model is then as it was.
    """
    own = model.state_dict()
    for problem, names in (("lacks", own.keys() - tensors.keys()), ("has unexpected", tensors.keys() - own.keys())):
        if names:
            shown = ", ".join(sorted(names)[:NAMES_SHOWN]) + (", ..." if len(names) > NAMES_SHOWN else "")
            raise InputError(f"{place}: {problem} {shown}: weights of another network")
    for name, needed in own.items():
        tensor = tensors[name]
        if tensor.shape != needed.shape:
            shapes = f"{list(tensor.shape)}, the network needs {list(needed.shape)}"
            raise InputError(f"{place}: {name} has shape {shapes}")
        if not torch.isfinite(tensor).all():
            raise InputError(f"{place}: {name} holds NaN or infinity")
    model.load_state_dict(tensors)
