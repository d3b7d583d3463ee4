"""The devices of one array, and the array as its non-idealities see it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from memristive.arrays.semantics import Semantics

if TYPE_CHECKING:
    from memristive.core.setting import Setting


@dataclasses.dataclass(frozen=True)
class Cells:
    """Resistance states (ohm) of an array's devices, float [rows, columns] or one number for all."""

    r_on: torch.Tensor
    r_off: torch.Tensor

    @classmethod
    def alike(cls, r_on: float, r_off: float) -> Cells:
        """Devices that all have the same resistance states."""
        return cls(*(torch.tensor(r, dtype=torch.float64) for r in (r_on, r_off)))

    @property
    def bounds(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Lowest and highest conductance (S) of each device."""
        return (1 / self.r_off.double()).float(), (1 / self.r_on.double()).float()

    def reach(self, conductance: torch.Tensor) -> torch.Tensor:
        """`conductance` (S) as far as each device reaches it; where its bounds overlap (r_on > r_off) 1/r_off wins."""
        low, high = self.bounds
        return torch.maximum(torch.minimum(conductance, high), low)


@dataclasses.dataclass(frozen=True)
class Array:
    """An array whose conductances have been programmed.

    Attributes:
        cells: its devices.
        setting: of its layer.
        semantics: of that setting.
        order: order(purpose, n) draws the order in which n devices fail, int64 [n]; only its head is used.
    """

    cells: Cells
    setting: Setting
    semantics: Semantics
    order: Callable[[str, int], torch.Tensor]
