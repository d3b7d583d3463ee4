"""One layer on the compiled kernels. Each function returns NotImplemented where the plain path has to decide."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from memristive.arrays.stage import Stage
from memristive.converters.adc import quantise
from memristive.kernels import native
from memristive.kernels.chain import Chain, Crossbar
from memristive.kernels.native import Unsupported


def available(level: str | None = None) -> bool:
    """Whether kernels run here, at all or at `level` (plain, avx2, avx512)."""
    return native.level(level) is not None


def conv2d(
    x: torch.Tensor,
    conductance: torch.Tensor,
    columns: int,
    kernel_size: tuple[int, int],
    arithmetic: Any,
    stride: tuple[int, int] = (1, 1),
    padding: Sequence[int] = (0, 0, 0, 0),
    dilation: tuple[int, int] = (1, 1),
    *,
    line: tuple[float, float] | None = None,
    bias: torch.Tensor | None = None,
    ranges: torch.Tensor | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """What the arrays of a Conv2d put out: `encode`, unfolding and `product.multiply` at once.

    Args:
        x: float32 [images, channels, height, width] on the CPU.
        conductance: S, float32 [rows, padded columns]; rows are (channel, kernel row, kernel column).
        columns: how many of the columns are outputs.
        arithmetic: `product.Arithmetic`.
        padding: zeros at the left, right, top, bottom.
        line: coefficient and intercept that follow, then `bias`, float32 [columns]; None: the sums themselves.
        ranges: float32 [images], by which each image is scaled; None: its own largest input.
        threads: at most so many; None: torch's number. No result depends on it.
        level: see `native.level`.

    Returns:
        float32 [images, columns, height, width], or NotImplemented: values that are infinite, not a
        number or too large for the ADC, or an arithmetic that only the plain path has.
    """
    stage = Crossbar(conductance, columns, arithmetic, kernel_size, stride, tuple(padding), dilation, line, bias)
    return run(stage, x, ranges, threads, level)


def linear(
    x: torch.Tensor,
    conductance: torch.Tensor,
    columns: int,
    arithmetic: Any,
    *,
    line: tuple[float, float] | None = None,
    bias: torch.Tensor | None = None,
    ranges: torch.Tensor | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """What the arrays of a Linear put out.

    Args as for `conv2d`, with x float32 [images, rows]. Returns float32 [images, columns], or NotImplemented.
    """
    return run(Crossbar(conductance, columns, arithmetic, line=line, bias=bias), x, ranges, threads, level)


def codes(stage: Crossbar, x: torch.Tensor, *, threads: int | None = None, level: str | None = None) -> torch.Tensor:
    """What each row of tiles of `stage` contributes after its ADC, float32 [tile rows, images, ...]."""
    rows = stage.conductance.shape[0]
    tiles = -(-rows // stage.arithmetic.tile_shape[0]) if stage.arithmetic.tile_shape else 1
    parts = []
    for tile in range(tiles):
        only = Crossbar(
            *(stage.conductance, stage.columns, stage.arithmetic, stage.kernel_size),
            *(stage.stride, stage.padding, stage.dilation),
            tile_rows=(tile, tile + 1),
        )
        part = run(only, x, None, threads, level)
        if part is NotImplemented:
            return NotImplemented
        parts.append(part)
    return torch.stack(parts)


def run(
    stage: Crossbar,
    x: torch.Tensor,
    ranges: torch.Tensor | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """Outputs of `stage` for `x`, float32 [images, ...]; arguments as for `conv2d`."""
    try:
        out = Chain([stage], x.shape[1:], level)(x, threads, ranges=ranges)
    except Unsupported:
        return _convert_together(stage, x, ranges, threads, level)
    return NotImplemented if out is None else out


def carry_out(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`definition.run(stage, x)` on the kernels, the same bits; NotImplemented where they do not carry it out."""
    if stage.kernel_size is None:
        if x.dim() != 2:
            return NotImplemented
        return run(single(stage), x)
    # A sample's largest input is sought over all its channels, also where these form groups.
    ranges = x.abs().flatten(1).amax(1) if stage.groups > 1 and len(x) else None
    if stage.padding_mode != "zeros":
        x = F.pad(x, stage.padding, stage.padding_mode)
        stage = dataclasses.replace(stage, padding=(0, 0, 0, 0), padding_mode="zeros")
    outputs = []
    for group, part in enumerate(x.chunk(stage.groups, 1)):
        output = run(single(stage, group), part, ranges)
        if output is NotImplemented:
            return NotImplemented
        outputs.append(output)
    return outputs[0] if stage.groups == 1 else torch.cat(outputs, 1)


def sums(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`definition.sums(stage, x)` on the kernels; NotImplemented where they do not carry it out."""
    if stage.groups > 1 or stage.padding_mode != "zeros" or (stage.kernel_size is None and x.dim() != 2):
        return NotImplemented
    bare = stage.bare()
    arithmetic = dataclasses.replace(stage.arithmetic, adc_bits=None, rescale_output=False)
    found = codes(single(dataclasses.replace(bare, arithmetic=arithmetic)), x)
    if found is NotImplemented:
        return NotImplemented
    vectors = found.unsqueeze(2) if stage.kernel_size is None else found.flatten(3).transpose(2, 3)
    return vectors.unsqueeze(0)


def single(stage: Stage, group: int = 0) -> Crossbar:
    """One group of `stage` as a stage of a chain; Unsupported where a chain cannot hold it."""
    if stage.padding_mode != "zeros":
        raise Unsupported
    return Crossbar(
        stage.conductance[group],
        stage.columns,
        stage.arithmetic,
        stage.kernel_size,
        stage.stride,
        stage.padding,
        stage.dilation,
        line=stage.line,
        bias=None if stage.bias is None else stage.bias[group * stage.columns : (group + 1) * stage.columns],
        adc_ranges=None if stage.adc_ranges is None else stage.adc_ranges[group],
    )


def _convert_together(
    stage: Crossbar, x: torch.Tensor, ranges: torch.Tensor | None, threads: int | None, level: str | None
) -> torch.Tensor:
    """Sums by the kernels, the ADC by its definition: where its range spans what no group of images holds."""
    whole = stage.arithmetic
    if whole.adc_bits is None or whole.adc_scope == "vector" or whole.tile_shape is not None or whole.rescale_output:
        return NotImplemented
    if stage.adc_ranges is not None:
        return NotImplemented
    if stage.conductance.shape[1] != stage.columns or stage.line is not None or stage.bias is not None:
        return NotImplemented
    arithmetic = dataclasses.replace(whole, adc_bits=None)
    sums = run(dataclasses.replace(stage, arithmetic=arithmetic), x, ranges, threads, level)
    if sums is NotImplemented:
        return NotImplemented
    flat = sums.reshape(-1) if whole.adc_scope == "batch" else sums.flatten(1)
    settings = (whole.adc_bits, whole.adc_quantisation, whole.adc_overflow_rate, whole.log_range)
    return quantise(flat, *settings).reshape(sums.shape)
