"""A layer on crossbars, readably: encode, unfold, multiply tile by tile, convert, put on the line, add the bias.

The kernels are held to these functions bit by bit.
"""

import torch
import torch.nn.functional as F

from memristive.arrays import gates, reads
from memristive.arrays.encoding import encode
from memristive.arrays.product import convert_in_ranges, multiply, tile_sums
from memristive.arrays.stage import Stage

UNFOLDED_NUMBERS = 2**23  # most unfolded inputs that exist at once (32 MiB)
UNCONVERTED_NUMBERS = 2**26  # about the most sums that wait at once for a converter of a fixed range (256 MiB)


def run(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """Outputs of `stage`.

    Args:
        x: float32 [samples, channels, height, width], or [..., rows] of a Linear, whose first of several axes counts
            samples.

    Returns:
        float32 [samples, columns, height, width] or [..., columns].
    """
    if reads.needed(stage):
        return reads.run(stage, x, sums)
    output = _converted(stage, x) if stage.adc_ranges is None else _converted_in_ranges(stage, x)
    return stage.on_line(output)


def sums(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """Sums of each row of tiles before conversion, float32 [groups, tile rows, samples, vectors, columns].

    A convolution's vectors are its output's positions, row by row.
    """
    if reads.needed(stage):
        return reads.sums(stage, x, sums)
    if stage.gates is not None:
        return gates.sums(stage, x)
    voltages, _ = _encoded(stage, x)
    parts = voltages.chunk(stage.groups, 1) if stage.kernel_size else [voltages]
    found = [
        tile_sums(_vectors(stage, part), conductance, stage.columns, stage.arithmetic)
        for part, conductance in zip(parts, stage.conductance, strict=True)
    ]
    return torch.stack(found)


def _converted(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    voltages, undo = _encoded(stage, x)
    if stage.kernel_size is None:
        output = multiply(voltages, stage.conductance[0], stage.columns, stage.arithmetic)
        output = output * undo if stage.arithmetic.rescale_output else output
        return output.reshape(*x.shape[:-1], stage.columns)
    parts = zip(voltages.chunk(stage.groups, 1), stage.conductance, strict=True)
    output = torch.cat([_convolved(stage, part, conductance) for part, conductance in parts], 1)
    return output * undo if stage.arithmetic.rescale_output else output


def _convolved(stage: Stage, voltages: torch.Tensor, conductance: torch.Tensor) -> torch.Tensor:
    height, width = stage.output_size(voltages.shape[2:])
    samples = max(1, UNFOLDED_NUMBERS // (height * width * conductance.shape[0]))
    outputs = []
    for part in voltages.split(samples):
        product = multiply(_vectors(stage, part), conductance, stage.columns, stage.arithmetic)
        outputs.append(product.transpose(1, 2).reshape(-1, stage.columns, height, width))
    return torch.cat(outputs)


def _converted_in_ranges(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    outputs = []
    for part in _parts(stage, x):
        _, undo = _encoded(stage, part)
        converted = [
            convert_in_ranges(group, ranges, stage.arithmetic)
            for group, ranges in zip(sums(stage, part), stage.adc_ranges, strict=True)
        ]
        output = torch.cat(converted, -1)  # [samples, vectors, outputs]
        if stage.kernel_size is None:
            output = output * undo if stage.arithmetic.rescale_output else output
            outputs.append(output.reshape(*part.shape[:-1], stage.columns))
        else:
            output = output.transpose(1, 2).unflatten(2, stage.output_size(stage.padded(part).shape[2:]))
            outputs.append(output * undo if stage.arithmetic.rescale_output else output)
    return torch.cat(outputs)


def _parts(stage: Stage, x: torch.Tensor) -> list[torch.Tensor]:
    """`x` in parts of which the unconverted sums fit into memory; whole where samples are scaled together."""
    if stage.arithmetic.scale_scope == "batch" or x.dim() == 1:
        return [x]
    return stage.parts(x, UNCONVERTED_NUMBERS)


def _encoded(stage: Stage, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Voltages, and what undoes the encoding; a Linear's as [samples, vectors, rows]."""
    arithmetic = stage.arithmetic
    return encode(stage.laid_out(x), arithmetic.max_input_voltage, arithmetic.scale_scope == "sample")


def _vectors(stage: Stage, voltages: torch.Tensor) -> torch.Tensor:
    """Padded voltages as vectors, float32 [samples, vectors, rows]."""
    if stage.kernel_size is None:
        return voltages
    unfolded = F.unfold(voltages, stage.kernel_size, stage.dilation, 0, stage.stride)
    return unfolded.transpose(1, 2).contiguous()
