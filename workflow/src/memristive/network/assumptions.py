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
_PLAIN = (bool, int, float, complex, str, bytes, type(None), torch.dtype, torch.device, torch.Size)
_MOST_ITEMS = 1000  # of a container whose content is compared; a larger one counts by its identity


class Same:
    """Stands for an object that must be the same one."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    __hash__ = None


def assumptions(network: nn.Module) -> list[Any]:
    """What a plan of `network` assumes; equal lists, equal assumptions."""
    found: list[Any] = []
    for module in network.modules():
        found += (Same(module), type(module))
        found += ((name, _frozen(value)) for name, value in module.__dict__.items() if name not in _APART)
        found += ((name, Same(child)) for name, child in module._modules.items())
        tensors = itertools.chain(module._parameters.items(), module._buffers.items())
        found += ((name, _frozen(tensor)) for name, tensor in tensors)
        found += ((name, _frozen(holder.get(name))) for holder, name in _names_seen(type(module)))
    return found


def plainly_called(network: nn.Module) -> bool:
    """Whether nothing watches or replaces the forward pass of any of `network`'s modules."""
    watched = torch_module._global_forward_hooks or torch_module._global_forward_pre_hooks
    return not watched and not any(
        module._forward_hooks or module._forward_pre_hooks or "forward" in module.__dict__
        for module in network.modules()
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return type(value), value
    if isinstance(value, torch.Tensor):
        # A tensor made in inference mode does not count its changes.
        return Same(value), None if value.is_inference() else value._version
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) <= _MOST_ITEMS:
        items = value.items() if isinstance(value, dict) else value
        return Same(value) if isinstance(value, dict) else None, type(value), [_frozen(item) for item in items]
    return Same(value)


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
