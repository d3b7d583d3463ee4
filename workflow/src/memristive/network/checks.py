"""Checks of a network before it is put on crossbars: one line for the first thing that cannot be carried out."""

import fnmatch
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
MOST_NAMES = 8  # of layers in an error
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
    """Dotted name and module of each layer that `setting` puts on crossbars, each module once, by its first name.

    What torch.compile puts around a module is no part of its name.
    """
    for name, layer in model.named_modules():
        name = name.replace("_orig_mod.", "")
        for kind in setting.for_layer(name).array.layer_types:
            if isinstance(layer, KINDS[kind]):
                yield name, layer


def check_model_and_setting(place: str, model: Any, setting: Any) -> None:
    """InputError where they are of another type."""
    if not isinstance(model, nn.Module):
        kind = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise InputError(f"{place}: model: {kind} is not a torch.nn.Module")
    if not isinstance(setting, Setting):
        kind = f"the class {setting.__name__}" if isinstance(setting, type) else type(setting).__name__
        raise InputError(f"{place}: setting: {kind} is not a memristive.Setting")


def check_layers(model: nn.Module, setting: Setting) -> None:
    """InputError on the first thing that `convert` cannot carry out, or not as MemTorch would."""
    check_model_and_setting("convert", model, setting)
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
    found = dict(layers_to_convert(model, setting))
    for name, layer in found.items():
        _check_layer(f"model: {name or 'the module itself'}", layer, setting.for_layer(name))
    _check_aliases(model, found)
    if setting.array.layer_types and not found:
        kinds = " or ".join(KINDS[name].__name__ for name in setting.array.layer_types)
        raise InputError(f"model: {type(model).__name__}: has no {kinds} to put on crossbars")
    _check_patterns(model, setting)


def _check_patterns(model: nn.Module, setting: Setting) -> None:
    """Fields that are meant for some layers, and reach none, would be left out without a word."""
    names = [name for name, module in model.named_modules() if isinstance(module, (*KINDS.values(), CrossbarLayer))]
    names = [name.replace("_orig_mod.", "") for name in names]
    for pattern, _ in setting.layers:
        if not fnmatch.filter(names, pattern):
            shown = ", ".join(map(repr, names[:MOST_NAMES])) + (", ..." if len(names) > MOST_NAMES else "")
            raise InputError(f"setting: layers: {pattern}: no layer has such a name; they are {shown}")


def _check_layer(place: str, layer: nn.Module, setting: Setting) -> None:
    kind = parametrize.type_before_parametrizations(layer)
    if kind not in KINDS.values():
        raise InputError(
            f"{place}: {kind.__name__} is a variant of Conv2d or Linear that is not known; use the plain layer"
        )
    if not layer.weight.numel():
        raise InputError(f"{place}: has no weights: shape {list(layer.weight.shape)}")
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


def _check_aliases(model: nn.Module, converted: dict[str, nn.Module]) -> None:
    """Values of a converted layer's weight under another name: code that reads them there would compute digitally."""
    within = {id(part) for layer in converted.values() for part in layer.modules()}
    weights = [(name, *_extent(layer.weight)) for name, layer in converted.items()]
    for place, module in model.named_modules():
        # Other layers use them as they should, and a look-up multiplies nothing.
        if id(module) in within or isinstance(module, (*KINDS.values(), nn.Embedding, nn.EmbeddingBag)):
            continue
        for key, value in (*module._parameters.items(), *module._buffers.items(), *module.__dict__.items()):
            if not isinstance(value, torch.Tensor) or not value.numel() or value.layout != torch.strided:
                continue
            first, end = _extent(value)
            for name, start, stop in weights:
                if first < stop and start < end:
                    raise InputError(
                        f"model: {place or 'the module itself'}: {key}: holds the weight of layer {name}, which "
                        f"would be read there digitally; call the layer, or leave it digital: "
                        f"layers={{{name!r}: {{'array.layer_types': []}}}}"
                    )


def _extent(tensor: torch.Tensor) -> tuple[int, int]:
    """Addresses of a tensor's first byte and of the byte after its last."""
    span = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True)) + 1
    return tensor.data_ptr(), tensor.data_ptr() + span * tensor.element_size()


def _check_tensors(place: str, module: nn.Module) -> None:
    tensors: dict[str, Any] = {**module._parameters, **module._buffers}
    for name, tensor in tensors.items():
        if isinstance(tensor, nn.parameter.UninitializedTensorMixin):
            raise InputError(f"{place}: {name}: has no values yet; run the network once on an input of the right shape")
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
