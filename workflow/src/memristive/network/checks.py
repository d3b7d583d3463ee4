"""Checks of a network before it is put on crossbars: one line for the first thing that cannot be carried out."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from memristive.arrays.finite import all_finite
from memristive.arrays.semantics import resolve
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.layers import CrossbarLayer

KINDS = {"conv2d": nn.Conv2d, "linear": nn.Linear}
# Layers with weights of their own that no array is built for.
UNSUPPORTED = (
    nn.Conv1d,
    nn.Conv3d,
    nn.modules.conv._ConvTransposeNd,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.Bilinear,
    nn.MultiheadAttention,
)


def layers_to_convert(model: nn.Module, setting: Setting) -> Iterator[tuple[str, nn.Module]]:
    """Dotted name and module of each layer that `setting` puts on crossbars, each module once, by its first name."""
    for name, layer in model.named_modules():
        for kind in setting.for_layer(name).array.layer_types:
            if isinstance(layer, KINDS[kind]):
                yield name, layer


def check_layers(model: nn.Module, setting: Setting) -> None:
    """InputError on the first thing that `convert` cannot carry out, or not as MemTorch would."""
    if not isinstance(model, nn.Module):
        raise InputError(f"model: {type(model).__name__} is not a torch.nn.Module")
    if isinstance(model, torch.jit.ScriptModule) or any(isinstance(m, torch.jit.ScriptModule) for m in model.modules()):
        raise InputError("model: a scripted or traced module has no layers to convert; give the network it was made of")
    for name, module in model.named_modules():
        place = f"model: {name or 'the module itself'}"
        if isinstance(module, CrossbarLayer):
            raise InputError(f"{place}: is on crossbars already; give the digital network")
        if isinstance(module, UNSUPPORTED):
            raise InputError(f"{place}: {type(module).__name__} cannot be put on crossbars; Conv2d and Linear can")
        _check_unregistered(place, module)
        _check_tensors(place, module)
    found = 0
    for name, layer in layers_to_convert(model, setting):
        found += 1
        _check_layer(f"model: {name or 'the module itself'}", layer, setting.for_layer(name))
    if setting.array.layer_types and not found:
        kinds = " or ".join(KINDS[name].__name__ for name in setting.array.layer_types)
        raise InputError(f"model: {type(model).__name__}: has no {kinds} to put on crossbars")


def _check_layer(place: str, layer: nn.Module, setting: Setting) -> None:
    kind = parametrize.type_before_parametrizations(layer)
    if kind not in KINDS.values():
        raise InputError(
            f"{place}: {kind.__name__} is a variant of Conv2d or Linear that is not known; use the plain layer"
        )
    if "forward" in layer.__dict__:
        raise InputError(f"{place}: its forward pass has been replaced, which a layer on crossbars cannot follow")
    if resolve(setting).unsupported_convolutions and isinstance(layer, nn.Conv2d):
        _check_memtorch(place, layer)


def _check_unregistered(place: str, module: nn.Module) -> None:
    """Layers in a plain list, tuple or dict are no part of the network for torch, and would stay digital."""
    for key, value in module.__dict__.items():
        if key.startswith("_") or not isinstance(value, (list, tuple, dict)):
            continue
        items = value.values() if isinstance(value, dict) else value
        if any(isinstance(item, nn.Module) and any(True for _ in item.parameters()) for item in items):
            holder = "nn.ModuleDict" if isinstance(value, dict) else "nn.ModuleList"
            raise InputError(
                f"{place}: {key}: layers in a plain {type(value).__name__} cannot be converted; use {holder}"
            )


def _check_tensors(place: str, module: nn.Module) -> None:
    tensors: dict[str, Any] = {**module._parameters, **module._buffers}
    for name, tensor in tensors.items():
        if tensor is None or not (tensor.is_floating_point() or tensor.is_complex()):
            continue
        if tensor.is_meta:
            raise InputError(f"{place}: {name}: is on the device meta and has no values; load the weights first")
        if tensor.dtype != torch.float32:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise InputError(
                f"{place}: {name}: {kind} is not float32, in which crossbars are computed; use model.float()"
            )
        if not all_finite(tensor):
            raise InputError(f"{place}: {name}: a value is not finite")


def _check_memtorch(place: str, layer: nn.Conv2d) -> None:
    wrong = {
        "dilation": layer.dilation != (1, 1),
        "groups": layer.groups != 1,
        "kernel_size": len(set(layer.kernel_size)) > 1,
        "stride": len(set(layer.stride)) > 1,
        "padding": isinstance(layer.padding, str),
        "padding_mode": layer.padding_mode != "zeros",
    }
    for key, is_wrong in wrong.items():
        if is_wrong:
            raise InputError(
                f"{place}: {key}: {getattr(layer, key)!r} is computed wrongly by MemTorch; use semantics: physical"
            )
