"""One layer on the compiled kernels. Each function returns NotImplemented where the plain path has to decide."""

import dataclasses
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from memristive.arrays import definition, gates, reads
from memristive.arrays.product import Arithmetic
from memristive.arrays.stage import Stage
from memristive.converters.adc import quantise
from memristive.kernels import chain, contract, gated, native
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
    arithmetic: Arithmetic,
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
        arithmetic: how products are formed and converted.
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
    arithmetic: Arithmetic,
    *,
    line: tuple[float, float] | None = None,
    bias: torch.Tensor | None = None,
    ranges: torch.Tensor | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """What the arrays of a Linear put out.

    Args as for `conv2d`, with x float32 [samples, ..., rows]. Returns float32 [samples, ..., columns], or
    NotImplemented.
    """
    return run(Crossbar(conductance, columns, arithmetic, line=line, bias=bias), x, ranges, threads, level)


def codes(stage: Crossbar, x: torch.Tensor, *, threads: int | None = None, level: str | None = None) -> torch.Tensor:
    """What each row of tiles of `stage` contributes after its ADC, float32 [tile rows, samples, ...]."""
    rows = stage.conductance.shape[0]
    tiles = -(-rows // stage.arithmetic.tile_shape[0]) if stage.arithmetic.tile_shape else 1
    bare = dataclasses.replace(stage, line=None, bias=None, adc_ranges=None)
    parts = []
    for tile in range(tiles):
        part = run(dataclasses.replace(bare, tile_rows=(tile, tile + 1)), x, None, threads, level)
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
    """Outputs of `stage` for `x`, float32 [samples, ...]; arguments as for `conv2d`, for a Linear as for `linear`."""
    try:
        chain.check(stage)
    except Unsupported:
        return NotImplemented
    if stage.kernel_size is None and x.dim() != 2:
        return _run_vectors(stage, x, threads, level)
    try:
        out = Chain([stage], x.shape[1:], level)(x, threads, ranges=ranges)
    except Unsupported:
        return _convert_together(stage, x, ranges, threads, level)
    return NotImplemented if out is None else out


def _run_vectors(stage: Crossbar, x: torch.Tensor, threads: int | None, level: str | None) -> torch.Tensor:
    """Outputs of a Linear for any number of vectors a sample, float32 [..., rows]: each vector takes a lane."""
    vectors = math.prod(x.shape[1:-1])
    arithmetic = stage.arithmetic
    if vectors > 1 and arithmetic.adc_bits is not None and arithmetic.adc_scope == "sample":
        return NotImplemented  # a range over several lanes
    if vectors > 1 and arithmetic.spills == "sample":
        return NotImplemented
    ranges = None
    if arithmetic.scale_scope == "sample" and x.numel():
        ranges = x.abs().reshape(1 if x.dim() == 1 else len(x), -1).amax(1).repeat_interleave(vectors)
    out = run(stage, x.reshape(-1, x.shape[-1]), ranges, threads, level)
    return out if out is NotImplemented else out.reshape(*x.shape[:-1], stage.columns)


def carry_out(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`definition.run(stage, x)` on the kernels, the same bits; NotImplemented where they do not carry it out."""
    try:
        contract.STAGE.check(stage)
    except Unsupported:
        return NotImplemented
    output = _carry_out(stage, x)
    return reads.run(stage, x, sums_of) if output is NotImplemented and reads.needed(stage) else output


def _carry_out(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    if stage.column_line is not None:
        output = _carry_out(dataclasses.replace(stage, line=None, bias=None, column_line=None), x)
        return output if output is NotImplemented else stage.on_line(output)
    if stage.kernel_size is None:
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
    if stage.groups > 1 and stage.draw is not None:  # each group drew for itself
        stage.draw.used += len(x)
    return outputs[0] if stage.groups == 1 else torch.cat(outputs, 1)


def sums(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`definition.sums(stage, x)` on the kernels; NotImplemented where they do not carry it out."""
    if reads.needed(stage):
        return reads.sums(stage, x, sums_of)
    if stage.gates is not None:
        return gates.sums(stage, x, gated.solve_selected) if x.device.type == "cpu" else NotImplemented
    if stage.groups > 1 or stage.padding_mode != "zeros":
        return NotImplemented
    bare = stage.bare()
    arithmetic = dataclasses.replace(stage.arithmetic, adc_bits=None, rescale_output=False, spills="none")
    try:
        found = codes(single(dataclasses.replace(bare, arithmetic=arithmetic)), x)
    except Unsupported:
        return NotImplemented
    if found is NotImplemented:
        return NotImplemented
    if stage.kernel_size is not None:
        return found.flatten(3).transpose(2, 3).unsqueeze(0)
    samples = 1 if x.dim() == 1 else len(x)
    return found.reshape(1, len(found), samples, math.prod(x.shape[1:-1]), stage.columns)


def sums_of(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`definition.sums(stage, x)`, by the definition where the kernels do not carry it out."""
    found = sums(stage, x)
    return definition.sums(stage, x) if found is NotImplemented else found


def single(stage: Stage, group: int = 0) -> Crossbar:
    """One group of `stage` as a stage of a chain; Unsupported where a chain cannot hold it."""
    contract.STAGE.check(stage)
    if stage.padding_mode != "zeros" or stage.column_line is not None:
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
        terms=None if stage.terms is None else stage.terms[:, group],
        law=stage.law,
        variance=None if stage.variance is None else stage.variance[group],
        draw=stage.draw if stage.draw is None or stage.groups == 1 else dataclasses.replace(stage.draw, group=group),
    )


def _convert_together(
    stage: Crossbar, x: torch.Tensor, ranges: torch.Tensor | None, threads: int | None, level: str | None
) -> torch.Tensor:
    """Sums by the kernels, the ADC by its definition: where its range spans what no group of images holds."""
    whole = stage.arithmetic
    if whole.adc_bits is None or whole.adc_scope == "vector" or whole.tile_shape is not None or whole.rescale_output:
        return NotImplemented
    if stage.adc_ranges is not None or stage.conductance.shape[1] != stage.columns or stage.law or stage.draw:
        return NotImplemented
    arithmetic = dataclasses.replace(whole, adc_bits=None)
    bare = dataclasses.replace(stage, arithmetic=arithmetic, line=None, bias=None)
    sums = run(bare, x, ranges, threads, level)
    if sums is NotImplemented:
        return NotImplemented
    flat = sums.reshape(-1) if whole.adc_scope == "batch" else sums.flatten(1)
    settings = (whole.adc_quantisation, whole.adc_overflow_rate, whole.ranging, whole.equal_entries_pass)
    output = quantise(flat, whole.adc_bits, *settings).reshape(sums.shape)
    if stage.line is not None:
        coefficient, intercept = stage.line
        output = output * coefficient + intercept
    if stage.bias is None:
        return output
    return output + (stage.bias if stage.kernel_size is None else stage.bias.view(-1, 1, 1))
