"""Both engines on the same weights, devices, faults and inputs, compared number by number.

MemTorch converts by itself and its random draws are recorded. Then three things are compared:
(a) the logits of a crossbar network that takes over MemTorch's conductances and lines;
(b) layer by layer, on the inputs that MemTorch's own layer saw, every code of every ADC;
(c) the conductances and lines of our own conversion with the recorded draws.
`parity.passed` says when they agree.
"""

import contextlib
import dataclasses
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from memristive.arrays import product
from memristive.arrays.cells import Cells
from memristive.arrays.draws import Side
from memristive.arrays.tiling import from_tiles
from memristive.converters.adc import range_exponent
from memristive.core.seeding import generator as named_generator
from memristive.core.setting import Setting
from memristive.memtorch import patch as reference
from memristive.memtorch.take_over import from_memtorch
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarLayer
from memristive_study.data import datasets
from memristive_study.models import networks
from memristive_study.plan import parity

# A raw value so near a rounding boundary, in units in the last place of the largest value of its
# range, can fall on either side of it when its products are summed in another order.
ULPS = 8
# MemTorch's tuning takes longer than all else, so fewer random inputs are used than its 8 images and
# 4,098 vectors: both engines fit the same line to the same inputs, however many.
TUNING = {nn.Conv2d: {"input_batch_size": 1}, nn.Linear: {"input_shape": 512}}
PURPOSES = ("stuck at HRS", "stuck at LRS")  # the order in which MemTorch draws them


class RecordedDraws:
    """What MemTorch drew for `patched`, in the form in which our conversion asks for it."""

    def __init__(
        self,
        patched: nn.Module,
        setting: Setting,
        mapped: list[tuple[torch.Tensor, float, float]],
        tuning: dict[str, list[torch.Tensor]],
        choices: list[np.ndarray],
    ) -> None:
        self._layers = dict(reference.layers_of(patched))
        self._mapped = mapped
        self._tuning = {name: iter(inputs) for name, inputs in tuning.items()}
        keys = [
            (name, side, purpose)
            for name, layer in self._layers.items()
            for side in range(len(layer.crossbars))
            for purpose in PURPOSES
        ]
        faulty = setting.faults.stuck_at_hrs > 0 or setting.faults.stuck_at_lrs > 0
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

    def tuning_inputs(self, layer: str, shape: tuple[int, ...]) -> torch.Tensor:
        return next(self._tuning[layer])

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


