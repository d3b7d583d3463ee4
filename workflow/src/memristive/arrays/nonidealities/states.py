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


def ask(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """The nearest of `states.count` conductances spaced evenly between the bounds that all devices are meant to have.

    A programmer knows no other states: a device that varies comes as near to the one it is asked for as it can.
    """
    from memristive.arrays.cells import Cells

    if array.semantics.states != "common":
        return conductance
    device = array.setting.device
    return _nearest(conductance, *Cells.alike(device.r_on, device.r_off).bounds, array.setting.states.count)


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Conductances of devices that have been asked for a state (see `ask`), or that have states of their own.

    With states of their own, a device whose bounds lie far apart has a step as much wider. MemTorch quantises nothing:
    its conductances are read back from the device objects, which changes only devices whose bounds overlap.
    """
    import torch

    if array.semantics.states == "common":
        return conductance
    if array.semantics.states == "own":
        return _nearest(conductance, *array.cells.bounds, array.setting.states.count)
    # A device object clips in double precision what was written to it in single precision.
    r_on, r_off = array.cells.r_on, array.cells.r_off
    lowest, highest, written = 1 / r_off.double(), 1 / r_on.double(), conductance.double()
    return torch.where(written < lowest, lowest, torch.where(written > highest, highest, written)).float()


def _nearest(conductance: torch.Tensor, low: torch.Tensor, high: torch.Tensor, count: int) -> torch.Tensor:
    import torch

    from memristive.arrays.straight_through import straight_through

    step = (high - low) / (count - 1)
    nearest = torch.where(step == 0, low, low + torch.floor((conductance - low) / step + 0.5) * step)
    return straight_through(conductance, nearest)
