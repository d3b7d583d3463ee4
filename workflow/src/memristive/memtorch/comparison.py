"""MemTorch and this simulator on the same weights, devices, faults and inputs, compared number by number.

MemTorch converts a network by itself, and its random draws are recorded. Then three things are compared:
(a) the logits of a crossbar network that takes over MemTorch's conductances and lines;
(b) layer by layer, on the inputs of MemTorch's own layer, every code of every ADC;
(c) the conductances and lines of the simulator's own conversion with the recorded draws.
`criterion.passed` says when they agree.
"""

import dataclasses
import math
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from memristive.arrays import product
from memristive.converters.adc import needed_range
from memristive.core.setting import Setting
from memristive.memtorch import criterion, reproducible
from memristive.memtorch.limits import comparable
from memristive.memtorch.recording import Product, record_conversion, record_products
from memristive.memtorch.take_over import from_memtorch
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarLayer


@torch.no_grad()
def compare(
    model: nn.Module, setting: Setting, images: torch.Tensor, generator: torch.Generator | None = None
) -> dict[str, Any]:
    """Carry out `setting`, as far as MemTorch can, with MemTorch and with this simulator, and compare both.

    Warns where codes or logits differ and torch does not sum in MKL's reproducible mode (see `reproducible`).

    Args:
        model: trained digital network; it is not changed.
        setting: see `limits.comparable`.
        images: a few, float32 [images, channels, height, width]; they form one batch.
        generator: names MemTorch's draws. Not needed where `setting.draws` is False.

    Returns:
        `criterion.COLUMNS` by name; `passed` says whether both agree.

    Raises:
        InputError: as `memtorch.convert` does.
    """
    setting = comparable(setting)
    patched, draws, tuned_on = record_conversion(model, setting, generator)
    taken_over = from_memtorch(patched, setting)
    products, theirs = record_products(patched, images)
    ours = taken_over(images)
    layers = {name: layer for name, layer in taken_over.named_modules() if isinstance(layer, CrossbarLayer)}
    codes = Codes()
    for name, layer in layers.items():
        codes += compare_codes(layer, products[name], patched.get_submodule(name))
    own = convert_with(model, setting, draws, keep_arrays=True)
    conductances, lines = compare_conversions(model, own, taken_over, tuned_on)
    row = {
        "images": len(images),
        "max_abs_difference": (ours - theirs).abs().max().item(),
        "max_abs_logit": theirs.abs().max().item(),
        "same_predictions": bool((ours.argmax(1) == theirs.argmax(1)).all()),
        "codes": codes.number,
        "codes_differing": codes.differing,
        "codes_allowed": criterion.allowed(codes.expected),
        "codes_unexplained": codes.unexplained,
        "max_relative_conductance_difference": conductances,
        "max_relative_line_difference": lines,
    }
    if (row["codes_differing"] or row["max_abs_difference"] > 0) and (notice := reproducible.notice()):
        warnings.warn(notice, stacklevel=3)  # of the caller, past no_grad's wrapper
    return row | {"passed": criterion.passed(row)}


@dataclasses.dataclass(frozen=True)
class Codes:
    """Numbers of ADC codes.

    Attributes:
        number: all that were compared.
        differing: those that differ.
        unexplained: those that differ by more than another order of summation explains.
        expected: how many it would make differ on average.
    """

    number: int = 0
    differing: int = 0
    unexplained: int = 0
    expected: float = 0.0

    def __add__(self, other: "Codes") -> "Codes":
        return Codes(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))


def compare_codes(layer: CrossbarLayer, theirs: Product, patched: nn.Module) -> Codes:
    """Compare the codes of one layer on the inputs that MemTorch's layer had.

    Codes are compared as the values that they stand for, where they reach an output. Unexplained are also outputs of
    our layer that differ from MemTorch's although no code does, and outputs of MemTorch's that are not the sum of the
    codes found here.
    """
    if layer.arithmetic.adc_bits is None:
        return Codes()
    output = layer.crossbar(theirs.layer_input).movedim(1, -1).reshape(-1, layer.columns)
    expected = torch.cat(theirs.outputs)
    total = torch.zeros_like(expected)
    affected = torch.zeros_like(expected, dtype=torch.bool)
    if layer.arithmetic.tile_shape is None:
        conversions = _untiled(layer, theirs, output)
    else:
        conversions = _tiles(layer, theirs, patched)
    codes = Codes()
    for conversion in conversions:
        different = conversion.at_outputs(conversion.ours != conversion.theirs)
        total[conversion.place] += conversion.at_outputs(conversion.theirs)
        affected[conversion.place] |= different
        unexplained, chance = (conversion.at_outputs(entries) for entries in judge(conversion, layer.arithmetic))
        codes += Codes(different.numel(), int(different.sum()), int(unexplained.sum()), float(chance.sum()))
    elsewhere = int((total != expected).sum()) + int(((output != expected) & ~affected).sum())
    return codes + Codes(unexplained=elsewhere)


