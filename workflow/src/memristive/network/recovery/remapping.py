"""Columns and rows of each tile placed where its known stuck devices harm least.

Which devices are stuck is read after each has been written to both of its states. A tile's columns are then assigned
to its columns, redundant ones included, and its rows to its rows, so that the squared error of the stuck conductances
is least; the two in turn, where both are moved. Digital routing puts inputs and outputs back in order: a tile converts
and adds up the same columns as before. Source of the assignment: scipy.optimize.linear_sum_assignment; of the idea,
Xia et al., Design Automation Conference (2017), 33, and others since.

Price: two writes a device; redundant devices; a table of a number a row and a column of each tile; no operation.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from memristive.arrays.cells import Array, Cells, Failures
from memristive.arrays.draws import Draws
from memristive.arrays.nonidealities import faults
from memristive.arrays.placement import Placement, Tile
from memristive.arrays.semantics import resolve
from memristive.arrays.tiling import parts
from memristive.core.setting import Setting

TURNS = 2  # of columns and rows, where both are moved
LEVELS = 1023  # of conductance in which errors are counted: whole numbers, whose sums no processor rounds
SPARE = -1  # marks the draws of redundant columns, which leave those of the others as they are

Known = list[tuple[np.ndarray, np.ndarray, np.ndarray]]  # by side: wanted, stuck at, is stuck


class Placing:
    """Where a layer's cells come to lie; see `programming.program`."""

    def __init__(self, name: str, setting: Setting, draws: Draws) -> None:
        self._name, self._setting, self._draws = name, setting, draws
        self._spare = setting.recovery.redundant_columns
        self._moved = setting.recovery.remap
        self._last: tuple[tuple[int, int] | None, Placement | None] = (None, None)

    def of(self, group: int, slice_: int, sides: int, wanted: Callable[[int], torch.Tensor]) -> Placement:
        """As `placement.Placing` has it; asked for the sides of one group and slice in turn, it places them once."""
        if self._last[0] != (group, slice_):
            places = [(group, side, slice_) if slice_ else (group, side) for side in range(sides)]
            self._last = (group, slice_), self._place(places, [wanted(side).detach() for side in range(sides)])
        return self._last[1]

    def _place(self, places: Sequence[tuple[int, ...]], ideal: Sequence[torch.Tensor]) -> Placement:
        rows, columns = ideal[0].shape
        height, width = self._setting.array.tile_shape or (rows, columns)
        tile_rows, tile_columns = parts(rows, height), parts(columns, width)
        physical = [
            slice(part.start + number * self._spare, part.stop + (number + 1) * self._spare)
            for number, part in enumerate(tile_columns)
        ]
        setting = self._setting
        if self._spare and setting.array.tile_shape is not None:
            setting = setting.replace(**{"array.tile_shape": (height, width + self._spare)})
        arrays = [self._array(place, (rows, columns), setting, tile_columns, physical) for place in places]
        stuck = [faults.apply(torch.full((rows, physical[-1].stop), torch.nan), array) for array in arrays]
        unit = LEVELS * setting.device.r_on
        tiles = []
        for rows_of in tile_rows:
            for at, (columns_of, lie) in enumerate(zip(tile_columns, physical, strict=True)):
                known = [
                    _known(want[rows_of, columns_of], found[rows_of, lie], unit)
                    for want, found in zip(ideal, stuck, strict=True)
                ]
                tiles.append(Tile(rows_of, columns_of, physical[at], *assign(known, self._moved)))
        return Placement(arrays, tiles, (rows, columns), physical[-1].stop, 1 / setting.device.r_off)

    def _array(
        self,
        place: tuple[int, ...],
        shape: tuple[int, int],
        setting: Setting,
        tile_columns: Sequence[slice],
        physical: Sequence[slice],
    ) -> Array:
        semantics, rows = resolve(setting), shape[0]
        own = self._drawn(place, shape)
        if not self._spare:
            return Array(own[0], setting, semantics, own[1])
        spare = self._drawn((*place, SPARE), (rows, self._spare * len(tile_columns)))
        order = torch.cat(
            [
                torch.cat(
                    [torch.arange(part.start, part.stop), shape[1] + number * self._spare + torch.arange(self._spare)]
                )
                for number, part in enumerate(tile_columns)
            ]
        )
        cells = Cells(*(_joined(a, b, order) for a, b in zip(_states(own[0]), _states(spare[0]), strict=True)))
        return Array(cells, setting, semantics, _JoinedFailures(own[1], spare[1], rows, order))

    def _drawn(self, place: tuple[int, ...], shape: tuple[int, int]) -> tuple[Cells, Failures]:
        def order(purpose: str, devices: int) -> torch.Tensor:
            return self._draws.order(self._name, place, purpose, devices)

        return self._draws.cells(self._name, place, shape, shape, self._setting), Failures(order, shape)


@dataclasses.dataclass
class _JoinedFailures:
    """Failures of an array and of its redundant columns, which lie among its own in `order`."""

    own: Failures
    spare: Failures
    rows: int
    order: torch.Tensor

    def failing(self, purpose: str, proportion: float) -> torch.Tensor:
        """As `cells.Failures` has it."""
        both = [part.failing(purpose, proportion).view(self.rows, -1) for part in (self.own, self.spare)]
        return torch.cat(both, 1)[:, self.order].flatten()


def _states(cells: Cells) -> tuple[torch.Tensor, torch.Tensor]:
    return cells.r_on, cells.r_off


def _joined(own: torch.Tensor, spare: torch.Tensor, order: torch.Tensor) -> torch.Tensor:
    return own if own.dim() == 0 else torch.cat([own, spare], 1)[:, order]


def _known(wanted: torch.Tensor, stuck: torch.Tensor, unit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wanted and stuck conductances of a tile in levels, as doubles that hold whole numbers, and which are stuck."""
    held = np.isfinite(stuck.numpy())
    levels = np.rint(np.where(held, stuck.numpy(), 0).astype(np.float64) * unit)
    return np.rint(wanted.double().numpy() * unit), levels, held.astype(np.float64)


def assign(known: Known, moved: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Row and column of a tile on which each row [rows] and each column [columns] of the weights comes to lie.

    Args:
        known: by side, in whole numbers: conductances that are wanted [rows, columns], those at which devices are
            stuck and which these are (1) [rows, columns, and more that are redundant].
        moved: "columns", "rows" or "both".
    """
    rows, columns = (np.arange(size) for size in known[0][0].shape)
    if any(held.any() for _, _, held in known):
        for _ in range(TURNS if moved == "both" else 1):
            if moved != "rows":
                columns = _least([_errors(want[np.argsort(rows)].T, at.T, held.T) for want, at, held in known])
            if moved != "columns":
                rows = _least([_errors(want, at[:, columns], held[:, columns]) for want, at, held in known])
    return torch.from_numpy(rows), torch.from_numpy(columns)


def _errors(wanted: np.ndarray, stuck: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Squared error where line i of `wanted` [lines, cells] lies on line j of `stuck` and `held` [lines, cells]."""
    stuck = stuck * held
    return (stuck * stuck).sum(1)[None] - 2 * wanted @ stuck.T + (wanted * wanted) @ held.T


def _least(errors: list[np.ndarray]) -> np.ndarray:
    return linear_sum_assignment(sum(errors))[1]
