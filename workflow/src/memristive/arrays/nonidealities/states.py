"""Finite conductance states: a device can be programmed to a few conductances only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memristive.core.fields import Group, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array


class States(Group):
    """Number of conductance states."""

    count: int | None = field(
        None, "Conductance states of a device; null: continuous.", short="conductance_states", ge=2
    )


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """The nearest of `states.count` conductances spaced evenly between each device's bounds.

    MemTorch quantises nothing: its conductances are read back from the device objects, which changes only devices
    whose bounds overlap.
    """
    import torch

    if not array.semantics.quantises_states:
        # A device object clips in double precision what was written to it in single precision.
        r_on, r_off = array.cells.r_on, array.cells.r_off
        lowest, highest, written = 1 / r_off.double(), 1 / r_on.double(), conductance.double()
        return torch.where(written < lowest, lowest, torch.where(written > highest, highest, written)).float()
    low, high = array.cells.bounds
    step = (high - low) / (array.setting.states.count - 1)
    return torch.where(step == 0, low, low + torch.floor((conductance - low) / step + 0.5) * step)
