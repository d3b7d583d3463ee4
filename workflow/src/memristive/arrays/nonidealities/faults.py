"""Devices stuck at one of their resistance states. Source: MemTorch 1.1.6, memtorch/bh/nonideality/DeviceFaults.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memristive.arrays.tiling import from_tiles, to_tiles
from memristive.core.fields import Group, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array

PURPOSES = ("stuck at HRS", "stuck at LRS")  # in the order in which they fail; the later ones win


class Faults(Group):
    """Proportions of the devices that are stuck."""

    stuck_at_lrs: float = field(0.0, "Proportion of devices stuck at their low resistance state.", ge=0, le=1)
    stuck_at_hrs: float = field(0.0, "Proportion of devices stuck at their high resistance state.", ge=0, le=1)


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Devices stuck at their high, then (these win) at their low resistance state.

    int(n * proportion) of an array's n devices fail. They are numbered tile by tile where padding cells are devices
    too (`semantics: memtorch` with tiles), else row by row.
    """
    tile_shape = array.setting.array.tile_shape if array.semantics.padding_cells else None
    shape, count = conductance.shape, conductance.numel()

    def numbered(matrix: torch.Tensor) -> torch.Tensor:
        return (matrix if tile_shape is None else to_tiles(matrix, tile_shape)).reshape(-1)

    low, high = (numbered(bound.expand(shape)) for bound in array.cells.bounds)
    flat = numbered(conductance).clone()
    for purpose, state in zip(PURPOSES, ("stuck_at_hrs", "stuck_at_lrs"), strict=True):
        failing = array.order(purpose, count)[: int(count * getattr(array.setting.faults, state))]
        bound = low if state == "stuck_at_hrs" else high
        flat[failing] = bound[failing]
    return flat.reshape(shape) if tile_shape is None else from_tiles(flat.reshape(-1, *tile_shape), shape)
