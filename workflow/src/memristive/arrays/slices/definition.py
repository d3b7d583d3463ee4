"""The product of inputs and weights as digits, readably; `memristive.kernels.slices` is held to it bit by bit.

Each cycle of the inputs and each slice of the weights gives sums on each tile, which are converted. With read noise
each of these sums is a read of its own: what is converted is sum_i x_i d_i + sqrt(sum_i x_i^2 s_i) z, with the inputs x
of the cycle, the digits d, the variances s of both cells of each and z standard normal (see `memristive.arrays.reads`).
Converters with errors round what `memristive.converters.errors` makes of a sum. The codes of a tile are added over the
cycles, each counted by its bit, which is exact as long as they are whole numbers below 2**24; then, row of tiles by row
of tiles and slice by slice, they are scaled by the step of their ADC and the slice's factor and added in single
precision.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import torch

from memristive.arrays import definition, reads
from memristive.arrays.encoding import encode
from memristive.arrays.noise import Noise
from memristive.arrays.slices.stage import SlicedStage
from memristive.arrays.stage import Stage
from memristive.converters import fit
from memristive.converters.adc import quantise

SUMS_AT_ONCE = 2**24  # about as many sums of one cycle exist at once (64 MiB)

Sums = Callable[[Stage, torch.Tensor], torch.Tensor]


def run(stage: SlicedStage, x: torch.Tensor, sums: Sums = definition.sums) -> torch.Tensor:
    """Outputs of `stage`.

    Args:
        x: float32 [samples, channels, height, width], or [..., rows] of a Linear, whose first of several axes counts
            samples.
        sums: `memristive.arrays.definition.sums`, or what gives the same bits.

    Returns:
        float32 [samples, columns, height, width] or [..., columns].
    """
    outputs = []
    for part in _parts(stage, x):
        inputs, undo = applied(stage, part)
        total = torch.cat(
            [
                _total(stage, group, channels, sums)
                for group, channels in enumerate(inputs.chunk(stage.groups, 1) if stage.kernel_size else [inputs])
            ],
            -1,
        )
        if stage.kernel_size is not None:
            total = total.transpose(1, 2).unflatten(2, stage.output_size(inputs.shape[2:])).contiguous()
        outputs.append(finished(stage, part, total, counted(stage, inputs, sums), undo))
        read(stage, inputs)
        converted(stage, inputs)
    return torch.cat(outputs)


def applied(stage: SlicedStage, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Padded inputs as codes, or as voltages, and what undoes the encoding."""
    x = stage.laid_out(x)
    if stage.codes is not None:
        return stage.codes.codes(x), torch.ones((1,) * x.dim())
    return encode(x, stage.arithmetic.max_input_voltage, stage.arithmetic.scale_scope == "sample")


def cycles(stage: SlicedStage, inputs: torch.Tensor) -> list[tuple[torch.Tensor, float]]:
    """What is applied to the word lines in each cycle, and what its sums count."""
    if stage.codes is None:
        return [(inputs, 1.0)]
    return list(zip(stage.codes.cycles(inputs), stage.codes.weights(), strict=True))


def tile_sums(
    stage: SlicedStage, slice_: int, group: int, cycle: int, inputs: torch.Tensor, sums: Sums
) -> torch.Tensor:
    """Sums of one slice before conversion, float32 [tile rows, samples, vectors, columns].

    `inputs` are those of the cycle. The noise of its reads is included, but not counted on; see `read`.
    """
    arrays = bare(stage, stage.digits[slice_, group : group + 1])
    if stage.gates is not None:
        arrays = dataclasses.replace(arrays, gates=stage.gates.of(slice_, group))
    found = sums(arrays, inputs)[0]
    if stage.variance is None:
        return found
    variance = sums(bare(stage, stage.variance[slice_, group : group + 1]), inputs.square())[0]
    return found + reads.drawn(variance, draw(stage.draw, slice_, group, cycle), stage.kernel_size is None)


def draw(noise: Noise, slice_: int, group: int, cycle: int) -> Noise:
    """The noise of the next reads or conversions of one slice in one cycle."""
    return dataclasses.replace(noise, group=group, slice_=slice_, cycle=cycle)


def read(stage: SlicedStage, inputs: torch.Tensor) -> None:
    """Count the samples of padded inputs as read, in all slices and cycles: the next ones draw other noise."""
    if stage.variance is not None:
        stage.draw.used += reads.samples_of(stage, inputs)


def converted(stage: SlicedStage, inputs: torch.Tensor) -> None:
    """Count the samples of padded inputs as converted, in all slices and cycles."""
    if erroneous(stage):
        stage.errors.draw.used += reads.samples_of(stage, inputs)


def erroneous(stage: SlicedStage) -> bool:
    """Whether the sums meet the errors of converters, which those that range themselves do not have."""
    return stage.errors is not None and stage.steps is not None and stage.arithmetic.adc_bits is not None


def bare(stage: SlicedStage, matrix: torch.Tensor) -> Stage:
    """Arrays [1, rows, columns] that get the inputs of `stage`, which are padded already, without converters."""
    arithmetic = dataclasses.replace(stage.arithmetic, adc_bits=None, max_input_voltage=None, rescale_output=False)
    names = ("kernel_size", "stride", "dilation")
    return Stage(matrix, matrix.shape[-1], arithmetic, **{name: getattr(stage, name) for name in names})


