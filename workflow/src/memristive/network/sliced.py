"""Layers on crossbars whose inputs or weights are digits, or whose converters have fitted ranges.

The part of `CrossbarLayer` that builds a `SlicedStage`, runs it and finds its ranges on training images.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch

from memristive import kernels
from memristive.arrays import gates, mapping
from memristive.arrays.draws import Draws
from memristive.arrays.gates import Gates
from memristive.arrays.slices import definition, ranges
from memristive.arrays.slices.layout import Layout
from memristive.arrays.slices.stage import SlicedStage
from memristive.arrays.stage import Stage
from memristive.converters.adc import needed_range
from memristive.converters.dac import Codes
from memristive.converters.errors import Errors, converters
from memristive.converters.fit import Fit, Values, highest_code
from memristive.core.errors import InputError
from memristive.network.gradients import run_with_gradient

if TYPE_CHECKING:
    from memristive.network.layers import CrossbarLayer


def prepare(layer: CrossbarLayer, limits: tuple[float, float], draws: Draws) -> None:
    """Set what `layer` needs beside its arrays: the scale of its weights (see `weight_range`), converters' errors."""
    adc, layout = layer.setting.adc, Layout.of(layer.setting)
    if layout is not None:
        layer.weight_step.fill_(layout.step(limits))
    if adc.calibrated and adc.erroneous:
        slices, groups, rows, columns = layer.conductance.shape
        widths = [part.stop - part.start for part in layer.arithmetic.tile_columns(columns)]
        shape = (4, slices, groups, len(layer.arithmetic.tile_rows(rows)), converters(widths, adc.shared))
        normal, seed = draws.converters(layer.name, shape)
        layer.__dict__["_errors"] = Errors.drawn(
            normal, widths, adc.shared, (adc.offset, adc.gain, adc.inl, adc.noise), seed
        )


def run(layer: CrossbarLayer, x: torch.Tensor) -> torch.Tensor:
    """Outputs of `layer`, line and bias included; their gradient with respect to `x` is straight-through."""
    stage = stage_of(layer)

    def compute(_: Stage, inputs: torch.Tensor) -> torch.Tensor:
        return carried_out(stage, inputs)

    tensors = (x, stage.bias, stage.column_line)
    if torch.is_grad_enabled() and any(tensor is not None and tensor.requires_grad for tensor in tensors):
        return run_with_gradient(straight(stage), x, compute)
    return carried_out(stage, x)


def bare(layer: CrossbarLayer, x: torch.Tensor) -> torch.Tensor:
    """Outputs of the arrays for continuous inputs and without fixed ranges, before line and bias."""
    stage = dataclasses.replace(stage_of(layer, calibrated=False), line=None, bias=None, column_line=None)
    return carried_out(stage, x)


@torch.no_grad()
def carried_out(stage: SlicedStage, x: torch.Tensor) -> torch.Tensor:
    """`definition.run` on the kernels where they carry it out, with the same bits."""
    found = kernels.slices.carry_out(stage, x)
    return definition.run(stage, x, kernels.sums_of) if found is NotImplemented else found


def stage_of(layer: CrossbarLayer, calibrated: bool = True) -> SlicedStage:
    """The layer as a record; InputError where its ranges are to be fixed and are not.

    Without `calibrated` inputs stay continuous and converters range themselves, as while the layer is tuned.
    """
    setting, layout = layer.setting, Layout.of(layer.setting)
    number = len(layer.conductance)
    stage = SlicedStage(
        layer.conductance,
        layer.columns,
        layer.arithmetic,
        factors=layer.scheme.factors(number),
        signed=tuple(layout is None or layout.signed(slice_) for slice_ in range(number)),
        offset=layout.shift if layout is not None and layout.data_columns is None else 0.0,
        references=layout is not None and layout.data_columns is not None,
        whole=layout is not None and layout.whole,
        weight_step=float(layer.weight_step) if layout is not None else 1.0,
        **layer.geometry(),
    )
    if setting.reading.noisy:
        stage = dataclasses.replace(stage, variance=layer.variance, draw=layer.noise)
    stage = layer.on_line(stage)
    if not calibrated:
        return stage
    missing = "but no image has set it yet: call memristive.calibrate"
    if setting.dac.active:
        if not float(layer.input_range[0]):
            raise InputError(f"dac.bits: {setting.dac.bits}: needs a range, {missing}")
        stage = _with_inputs(layer, stage)
    if setting.adc.calibrated:
        if not layer.adc_ranges.numel():
            raise InputError(f"adc.range: 'calibrated', {missing}")
        stage = dataclasses.replace(stage, steps=layer.adc_ranges, errors=layer.__dict__.get("_errors"))
    return stage


