"""Everything that a fused plan of a network takes for granted, so that it runs only while all of it still holds.

A plan replaces a network's forward pass. It assumes that the network has the modules, the modes, the parameters, the
attributes and the hooks that it had when the plan was made, and that its code reads the same elsewhere.
"""

import itertools
import zlib
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as torch_module

from memristive.network.purity import Read

_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
# Torch's tables that take no part in a forward pass without gradients, or only beside `_HOOKS`.
_IDLE = {
    "_non_persistent_buffers_set",
    "_backward_pre_hooks",
    "_backward_hooks",
    "_is_full_backward_hook",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
}
# Tables of a module that are looked at by themselves, and what plans keep in it.
_APART = {"_parameters", "_buffers", "_modules", *_HOOKS, *_IDLE, "_plan", "_cached", "_watched", "_used"}
_CONTAINERS = (list, tuple, set, frozenset, dict)
_CHANGEABLE = (torch.Tensor, *_CONTAINERS)
_MOST_SUMMED_UP = 2**20  # numbers of a tensor whose checksum depends on their order
_MOST_ITEMS = 1000  # of a container whose content is compared; a larger one counts by its identity


class Assumptions:
    """What a plan of `network` assumes; equal ones, equal assumptions.

    Everything counts by its identity, tensors by their version too and containers by their content: looked at before
    each forward pass, values themselves would take too long. A value that is set anew to an equal one may thus count
    as changed, and the plan is made once more.
    """

    def __init__(self, network: nn.Module, *more: Any, reads: Iterable[Read] = (), copies_values: bool = False) -> None:
        """
        Args:
            more: other values that the plan depends on, compared as they are.
            reads: what the network's code reads besides its modules.
            copies_values: the plan holds a copy of the parameters, whose values are then compared: a change through
                `.data` or NumPy is not counted as a version.
        """
        objects: list[Any] = []  # kept, so that no other object gets the identity of one that has gone
        versions: list[int] = []
        for module in network.modules():
            own = module.__dict__
            names = [name for name in own if name not in _APART]
            values = [own[name] for name in names]
            objects += (module, type(module), type(module).forward, *names, *values)
            for table in (module._modules, module._parameters, module._buffers):
                objects += (*table, *table.values())
            for value in (*values, *module._parameters.values(), *module._buffers.values()):
                if isinstance(value, _CHANGEABLE):
                    _look_into(value, objects, versions)
            if copies_values:
                tensors = (*module._parameters.values(), *module._buffers.values())
                versions += (_checksum(tensor) for tensor in tensors if tensor is not None)
        for read in reads:
            _look_into(read.value(), objects, versions)
        self._objects, self._versions, self._more = objects, versions, more
        self._identities = [*map(id, objects)]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Assumptions)
            and self._identities == other._identities
            and self._versions == other._versions
            and self._more == other._more
        )

    __hash__ = None


def plainly_called(network: nn.Module) -> bool:
    """Whether nothing watches or replaces the forward pass of any of `network`'s modules."""
    watched = torch_module._global_forward_hooks or torch_module._global_forward_pre_hooks
    return not watched and not any(
        module._forward_hooks or module._forward_pre_hooks or "forward" in module.__dict__
        for module in network.modules()
    )


def _look_into(value: Any, objects: list[Any], versions: list[int]) -> None:
    """Add what `value` is and, of a tensor or a container, what it holds."""
    objects.append(value)
    if isinstance(value, torch.Tensor):
        versions.append(_version(value))
    elif isinstance(value, _CONTAINERS):
        versions.append(len(value))
        if len(value) <= _MOST_ITEMS:
            for item in itertools.chain.from_iterable(value.items()) if isinstance(value, dict) else value:
                _look_into(item, objects, versions)


def _checksum(tensor: torch.Tensor) -> int:
    """A number that changes with the values of a tensor."""
    values = tensor.detach()
    if values.device.type != "cpu" or values.layout != torch.strided or not values.numel():
        return 0
    if values.numel() > _MOST_SUMMED_UP:  # as fast as the memory
        return int(values.contiguous().view(torch.int32).sum())
    return zlib.crc32(values.contiguous().reshape(-1).view(torch.uint8).numpy())


def _version(tensor: torch.Tensor) -> int:
    """Number of changes of a tensor in place; one made in inference mode does not count them."""
    return -1 if tensor.is_inference() else tensor._version
