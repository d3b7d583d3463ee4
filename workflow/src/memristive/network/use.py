"""Looks on at a converted network's first forward pass: weights are multiplied by arrays, or by layers that say so.

A network's own code can reach weights that no conversion finds: of a layer in a plain object or a closure, or of the
digital network itself. Multiplied digitally, they would give the digital network's results without a word.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from memristive.core.errors import InputError
from memristive.network.layers import CrossbarLayer

# A look-up multiplies nothing.
_LOOK_UPS = (F.embedding, F.embedding_bag)
_PRODUCTS = (
    *(F.linear, F.bilinear, F.conv1d, F.conv2d, F.conv3d, F.conv_transpose2d),
    *(torch.matmul, torch.mm, torch.bmm, torch.addmm, torch.einsum, torch.Tensor.matmul, torch.Tensor.mm),
    *(torch.Tensor.__matmul__, torch.Tensor.__rmatmul__),
)


class Watch(TorchFunctionMode):
    """While it is entered, InputError where a weight is used that `network` does not hold, or an array's as a weight.

    It looks at the thread that entered it only.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._held = {id(parameter) for parameter in network.parameters()}
        self._arrays = {id(layer.conductance): layer for layer in network.modules() if isinstance(layer, CrossbarLayer)}

    def __torch_function__(self, function: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        used = [*_parameters((*args, *(kwargs or {}).values()))]
        if function in _PRODUCTS:
            self._check(used, function)
        found = function(*args, **(kwargs or {}))
        if isinstance(found, torch.Tensor) and function not in _LOOK_UPS:
            self._check(used, function)
        return found

    def _check(self, used: list[nn.Parameter], function: Callable) -> None:
        for parameter in used:
            layer = self._arrays.get(id(parameter))
            if layer is not None and function in _PRODUCTS:
                raise InputError(
                    f"{layer.place}: its parameters are read by the network's own code, but are conductances; call the "
                    f"layer, or leave it digital: layers={{{layer.name!r}: {{'array.layer_types': []}}}}"
                )
            if layer is None and parameter.dim() > 1 and id(parameter) not in self._held:
                raise InputError(
                    f"model: a weight of shape {list(parameter.shape)} is used that no module of the network holds, so "
                    "it would stay digital; hold its layer as an attribute or in an nn.ModuleList, and call it"
                )


def _parameters(values: tuple) -> Iterator[nn.Parameter]:
    for value in values:
        if isinstance(value, nn.Parameter):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _parameters(tuple(value))