def validate_network(
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    settings: str,
    images: int,
    threads: int,
    named: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Rows of `parity.COLUMNS`, one for each setting, of one network on a data set's first test images.

    Args:
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        settings: JSON of a list of [label, fields of a Setting].
        images: how many.
        threads: of the arithmetic.
        named: experiment and network, which the rows carry.
    """
    torch.set_num_threads(threads)
    data = datasets.load(dataset)
    model = networks.build(architecture, len(data.class_names), data.input_shape)
    networks.load_weights(model, weights)
    batch = data.tensor(data.x_test[:images])
    rows = []
    for label, fields in json.loads(settings):
        found = compare(model, Setting.from_canonical(fields), batch, named_generator("validation", named["network"]))
        rows.append({**named, "setting": label, **found})
        print(f"{label}: {'passed' if found['passed'] else 'FAILED'}: {found}")
    return rows


@torch.no_grad()
def compare(model: nn.Module, setting: Setting, images: torch.Tensor, generator: torch.Generator) -> dict[str, Any]:
    """Carry out `parity.comparable(setting)` with both engines and compare them.

    Args:
        model: trained digital network.
        images: a few, float32 [images, channels, height, width]; they form one batch.
        generator: names MemTorch's draws.

    Returns:
        The columns of `parity.COLUMNS` from `images` on.

    Raises:
        InputError: as `reference.convert` does.
    """
    setting = parity.comparable(setting)
    patched, draws, tuned_on = record_conversion(model, setting, generator)
    carried_over = from_memtorch(patched, setting)
    products, theirs = record_products(patched, images)
    ours = carried_over(images)
    layers = {name: layer for name, layer in carried_over.named_modules() if isinstance(layer, CrossbarLayer)}
    codes = [compare_codes(layer, products[name], patched.get_submodule(name)) for name, layer in layers.items()]
    conductances, lines = compare_conversions(convert_with(model, setting, draws), carried_over, tuned_on)
    row = {
        "images": len(images),
        "max_abs_difference": (ours - theirs).abs().max().item(),
        "max_abs_logit": theirs.abs().max().item(),
        "same_predictions": bool((ours.argmax(1) == theirs.argmax(1)).all()),
        "codes": sum(count for count, _, _ in codes),
        "codes_differing": sum(count for _, count, _ in codes),
        "codes_unexplained": sum(count for _, _, count in codes),
        "max_relative_conductance_difference": conductances,
        "max_relative_line_difference": lines,
    }
    return row | {"passed": parity.passed(row)}


def record_conversion(
    model: nn.Module, setting: Setting, generator: torch.Generator | None
) -> tuple[nn.Module, RecordedDraws, dict[str, torch.Tensor]]:
    """`reference.convert`, what it drew, and the last tuning inputs of each tuned layer."""
    naive_map = reference.load().map.Parameter.naive_map
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
        patched = reference.convert_with(model, setting, generator, recorded_tuning, recorded_map)
    draws = RecordedDraws(patched, setting, mapped, inputs, choices)
    return patched, draws, {name: seen[-1] for name, seen in inputs.items()}


def record_products(patched: nn.Module, images: torch.Tensor) -> tuple[dict[str, Product], torch.Tensor]:
    """Logits of MemTorch's network, and what each of its layers multiplied."""
    memtorch = reference.load()
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
        for name, layer in reference.layers_of(patched):

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


def compare_codes(layer: CrossbarLayer, theirs: Product, patched: nn.Module) -> tuple[int, int, int]:
    """Codes of one layer on the inputs that MemTorch's saw: their number, those that differ, those unexplained.

    Codes are compared as the values that they stand for, where they reach an output. Unexplained
    are also outputs of our layer that differ from MemTorch's although no code does, and outputs of
    MemTorch's that are not the sum of the codes found here.
    """
    if layer.arithmetic.adc_bits is None:
        return 0, 0, 0
    output = layer.crossbar(theirs.layer_input).movedim(1, -1).reshape(-1, layer.columns)
    expected = torch.cat(theirs.outputs)
    total = torch.zeros_like(expected)
    affected = torch.zeros_like(expected, dtype=torch.bool)
    if layer.arithmetic.tile_shape is None:
        conversions = _untiled(layer, theirs, output)
    else:
        conversions = _tiles(layer, theirs, patched)
    count = differing = bad = 0
    for conversion in conversions:
        different = conversion.at_outputs(conversion.ours != conversion.theirs)
        total[conversion.place] += conversion.at_outputs(conversion.theirs)
        affected[conversion.place] |= different
        count += different.numel()
        differing += int(different.sum())
        bad += int(conversion.at_outputs(unexplained(conversion, layer.arithmetic)).sum())
    return count, differing, bad + int((total != expected).sum()) + int(((output != expected) & ~affected).sum())


@dataclasses.dataclass(frozen=True)
class Conversion:
    """Values before and after an ADC, float32 [ranges, entries]: each row had one range.

    `place` (rows, columns) of the layer's outputs is what the first entries of the rows belong to.
    """

    raw: torch.Tensor
    theirs: torch.Tensor
    ours: torch.Tensor
    place: tuple[slice, slice]

    def at_outputs(self, entries: torch.Tensor) -> torch.Tensor:
        """`entries` [ranges, entries], less those of padding columns, in the shape of `place`."""
        rows, columns = (part.stop - part.start for part in self.place)
        return entries[:, : rows * columns // len(entries)].reshape(rows, columns)


def _untiled(layer: CrossbarLayer, theirs: Product, output: torch.Tensor) -> Iterator[Conversion]:
    """Without tiles each of MemTorch's conversions has one range, and its codes are the outputs."""
    top = 0
    for raw, codes in zip(theirs.raw, theirs.outputs, strict=True):
        rows = slice(top, top := top + len(codes))
        yield Conversion(*(part.reshape(1, -1) for part in (raw, codes, output[rows])), (rows, slice(0, layer.columns)))


def _tiles(layer: CrossbarLayer, theirs: Product, patched: nn.Module) -> Iterator[Conversion]:
    """Each tile's conversions: MemTorch's vector by vector, as its tile_matmul.cpp does, and ours."""
    bindings = sys.modules["memtorch_bindings"]
    arithmetic = layer.arithmetic
    height, width = arithmetic.tile_shape
    voltages = torch.cat(theirs.voltages)
    rows = voltages.shape[1]
    tiles, tiles_map = bindings.gen_tiles(voltages, patched.tile_shape, True)
    weights = patched.crossbar_operation(patched.crossbars, lambda crossbar: crossbar.conductance_matrix)
    method = ("linear", "log").index(arithmetic.adc_quantisation)
    for row in range(len(tiles_map)):
        part = slice(row * height, min(rows, (row + 1) * height))
        for column in range(patched.crossbars[0].tiles_map.shape[1]):
            weight = weights[int(patched.crossbars[0].tiles_map[row, column])]
            raw = torch.stack([torch.matmul(vector, weight) for vector in tiles[int(tiles_map[row])]])
            codes = raw.clone()
            for vector in codes:
                bindings.quantize(vector, arithmetic.adc_bits, arithmetic.adc_overflow_rate, method, np.nan, np.nan)
            left = column * width
            ours = product.multiply(
                voltages[None, :, part], layer.conductance[0, 0, part, left : left + width], width, arithmetic
            )
            yield Conversion(
                raw, codes, ours[0], (slice(0, len(voltages)), slice(left, min(left + width, layer.columns)))
            )


def unexplained(conversion: Conversion, arithmetic: product.Arithmetic) -> torch.Tensor:
    """Where the codes differ by more than the order of summation allows, bool [ranges, entries].

    It allows one step, where the raw value lies within `ULPS` units in the last place of the
    largest value of its range from a rounding boundary.
    """
    raw, theirs, ours = (part.double() for part in (conversion.raw, conversion.theirs, conversion.ours))
    exponent = range_exponent(conversion.raw.abs(), arithmetic.adc_overflow_rate).double()
    step = torch.exp2(exponent + 1 - arithmetic.adc_bits)
    slack = ULPS * torch.finfo(torch.float32).eps * raw.abs().amax(1, keepdim=True)
    same_sign = torch.ones_like(raw, dtype=torch.bool)
    if arithmetic.adc_quantisation == "log":
        same_sign = ours.sign() == theirs.sign()
        slack = slack / raw.abs()
        raw, theirs, ours = raw.abs().log().clamp_min(0), theirs.abs().log(), ours.abs().log()
    position = raw / step
    at_boundary = (position - position.floor() - 0.5).abs() <= slack / step
    one_step = ((ours - theirs).abs() / step - 1).abs() < 1e-3
    return (conversion.ours != conversion.theirs) & ~(at_boundary & one_step & same_sign)


def compare_conversions(ours: nn.Module, theirs: nn.Module, tuned_on: dict[str, torch.Tensor]) -> tuple[float, float]:
    """Largest relative difference of the conductances, and of the tuned lines, of two crossbar networks.

    The intercept's is relative to the largest digital output on `tuned_on`, a layer's tuning inputs.
    """
    conductances, lines = [0.0], [0.0]
    expected = dict(theirs.named_modules())
    for name, layer in ours.named_modules():
        if not isinstance(layer, CrossbarLayer):
            continue
        for got, wanted in zip(layer.arrays[0][0], expected[name].arrays[0][0], strict=True):
            conductances.append(((got - wanted).abs() / wanted.abs()).max().item())
        difference = (layer.line - expected[name].line).abs().tolist()
        scale = layer.digital(tuned_on[name]).abs().max().item() if name in tuned_on else 1.0
        lines += [difference[0] / (abs(expected[name].line[0].item()) or 1.0), difference[1] / scale]
    return max(conductances), max(lines)