@dataclasses.dataclass(frozen=True)
class Conversion:
    """Values before and after an ADC, float32 [ranges, entries]: the entries of a row share one range.

    Attributes:
        raw: MemTorch's sums before conversion.
        theirs, ours: after conversion.
        place: rows and columns of the layer's outputs to which the first entries of the rows belong.
        products: how many were summed.
    """

    raw: torch.Tensor
    theirs: torch.Tensor
    ours: torch.Tensor
    place: tuple[slice, slice]
    products: int

    def at_outputs(self, entries: torch.Tensor) -> torch.Tensor:
        """`entries` [ranges, entries] without those of padding columns, in the shape of `place`."""
        rows, columns = (part.stop - part.start for part in self.place)
        return entries[:, : rows * columns // len(entries)].reshape(rows, columns)


def _untiled(layer: CrossbarLayer, theirs: Product, output: torch.Tensor) -> Iterator[Conversion]:
    """Without tiles each of MemTorch's conversions has one range, and its codes are the outputs."""
    top = 0
    for raw, codes in zip(theirs.raw, theirs.outputs, strict=True):
        rows = slice(top, top := top + len(codes))
        place = rows, slice(0, layer.columns)
        yield Conversion(*(part.reshape(1, -1) for part in (raw, codes, output[rows])), place, layer.rows)


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
            place = slice(0, len(voltages)), slice(left, min(left + width, layer.columns))
            yield Conversion(raw, codes, ours[0], place, part.stop - part.start)


def judge(conversion: Conversion, arithmetic: product.Arithmetic) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the codes that another order of summation does not explain.

    It explains one step, where the raw value lies within `criterion.LARGEST_DIFFERENCE` of a rounding boundary.

    Returns:
        Where a code differs unexplained, bool [ranges, entries], and the probability that a code differs, float64
        [ranges, entries]: `criterion.MEAN_DIFFERENCE` as a part of a step.
    """
    raw, theirs, ours = (part.double() for part in (conversion.raw, conversion.theirs, conversion.ours))
    settings = (arithmetic.adc_quantisation, arithmetic.adc_overflow_rate, arithmetic.ranging)
    exponent = needed_range(conversion.raw, *settings).double()
    step = torch.exp2(exponent + 1 - arithmetic.adc_bits)
    # What the constants of `criterion` count in.
    unit = math.sqrt(conversion.products) * torch.finfo(torch.float32).eps * raw.abs().amax(1, keepdim=True)
    unit = unit.expand_as(raw)
    same_sign = torch.ones_like(raw, dtype=torch.bool)
    if arithmetic.adc_quantisation == "log":
        same_sign = ours.sign() == theirs.sign()
        # MemTorch takes a logarithm below 0 for 0, whatever the sum's last bits are.
        unit = torch.where(raw.abs() < 1, 0.0, unit / raw.abs())
        raw, theirs, ours = raw.abs().log().clamp_min(0), theirs.abs().log(), ours.abs().log()
    position = raw / step
    at_boundary = (position - position.floor() - 0.5).abs() <= criterion.LARGEST_DIFFERENCE * unit / step
    one_step = ((ours - theirs).abs() / step - 1).abs() < 1e-3
    unexplained = (conversion.ours != conversion.theirs) & ~(at_boundary & one_step & same_sign)
    # Without a range (see `converters.signed`) no last bit matters.
    return unexplained, (criterion.MEAN_DIFFERENCE * unit / step).clamp_max(1).nan_to_num(0.0)


def compare_conversions(
    model: nn.Module, ours: nn.Module, theirs: nn.Module, tuned_on: dict[str, torch.Tensor]
) -> tuple[float, float]:
    """Largest relative difference of the conductances, and of the tuned lines, of two conversions of `model`.

    The intercept's is relative to the largest digital output on `tuned_on`, the tuning inputs of each tuned layer.
    """
    conductances, lines = [0.0], [0.0]
    expected = dict(theirs.named_modules())
    for name, layer in ours.named_modules():
        if not isinstance(layer, CrossbarLayer):
            continue
        for got, wanted in zip(layer.arrays[0][0], expected[name].arrays[0][0], strict=True):
            conductances.append(((got - wanted).abs() / wanted.abs()).max().item())
        difference = (layer.line - expected[name].line).abs().tolist()
        scale = (
            layer.digital(tuned_on[name], model.get_submodule(name).weight.detach()).abs().max().item()
            if name in tuned_on
            else 1.0
        )
        lines += [difference[0] / (abs(expected[name].line[0].item()) or 1.0), difference[1] / scale]
    return max(conductances), max(lines)
