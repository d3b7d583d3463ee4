"""What MemTorch draws while it converts a network, and what its layers multiply in a forward pass.

MemTorch runs unchanged; functions that it calls are replaced while it runs by ones that also note what passes through.
"""

import contextlib
import dataclasses
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from memristive.arrays.cells import Cells
from memristive.arrays.draws import Side
from memristive.arrays.tiling import from_tiles
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.memtorch import patch

# MemTorch's tuning takes longer than all else, so it is tuned on fewer random inputs than its own 8 images and 4,098
# vectors. Both simulators fit their lines to the same inputs, so that the comparison of the lines is as strict.
TUNING = {nn.Conv2d: {"input_batch_size": 1}, nn.Linear: {"input_shape": 512}}
PURPOSES = ("stuck at HRS", "stuck at LRS")  # the order in which MemTorch draws them


class RecordedDraws:
    """What MemTorch drew for `patched`, in the form in which our conversion asks for it (`draws.Draws`)."""

    def __init__(
        self,
        patched: nn.Module,
        setting: Setting,
        mapped: list[tuple[torch.Tensor, float, float]],
        tuning: dict[str, list[torch.Tensor]],
        choices: list[np.ndarray],
    ) -> None:
        self._layers = dict(patch.layers_of(patched))
        self._mapped = mapped
        self._tuning = {name: iter(inputs) for name, inputs in tuning.items()}
        keys = [
            (name, side, purpose)
            for name, layer in self._layers.items()
            for side in range(len(layer.crossbars))
            for purpose in PURPOSES
        ]
        faulty = setting.faults.active
        self._choices = dict(zip(keys if faulty else [], choices, strict=True))

    def aim(self, layer: str, setting: Setting) -> tuple[float, float]:
        # MemTorch patches in another order than that of the layers; the weights tell which is which.
        weight = self._layers[layer].weight
        return next((r_on, r_off) for seen, r_on, r_off in self._mapped if torch.equal(seen, weight))

    def cells(
        self, layer: str, array: Side, shape: tuple[int, int], padded: tuple[int, int], setting: Setting
    ) -> Cells:
        devices = self._layers[layer].crossbars[array[1]].devices
        return Cells(*(_resistances(devices, name, padded) for name in ("r_on", "r_off")))

    def order(self, layer: str, array: Side, purpose: str, devices: int) -> torch.Tensor:
        return torch.from_numpy(self._choices[layer, array[1], purpose])

    def generator(self, layer: str, array: Side, purpose: str) -> torch.Generator:
        raise InputError(f"memtorch: layer {layer}: {purpose}: MemTorch has no measured devices")

    def tuning_inputs(self, layer: str, shape: tuple[int, ...], parts: int) -> Iterator[torch.Tensor]:
        yield next(self._tuning[layer])

    def invented_bias(self, layer: str, outputs: int, bound: float) -> torch.Tensor:
        return self._layers[layer].bias.detach().clone()


def _resistances(devices: np.ndarray, name: str, padded: tuple[int, int]) -> torch.Tensor:
    # float64 as MemTorch's objects hold it; its own bounds are computed from that.
    values = torch.from_numpy(np.vectorize(lambda device: getattr(device, name), otypes=[np.float64])(devices))
    return from_tiles(values, padded) if values.dim() == 3 else values


@dataclasses.dataclass
class Product:
    """What one layer of MemTorch's multiplied in one forward pass.

    Attributes:
        layer_input: the layer's input, before encoding.
        voltages: with tiles, for each sample (Conv2d) or once (Linear), float32 [vectors, rows].
        outputs: the ADC-converted sums, float32 [vectors, columns].
        raw: without tiles, the sums before conversion, as `outputs`.
    """

    layer_input: torch.Tensor
    voltages: list[torch.Tensor] = dataclasses.field(default_factory=list)
    outputs: list[torch.Tensor] = dataclasses.field(default_factory=list)
    raw: list[torch.Tensor] = dataclasses.field(default_factory=list)


def record_conversion(
    model: nn.Module, setting: Setting, generator: torch.Generator | None
) -> tuple[nn.Module, RecordedDraws, dict[str, torch.Tensor]]:
    """Patch `model` as `memtorch.convert` does, with the tuning inputs of `TUNING`.

    Returns:
        The patched network, what MemTorch drew for it, and the last tuning inputs of each tuned layer.
    """
    naive_map = patch.load().map.Parameter.naive_map
    mapped: list[tuple[torch.Tensor, float, float]] = []
    inputs: dict[str, list[torch.Tensor]] = defaultdict(list)
    choices: list[np.ndarray] = []
    choose = np.random.choice

    def recorded_map(weight: torch.Tensor, r_on: float, r_off: float, **kwargs: Any):
        mapped.append((weight, r_on, r_off))
        return naive_map(weight, r_on, r_off, **kwargs)

    def recorded_choice(*args: Any, **kwargs: Any) -> np.ndarray:
        choices.append(choose(*args, **kwargs))
        return choices[-1]

    def recorded_tuning(name: str, layer: nn.Module) -> None:
        seen: list[torch.Tensor] = []
        forward = layer.forward

        def recorded_forward(x: torch.Tensor) -> torch.Tensor:
            seen.append(x.clone())
            return forward(x)

        # MemTorch calls forward itself, which no hook sees: analogue, then digital, on the same input.
        layer.forward = recorded_forward
        layer.tune(**next((fewer for kind, fewer in TUNING.items() if isinstance(layer, kind)), {}))
        del layer.forward
        inputs[name].append(seen[0])

    with mock.patch.object(np.random, "choice", recorded_choice):
        patched = patch.convert_with(model, setting, generator, recorded_tuning, recorded_map)
    draws = RecordedDraws(patched, setting, mapped, inputs, choices)
    return patched, draws, {name: seen[-1] for name, seen in inputs.items()}


def record_products(patched: nn.Module, images: torch.Tensor) -> tuple[dict[str, Product], torch.Tensor]:
    """What each layer of MemTorch's network multiplies for `images`, and the logits."""
    memtorch = patch.load()
    products: dict[str, Product] = {}
    current: list[Product] = []
    quantize = memtorch.bh.Quantize.quantize

    def recorded_quantize(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        result = quantize(tensor, *args, **kwargs)
        # Conv2d converts [columns, vectors], Linear [vectors, columns].
        turned = current[-1].layer_input.dim() == 4
        current[-1].raw.append(tensor.T if turned else tensor)
        current[-1].outputs.append(result.T.clone() if turned else result.clone())
        return result

    with contextlib.ExitStack() as stack:
        for name, layer in patch.layers_of(patched):

            def enter(_: nn.Module, args: tuple[torch.Tensor], name: str = name) -> None:
                current.append(Product(args[0].clone()))
                products[name] = current[-1]

            stack.callback(layer.register_forward_pre_hook(enter).remove)
        stack.enter_context(mock.patch.object(memtorch.bh.Quantize, "quantize", recorded_quantize))
        for kind in ("Conv2d", "Linear"):
            module = sys.modules[f"memtorch.mn.{kind}"]
            infer = module.tiled_inference

            def recorded_inference(voltages: torch.Tensor, layer: nn.Module, transistor: bool, infer: Any = infer):
                result = infer(voltages, layer, transistor=transistor)
                current[-1].voltages.append(voltages)
                current[-1].outputs.append(result.clone())  # an untuned Linear adds its bias in place
                return result

            stack.enter_context(mock.patch.object(module, "tiled_inference", recorded_inference))
        logits = patched(images)
    return products, logits
