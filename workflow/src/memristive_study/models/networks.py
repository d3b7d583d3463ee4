"""The three convolutional networks of the study (Section 2.2, Figure 11), from one table, and any module of one's own.

A network is a flat `nn.Sequential` of Conv2d, BatchNorm2d, ReLU, MaxPool2d, Flatten, Dropout and Linear, so that what
runs between two crossbars can be read off its print-out.
"""

import importlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from memristive.core.errors import InputError
from memristive.core.files import atomic


@dataclass(frozen=True)
class Architecture:
    """Blocks of 3x3 convolutions (bias, batch normalisation, ReLU), 2x2 pooling after each, then Linear.

    `padding` and `dropout` are the options that a configuration may set (see `OPTIONS`).
    """

    input_shape: tuple[int, int, int]  # channels, height, width
    blocks: tuple[tuple[int, ...], ...]  # channels of each convolution, block by block
    hidden: tuple[int, ...]  # widths of the fully-connected layers before the last
    classes: int
    dropout: float  # proportion dropped before each fully-connected layer; 0: no dropout layer
    padding: int = 1  # zeros around each convolution's input; 1 keeps the size, 0 takes 2 pixels off


OPTIONS = ("padding", "dropout")

# The paper states blocks, channels and the number of fully-connected layers; MNIST's 10 channels, the hidden widths
# and the place and rate of dropout are left open there and chosen here.
ARCHITECTURES = {
    "mnist": Architecture((1, 28, 28), ((10, 10), (10, 10)), (), 10, 0.0),
    "cifar10": Architecture((3, 32, 32), ((16, 16), (32, 32), (64, 64)), (128,), 10, 0.1),
    "cifar100": Architecture((3, 32, 32), ((32, 32), (64, 64), (128, 128)), (256, 128), 100, 0.2),
}


def build(architecture: str, classes: int | None = None, input_shape: tuple[int, int, int] | None = None) -> nn.Module:
    """Network with PyTorch's default initialisation, drawn from the global generator.

    `architecture` is a key of `ARCHITECTURES` or ``package.module:factory``, a callable that takes the keyword
    arguments `classes` and `input_shape` and returns an `nn.Module`. Options may follow it (``mnist dropout=0.2
    padding=0``, values as JSON): those of `OPTIONS`, or further keyword arguments of the factory. `classes` and
    `input_shape` (channels, height, width) are those of the table where they are not given. Raises InputError for an
    unknown architecture or option, a factory that cannot be imported or returns something else, and images too small
    for the poolings.
    """
    name, *pairs = architecture.split()
    options = {key: json.loads(value) for key, _, value in (pair.partition("=") for pair in pairs)}
    if ":" in name:
        return _from_import_path(name, classes, input_shape, options)
    if name not in ARCHITECTURES:
        raise InputError(
            f"architecture {name!r}: expected one of {', '.join(ARCHITECTURES)} or 'package.module:factory'"
        )
    for key in options:
        if key not in OPTIONS:
            raise InputError(f"architecture {name}: option {key!r} is unknown, expected one of {', '.join(OPTIONS)}")
    design = replace(ARCHITECTURES[name], **options)
    return _chain(name, design, classes or design.classes, input_shape or design.input_shape)


def _chain(name: str, design: Architecture, classes: int, input_shape: tuple[int, int, int]) -> nn.Sequential:
    channels, height, width = input_shape
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for block, widths in enumerate(design.blocks, 1):
        for position, width_out in enumerate(widths, 1):
            key = f"{block}_{position}"
            layers[f"conv{key}"] = nn.Conv2d(channels, width_out, kernel_size=3, padding=design.padding)
            layers[f"bn{key}"] = nn.BatchNorm2d(width_out)
            layers[f"relu{key}"] = nn.ReLU()
            channels = width_out
            height, width = height + 2 * design.padding - 2, width + 2 * design.padding - 2
        layers[f"pool{block}"] = nn.MaxPool2d(2)
        height, width = height // 2, width // 2
    if min(height, width) < 1:
        raise InputError(
            f"architecture {name}: images of {input_shape[1]}x{input_shape[2]} are too small for {len(design.blocks)} "
            f"blocks with padding {design.padding}"
        )
    layers["flatten"] = nn.Flatten()
    features = channels * height * width
    outputs = (*design.hidden, classes)
    for position, width_out in enumerate(outputs, 1):
        if design.dropout > 0:
            layers[f"dropout{position}"] = nn.Dropout(design.dropout)
        layers[f"fc{position}"] = nn.Linear(features, width_out)
        if position < len(outputs):
            layers[f"relu_fc{position}"] = nn.ReLU()
        features = width_out
    return nn.Sequential(layers)


def _from_import_path(
    path: str, classes: int | None, input_shape: tuple[int, int, int] | None, options: Mapping[str, Any]
) -> nn.Module:
    module_name, _, name = path.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"architecture {path!r}: cannot be imported ({error})") from error
    model = factory(classes=classes, input_shape=input_shape, **options)
    if not isinstance(model, nn.Module):
        raise InputError(f"architecture {path!r}: returned {type(model).__name__}, an nn.Module is needed")
    return model


def layer_table(model: nn.Module, input_shape: tuple[int, int, int]) -> list[dict[str, Any]]:
    """One row a layer, in the order of execution, for one image of `input_shape` (channels, height, width).

    Columns: layer, type, output_shape ("channels x height x width"), parameters (trained numbers), multiply_adds (of
    Conv2d and Linear, biases not counted). Raises InputError where the network cannot take such an image.
    """
    rows: list[dict[str, Any]] = []

    def record(name: str, module: nn.Module, output: torch.Tensor) -> None:
        multiply_adds = 0
        if isinstance(module, nn.Conv2d | nn.Linear):
            places = output[0, 0].numel() if isinstance(module, nn.Conv2d) else output[0].numel() // module.out_features
            multiply_adds = module.weight.numel() * places
        rows.append(
            {
                "layer": name,
                "type": type(module).__name__,
                "output_shape": " x ".join(str(n) for n in output.shape[1:]),
                "parameters": sum(p.numel() for p in module.parameters()),
                "multiply_adds": multiply_adds,
            }
        )

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    hooks = [
        module.register_forward_hook(lambda module, _, output, name=name: record(name, module, output))
        for name, module in leaves
    ]
    training, device = model.training, next(model.parameters()).device
    try:
        with torch.no_grad():
            model.eval()(torch.zeros(1, *input_shape, device=device))
    except RuntimeError as error:
        shape = "x".join(str(n) for n in input_shape)
        raise InputError(f"images of {shape} do not fit the network: {str(error).splitlines()[0]}") from error
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return rows


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the weights, biases and batch statistics of `model` as safetensors, from the CPU."""
    with atomic(path) as temporary:
        save_file({name: t.detach().cpu().contiguous() for name, t in model.state_dict().items()}, temporary)


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
