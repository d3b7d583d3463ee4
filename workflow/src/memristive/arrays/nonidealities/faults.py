"""Devices stuck at one of their resistance states. Source: MemTorch 1.1.6, memtorch/bh/nonideality/DeviceFaults.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memristive.arrays.tiling import from_tiles, to_tiles
from memristive.core.fields import Group, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array, Failures
    from memristive.core.setting import Setting

# Fields by the name of their draws, in the order in which devices fail; the later ones win.
PURPOSES = {"stuck at HRS": "stuck_at_hrs", "stuck at LRS": "stuck_at_lrs"}


class Faults(Group):
    """Proportions of the devices that are stuck."""

    stuck_at_lrs: float = field(0.0, "Proportion of devices stuck at their low resistance state.", ge=0, le=1)
    stuck_at_hrs: float = field(0.0, "Proportion of devices stuck at their high resistance state.", ge=0, le=1)


def prepare(setting: Setting, failures: Failures) -> None:
    """Draw which devices are stuck, while the resistances of an array's devices are not yet there."""
    for purpose, state in PURPOSES.items():
        failures.failing(purpose, getattr(setting.faults, state))


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Devices stuck at their high, then (these win) at their low resistance state.

    int(n * proportion) of an array's n devices fail. Devices are numbered tile by tile where padding cells are devices
    too (`semantics: memtorch` with tiles), else row by row.
    """
    import torch

    tile_shape = array.setting.array.tile_shape if array.semantics.padding_cells else None
    shape = conductance.shape

    def numbered(matrix: torch.Tensor) -> torch.Tensor:
        return (matrix if tile_shape is None else to_tiles(matrix, tile_shape)).reshape(-1)

    low, high = (numbered(bound.expand(shape)) for bound in array.cells.bounds)
    flat = numbered(conductance)
    start = array.first_row * shape[-1]
    for (purpose, state), bound in zip(PURPOSES.items(), (low, high), strict=True):
        failing = array.failures.failing(purpose, getattr(array.setting.faults, state))
        flat = torch.where(failing[start : start + len(flat)], bound, flat)
    return flat.reshape(shape) if tile_shape is None else from_tiles(flat.reshape(-1, *tile_shape), shape)
