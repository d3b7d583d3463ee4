"""Sums of a stage whose devices add something to conductance times voltage: another law of their current, and noise.

Both are sums of matrix products: I = V G + sum_k f_k(V) H_k + sqrt(V^2 S) z, with the terms of a law (see `laws`), the
variance S of the conductances, and z standard normal, drawn anew for each vector and bit line (see `noise`). The errors
of a bit line's cells are independent and normal, so that their sum is normal, too: one draw of it is no approximation.

This is the readable definition; a chain of the kernels computes the same bits. What it does not carry out is put
together here of passes by the kernels.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch

from memristive.arrays.encoding import encode
from memristive.arrays.geometry import Geometry
from memristive.arrays.noise import Noise, square_root
from memristive.arrays.product import convert_in_ranges, convert_sums
from memristive.arrays.stage import Stage

Pass = Callable[[Stage, torch.Tensor], torch.Tensor]

UNCONVERTED_NUMBERS = 2**22  # about the most sums of one pass that exist at once (16 MiB)


def needed(stage: Stage) -> bool:
    """Whether `stage` has anything besides conductance times voltage."""
    return stage.terms is not None or stage.variance is not None


def sums(stage: Stage, x: torch.Tensor, one_pass: Pass) -> torch.Tensor:
    """Sums of each row of tiles before conversion, noise included.

    Args:
        x: as for `definition.run`.
        one_pass: `definition.sums` or the kernels', of a stage without encoding, padding and terms.

    Returns:
        float32 [groups, tile rows, samples, vectors, columns].
    """
    return _sums(stage, _encoded(stage, x)[0], one_pass)


def _sums(stage: Stage, voltages: torch.Tensor, one_pass: Pass) -> torch.Tensor:
    total = one_pass(_alone(stage, stage.conductance), voltages)
    if stage.terms is not None:
        for values, matrix in zip(stage.law.inputs(voltages), stage.terms, strict=True):
            total = total + one_pass(_alone(stage, matrix), values)
    if stage.variance is None:
        return total
    variance = one_pass(_alone(stage, stage.variance), voltages.square())
    for group in range(stage.groups):
        draw = dataclasses.replace(stage.draw, group=group)
        total[group] += drawn(variance[group], draw, stage.kernel_size is None)
    stage.draw.used += samples_of(stage, voltages)
    return total


def drawn(variance: torch.Tensor, draw: Noise, linear: bool) -> torch.Tensor:
    """Noise of sums of one group, float32 [tile rows, samples, vectors, columns] as their variance is; see `noise`."""
    return noise(square_root(variance), draw, linear)


def noise(deviation: torch.Tensor, draw: Noise, linear: bool) -> torch.Tensor:
    """Normal numbers of these standard deviations, float32 [tile rows, samples, vectors, columns].

    `draw` stays as it is. A Linear's vectors count as samples each.
    """
    each = deviation.flatten(1, 2).unsqueeze(2) if linear else deviation
    found = [
        of_row * draw.normal(*of_row.shape[:2], row, of_row.shape[2]).to(of_row.device)
        for row, of_row in enumerate(each)
    ]
    return torch.stack(found).view_as(deviation)


def samples_of(stage: Geometry, laid_out: torch.Tensor) -> int:
    """Samples that the noise of reads counts in inputs that are laid out."""
    return len(laid_out) if stage.kernel_size else len(laid_out) * laid_out.shape[1]


def run(stage: Stage, x: torch.Tensor, one_pass: Pass) -> torch.Tensor:
    """Outputs of `stage`, arguments as for `sums`; float32 [samples, columns, height, width] or [..., columns]."""
    parts = [x] if x.dim() == 1 else stage.parts(x, UNCONVERTED_NUMBERS)
    output = torch.cat([_part(stage, part, one_pass) for part in parts])
    return stage.on_line(output)


def _part(stage: Stage, x: torch.Tensor, one_pass: Pass) -> torch.Tensor:
    voltages, undo = _encoded(stage, x)
    found = _sums(stage, voltages, one_pass)
    if stage.adc_ranges is None:
        converted = [convert_sums(group, stage.arithmetic) for group in found]
    else:
        pairs = zip(found, stage.adc_ranges, strict=True)
        converted = [convert_in_ranges(group, ranges, stage.arithmetic) for group, ranges in pairs]
    output = torch.cat(converted, -1)  # [samples, vectors, outputs]
    if stage.kernel_size is None:
        output = output * undo if stage.arithmetic.rescale_output else output
        return output.reshape(*x.shape[:-1], stage.columns)
    output = output.transpose(1, 2).unflatten(2, stage.output_size(voltages.shape[2:]))
    return output * undo if stage.arithmetic.rescale_output else output


def _alone(stage: Stage, matrix: torch.Tensor) -> Stage:
    """One product with `matrix` of voltages that are encoded and padded already."""
    plain = dataclasses.replace(stage.arithmetic, adc_bits=None, max_input_voltage=None, rescale_output=False)
    nothing = dict.fromkeys(("line", "bias", "column_line", "adc_ranges", "terms", "law", "variance", "draw"))
    unpadded = {"padding": (0, 0, 0, 0), "padding_mode": "zeros"}
    return dataclasses.replace(stage, conductance=matrix, arithmetic=plain, **nothing, **unpadded)


def _encoded(stage: Stage, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Voltages, and what undoes the encoding."""
    return encode(stage.laid_out(x), stage.arithmetic.max_input_voltage, per_sample=True)
