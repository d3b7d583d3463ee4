"""Steps of the ADCs behind digits on the compiled kernel; `memristive.arrays.slices.ranges` is the definition.

The kernel finds the largest sum of each tile without writing the others down. Those of them that decide on a percentile
or an error, a few thousand a tile and cycle, are formed on their own.
"""

import dataclasses
import functools
import itertools

import torch

from memristive.arrays.noise import square_root
from memristive.arrays.slices import definition, ranges
from memristive.arrays.slices.stage import SlicedStage
from memristive.converters.fit import Fit, Values, chosen
from memristive.kernels import layers, slices


def steps(
    stage: SlicedStage, x: torch.Tensor, fit: Fit, bits: int, *, threads: int | None = None, level: str | None = None
) -> torch.Tensor:
    """`ranges.steps(stage, x, fit, bits)`, by the definition where the kernel does not carry it out; the same bits."""
    largest = slices.largest(stage, x, threads=threads, level=level)
    if largest is NotImplemented:
        return ranges.steps(stage, x, fit, bits, layers.sums_of)
    inputs, _ = definition.applied(stage, x)
    parts = inputs.chunk(stage.groups, 1) if stage.kernel_size else [inputs]
    found = torch.empty_like(largest)
    for group, part in enumerate(parts):
        values = [[[_new(fit, float(each)) for each in row] for row in of_slice[group]] for of_slice in largest]
        if fit.keeps:
            for width in set(stage.widths):
                _keep(stage, group, part, width, values)
        for slice_, of_slice in enumerate(values):
            step = functools.partial(Values.step, bits=bits, signed=stage.sums_signed(slice_), least=stage.least_step)
            found[slice_, group] = torch.tensor([[step(each) for each in row] for row in of_slice])
    definition.read(stage, inputs)
    return found


def _keep(stage: SlicedStage, group: int, inputs: torch.Tensor, width: int, values: list[list[list[Values]]]) -> None:
    """Let the chosen sums of tiles with so many columns decide on `values` [slices][tile rows][tile columns]."""
    starts = {n: part.start for n, part in enumerate(stage.arithmetic.tile_columns(stage.digits.shape[-1]))}
    alike = [number for number, own in enumerate(stage.widths) if own == width]
    vectors, sample, position, columns = _chosen(stage, inputs, width)
    for cycle, (applied, weight) in enumerate(definition.cycles(stage, vectors)):
        sums = _of_slices(stage, stage.digits[:, group], applied)
        variances = None
        if stage.variance is not None:
            variances = _of_slices(stage, stage.variance[:, group], applied.square())
        for (slice_, of_slice), row, number in itertools.product(enumerate(values), range(len(sums)), alike):
            at = columns + starts[number]
            kept = sums[row, :, slice_].gather(1, at[:, None])[:, 0]
            if variances is not None:
                draw = definition.draw(stage.draw, slice_, group, cycle)
                deviation = square_root(variances[row, :, slice_].gather(1, at[:, None])[:, 0])
                kept = kept + deviation * draw.at(sample, position, row, at)
            of_slice[row][number].keep(kept, abs(weight))


def _of_slices(stage: SlicedStage, matrices: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """Sums of vectors [vectors, rows] on matrices [slices, rows, columns], [tile rows, vectors, slices, columns]."""
    side_by_side = torch.cat([*matrices], -1)[None]
    arrays = definition.bare(dataclasses.replace(stage, kernel_size=None), side_by_side)
    return layers.sums_of(arrays, vectors)[0, :, :, 0].unflatten(-1, (len(matrices), -1))


def _new(fit: Fit, largest: float) -> Values:
    values = Values(fit)
    values.widen(largest)
    return values


def _chosen(stage: SlicedStage, inputs: torch.Tensor, width: int) -> tuple[torch.Tensor, ...]:
    """The vectors of those sums that `Values` keeps of a tile with so many columns, and where each is from.

    Args:
        inputs: of one group, padded, float32 [samples, channels, height, width] or [samples, vectors, rows].

    Returns:
        float32 [sums, rows], then int64 [sums]: samples and positions as noise is drawn for them, columns of the tile.
    """
    if stage.kernel_size is None:
        flat = inputs.reshape(-1, inputs.shape[-1])
        at, columns = _places(len(flat), width)
        return flat[at], at, torch.zeros_like(at), columns
    samples, channels, height, in_width = inputs.shape
    out_height, out_width = stage.output_size((height, in_width))
    at, columns = _places(samples * out_height * out_width, width)
    sample, position = at // (out_height * out_width), at % (out_height * out_width)
    top, left = position // out_width * stage.stride[0], position % out_width * stage.stride[1]
    first = (sample * channels * height + top) * in_width + left
    channel, down, across = (
        torch.arange(count) * distance
        for count, distance in (
            (channels, height * in_width),
            (stage.kernel_size[0], stage.dilation[0] * in_width),
            (stage.kernel_size[1], stage.dilation[1]),
        )
    )
    rows = (channel[:, None, None] + down[:, None] + across).flatten()
    return inputs.reshape(-1)[first[:, None] + rows], sample, position, columns


def _places(vectors: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Vector and column of each value that is chosen of the sums of so many vectors on a tile."""
    places = chosen(vectors * width)
    return places // width, places % width
