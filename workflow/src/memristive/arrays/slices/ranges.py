"""Steps of the ADCs behind digits that training images need, readably; `memristive.kernels.ranges` is held to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch

from memristive.arrays import definition as arrays
from memristive.arrays.slices import definition
from memristive.arrays.slices.definition import Sums
from memristive.arrays.slices.stage import SlicedStage
from memristive.converters.fit import Fit, Values


def steps(stage: SlicedStage, x: torch.Tensor, fit: Fit, bits: int, sums: Sums = arrays.sums) -> torch.Tensor:
    """Steps that ADCs of so many bits need for inputs `x`, float32 [slices, groups, tile rows, tile columns].

    Args:
        stage: without steps.
        x: as `definition.run` takes it.
        sums: `memristive.arrays.definition.sums`, or what gives the same bits.
    """
    needed = []
    for (slice_, _), found in itertools.groupby(tiles(stage, x, sums), key=lambda found: found[:2]):
        values: dict[tuple[int, int], Values] = {}
        for *_, row, column, weight, tile in found:
            values.setdefault((row, column), Values(fit)).add(tile, abs(weight))
        signed = stage.sums_signed(slice_)
        needed += [each.step(bits, signed, stage.least_step) for each in values.values()]
    return torch.tensor(needed).reshape(*stage.digits.shape[:2], -1, len(stage.widths))


def tiles(
    stage: SlicedStage, x: torch.Tensor, sums: Sums = arrays.sums
) -> Iterator[tuple[int, int, int, int, float, torch.Tensor]]:
    """Slice, group, row and column of each tile, what its sums count and they themselves, in each cycle of inputs `x`.

    The cycles of one slice and group come together, so that not all sums exist at once. Noise of reads is included:
    with the last tile, the inputs have been read.
    """
    inputs, _ = definition.applied(stage, x)
    in_cycles = definition.cycles(stage, inputs)
    for slice_, group in itertools.product(range(len(stage.digits)), range(stage.groups)):
        for cycle, (applied, weight) in enumerate(in_cycles):
            part = applied.chunk(stage.groups, 1)[group] if stage.kernel_size else applied
            for row, of_row in enumerate(definition.tile_sums(stage, slice_, group, cycle, part, sums)):
                for column, tile in enumerate(of_row.split(stage.widths, -1)):
                    yield slice_, group, row, column, weight, tile
    definition.read(stage, inputs)
