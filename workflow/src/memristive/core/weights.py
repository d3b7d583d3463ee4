"""Weights from outside: which tensors fit a network."""

from collections.abc import Mapping

import torch
from torch import nn

from memristive.core.errors import InputError

NAMES_SHOWN = 4  # of those that are too many or too few


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