def counted(stage: SlicedStage, inputs: torch.Tensor, sums: Sums) -> torch.Tensor | None:
    """Sums of the inputs of each vector, which an offset needs, float32 [samples, vectors, groups]; else None."""
    if not stage.offset:
        return None
    ones = inputs.new_ones(1, stage.digits.shape[2], 1)
    parts = inputs.chunk(stage.groups, 1) if stage.kernel_size else [inputs]
    whole = bare(stage, ones)
    whole = dataclasses.replace(whole, arithmetic=dataclasses.replace(whole.arithmetic, tile_shape=None))
    return torch.cat([sums(whole, part)[0, 0] for part in parts], -1)


def finished(
    stage: SlicedStage, x: torch.Tensor, total: torch.Tensor, count: torch.Tensor | None, undo: torch.Tensor
) -> torch.Tensor:
    """Outputs for inputs `x` from the totals of all slices, which are changed.

    `total` is float32 [samples, groups * columns, height, width], or [samples, vectors, columns] of a Linear.
    """
    if count is not None and stage.kernel_size is None:
        total -= count * stage.offset
    elif count is not None:
        offsets = (count * stage.offset).transpose(1, 2).repeat_interleave(stage.columns, 1)
        total -= offsets.unflatten(2, total.shape[2:])
    total *= scale(stage)
    if stage.arithmetic.rescale_output:
        total *= undo
    output = total if stage.kernel_size is not None else total.reshape(*x.shape[:-1], stage.columns)
    if stage.column_line is not None:
        coefficients, intercepts = stage.column_line
        return output.mul_(stage.by_output(coefficients)).add_(stage.by_output(intercepts))
    if stage.line not in (None, (1.0, 0.0)):
        coefficient, intercept = stage.line
        output = output.mul_(coefficient).add_(intercept)
    if stage.bias is None:
        return output
    return output.add_(stage.by_output(stage.bias))


def scale(stage: SlicedStage) -> float:
    """What a total of 1 stands for."""
    return stage.weight_step * (1.0 if stage.codes is None else stage.codes.step)


def _total(stage: SlicedStage, group: int, inputs: torch.Tensor, sums: Sums) -> torch.Tensor:
    """Totals of one group over cycles, rows of tiles and slices, float32 [samples, vectors, columns]."""
    in_cycles = cycles(stage, inputs)
    digital = []
    for slice_ in range(len(stage.digits)):
        added = 0.0
        for cycle, (applied_, weight) in enumerate(in_cycles):
            found = tile_sums(stage, slice_, group, cycle, applied_, sums)
            added = added + _converted(stage, slice_, group, cycle, found) * weight
        if stage.references:
            data, reference = stage.data
            added = added[..., data] - added[..., reference]
        digital.append(added)
    total = torch.zeros_like(digital[0][0])
    for row in range(len(digital[0])):
        for slice_, added in enumerate(digital):
            total = total + added[row] * unit(stage, slice_, group, row)
    return total


def unit(stage: SlicedStage, slice_: int, group: int, row: int) -> torch.Tensor:
    """What a code of each column of weights counts in a total, float32 [columns]."""
    factor = torch.tensor(stage.factors[slice_], dtype=torch.float32)
    if stage.steps is None:
        return factor.expand(stage.columns)
    columns = _by_column(stage, stage.steps[slice_, group, row])
    return (columns[stage.data[0]] if stage.references else columns) * factor


def _by_column(stage: SlicedStage, of_tiles: torch.Tensor) -> torch.Tensor:
    """Values [..., tile columns] for every column."""
    return of_tiles.repeat_interleave(torch.tensor(stage.widths), -1)


def _converted(stage: SlicedStage, slice_: int, group: int, cycle: int, sums: torch.Tensor) -> torch.Tensor:
    """Codes of ADCs of a fixed range, or the values that others put out; of the shape of `sums`."""
    arithmetic = stage.arithmetic
    if arithmetic.adc_bits is None:
        return sums
    if stage.steps is None:
        parts = [sums[..., part] for part in arithmetic.tile_columns(sums.shape[-1])]
        fixed = (arithmetic.adc_quantisation, arithmetic.adc_overflow_rate, arithmetic.ranging)
        return torch.cat(
            [quantise(part, arithmetic.adc_bits, *fixed, arithmetic.equal_entries_pass) for part in parts], -1
        )
    inverse = 1 / _by_column(stage, stage.steps[slice_, group])[:, None, None]
    signed = stage.sums_signed(slice_)
    if stage.errors is None:
        return fit.codes(sums, inverse, arithmetic.adc_bits, signed)
    highest = fit.highest_code(arithmetic.adc_bits, signed)
    seen = stage.errors.distorted(sums * inverse, slice_, group, highest)
    if stage.errors.noise:
        own = draw(stage.errors.draw, slice_, group, cycle)
        seen = seen + reads.noise(torch.full_like(seen, stage.errors.noise), own, stage.kernel_size is None)
    return fit.codes(seen, torch.ones(()), arithmetic.adc_bits, signed)


def _parts(stage: SlicedStage, x: torch.Tensor) -> list[torch.Tensor]:
    """`x` in parts of which the sums of one cycle fit into memory."""
    if x.dim() == 1:
        return [x]
    tile_rows = len(stage.arithmetic.tile_rows(stage.digits.shape[2]))
    positions = math.prod(x.shape[2:]) if stage.kernel_size else math.prod(x.shape[1:-1])
    numbers = tile_rows * stage.digits.shape[-1] * stage.groups * positions * len(stage.digits)
    return list(x.split(max(1, SUMS_AT_ONCE // max(1, numbers))))