def straight(stage: SlicedStage) -> Stage:
    """The layer without rounding, whose derivative counts for its own."""
    arithmetic = dataclasses.replace(stage.arithmetic, adc_bits=None)
    if stage.codes is not None:
        arithmetic = dataclasses.replace(arithmetic, max_input_voltage=None)
    names = ("kernel_size", "stride", "padding", "dilation", "padding_mode", "line", "bias", "column_line")
    return Stage(stage.effective(), stage.columns, arithmetic, **{name: getattr(stage, name) for name in names})


@torch.no_grad()
def calibrate(layer: CrossbarLayer, x: torch.Tensor) -> None:
    """Widen the ranges of the layer's converters to what they need for inputs `x`: of the DACs, then of the ADCs."""
    dac, adc = layer.setting.dac, layer.setting.adc
    if dac.active:
        values = Values(Fit(dac.fit, dac.percentile, dac.norm))
        values.add(x)
        signed = bool(layer.input_range[1]) or bool((x < 0).any())
        step = values.step(dac.bits, signed)
        layer.input_range[0] = max(float(layer.input_range[0]), step)
        layer.input_range[1] = float(signed)
    if not adc.calibrated:
        return
    stage = stage_of(layer, calibrated=False)
    if dac.active:
        stage = _with_inputs(layer, stage)
    steps = kernels.ranges.steps(stage, x, Fit(adc.fit, adc.percentile, adc.norm), adc.bits)
    layer.adc_ranges = torch.maximum(layer.adc_ranges, steps) if layer.adc_ranges.numel() else steps


def conversion(layer: CrossbarLayer, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How much of its range an ADC uses for inputs `x`, and which sums are beyond it.

    The largest sum of each tile's vector, slice and cycle over the range, float32 [...], and 0 or 1 for each sum.
    """
    stage = stage_of(layer)
    used, beyond = [], []
    for slice_, group, row, column, _, tile in ranges.tiles(stage, x, kernels.sums_of):
        if stage.steps is None:
            limit = 2.0 ** needed_range(tile, "linear", stage.arithmetic.adc_overflow_rate)
        else:
            limit = stage.steps[slice_, group, row, column] * highest_code(
                stage.arithmetic.adc_bits, stage.sums_signed(slice_)
            )
        used.append((tile.abs().amax(-1, keepdim=True) / limit).flatten())
        beyond.append((tile.abs() > limit * (1 + 1e-6)).flatten().float())
    return torch.cat(used), torch.cat(beyond)


def largest_input(layer: CrossbarLayer) -> float | None:
    """The largest input that the layer's DACs have a code for; None without DACs."""
    if not layer.setting.dac.active:
        return None
    codes = _codes(layer)
    return codes.step * highest_code(codes.bits, codes.signed)


def _with_inputs(layer: CrossbarLayer, stage: SlicedStage) -> SlicedStage:
    """`stage` with inputs as codes, whose bits switch its rows where these are gated."""
    gated = _gates(layer) if layer.setting.wires.gated else None
    return dataclasses.replace(stage, codes=_codes(layer), gates=gated)


def _gates(layer: CrossbarLayer) -> Gates:
    setting, layout = layer.setting, Layout.of(layer.setting)
    aim = setting.device.r_on, setting.device.r_off
    if layout is not None:
        lowest, unit = 1 / aim[1], layout.unit(aim)
    else:
        lowest, unit = mapping.reference(aim), 1.0
    return Gates(layer.sides, gates.circuit(setting.wires), lowest, unit)


def _codes(layer: CrossbarLayer) -> Codes:
    dac = layer.setting.dac
    step, signed = layer.input_range.tolist()
    return Codes(dac.bits, bool(signed), step, dac.serial)
