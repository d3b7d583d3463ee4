"""The devices of one array, and the array as its non-idealities see it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from memristive.arrays.semantics import Semantics

if TYPE_CHECKING:
    from memristive.core.setting import Setting

INDICES_AT_ONCE = 2**20  # of devices, as int64


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

    def strip(self, rows: slice) -> Cells:
        """Some rows of the devices."""
        return Cells(*(r if r.dim() == 0 else r[rows] for r in (self.r_on, self.r_off)))

    def reach(self, conductance: torch.Tensor) -> torch.Tensor:
        """`conductance` (S) as far as each device reaches it; where its bounds overlap (r_on > r_off) 1/r_off wins."""
        low, high = self.bounds
        return torch.maximum(torch.minimum(conductance, high), low)


class Failures:
    """The order in which an array's devices fail, drawn when it is first asked for.

    Args:
        order: order(purpose, n) draws the order of n devices, integers [n]; only its head is used.
        shape: rows and columns of the array.
    """

    def __init__(self, order: Callable[[str, int], torch.Tensor], shape: tuple[int, int]) -> None:
        self._order, self._shape = order, shape
        self._failing: dict[tuple[str, float], torch.Tensor] = {}

    def failing(self, purpose: str, proportion: float) -> torch.Tensor:
        """Which devices fail, bool [rows * columns] in the order of their numbers: int(n * proportion) of n."""
        if (purpose, proportion) not in self._failing:
            count = self._shape[0] * self._shape[1]
            mask = torch.zeros(count, dtype=torch.bool)
            for part in self._order(purpose, count)[: int(count * proportion)].split(INDICES_AT_ONCE):
                mask[part.long()] = True
            self._failing[purpose, proportion] = mask
        return self._failing[purpose, proportion]


@dataclasses.dataclass(frozen=True)
class Array:
    """An array whose conductances have been programmed, or a strip of its rows.

    Attributes:
        cells: its devices.
        setting: of its layer.
        semantics: of that setting.
        failures: of the whole array.
        generator: generator(purpose) makes the one from which a non-ideality draws for the whole array.
        report: report(words, devices) counts devices that something happened to.
        first_row: of the strip.
        target: conductances (S) that the devices were asked for, float32 [rows, columns]; None before programming.
    """

    cells: Cells
    setting: Setting
    semantics: Semantics
    failures: Failures
    generator: Callable[[str], torch.Generator] | None = None
    report: Callable[[str, int], None] | None = None
    first_row: int = 0
    target: torch.Tensor | None = None

    def strip(self, rows: slice) -> Array:
        """Some rows of the array; what has been drawn for it is shared."""
        return dataclasses.replace(self, cells=self.cells.strip(rows), first_row=rows.start)
