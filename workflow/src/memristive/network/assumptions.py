"""Everything that a fused plan of a network takes for granted, so that it runs only while all of it still holds.

A plan replaces a network's forward pass. It assumes that the network has the modules, the modes, the parameters, the
attributes and the hooks that it had when the plan was made, and that its code sees the same global values.
"""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as torch_module

_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
# Tables of a module that are looked at by themselves, and what plans keep in it.
_APART = {"_parameters", "_buffers", "_modules", *_HOOKS, "_plan", "_cached"}
_CONTAINERS = (list, tuple, set, frozenset, dict)
_CHANGEABLE = (torch.Tensor, *_CONTAINERS)
_MOST_ITEMS = 1000  # of a container whose content is compared; a larger one counts by its identity


class Assumptions:
    """What a plan of `network` assumes; equal ones, equal assumptions.

    Everything counts by its identity, tensors by their version too and containers by their content: looked at before
    each forward pass, values themselves would take too long. A value that is set anew to an equal one may thus count
    as changed, and the plan is made once more.
    """

    def __init__(self, network: nn.Module, *more: Any) -> None:
        """
        Args:
            more: other values that the plan depends on, compared as they are.
        """
        objects: list[Any] = []  # kept, so that no other object gets the identity of one that has gone
        versions: list[int] = []
        for module in network.modules():
            own = module.__dict__
            names = [name for name in own if name not in _APART]
            values = [own[name] for name in names]
            objects += (module, type(module), *names, *values)
            for table in (module._modules, module._parameters, module._buffers):
                objects += (*table, *table.values())
            for value in (*values, *module._parameters.values(), *module._buffers.values()):
                if isinstance(value, _CHANGEABLE):
                    _look_into(value, objects, versions)
            for holder, name in _names_seen(type(module)):
                _look_into(holder.get(name), objects, versions)
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


def _version(tensor: torch.Tensor) -> int:
    """How often a tensor was changed in place; one made in inference mode does not count it."""
    return -1 if tensor.is_inference() else tensor._version


@functools.cache
def _names_seen(kind: type[nn.Module]) -> tuple[tuple[dict[str, Any], str], ...]:
    """Global names that the code of a class of the user's reads, and the table that holds each."""
    functions = (
        function
        for parent in kind.__mro__
        if not parent.__module__.startswith(("torch.", "memristive."))
        for function in vars(parent).values()
        if hasattr(function, "__code__")
    )
    return tuple(_globals_of(functions))


def _globals_of(functions: Iterator[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for function in functions:
        for name in function.__code__.co_names:
            if name in function.__globals__ and not callable(function.__globals__[name]):
                yield function.__globals__, name
