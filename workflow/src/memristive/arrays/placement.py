"""Where the cells of a layer's weights lie in its arrays, tile by tile, if not in their own order."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

import torch

from memristive.arrays.cells import Array


@dataclasses.dataclass(frozen=True)
class Tile:
    """One tile's rows and columns.

    Attributes:
        rows, columns: of the weights' matrix that it holds.
        physical: its columns in the array, redundant ones included.
        on_row, on_column: where in the tile each of its rows and columns comes to lie, int64 [rows], [columns].
    """

    rows: slice
    columns: slice
    physical: slice
    on_row: torch.Tensor
    on_column: torch.Tensor


@dataclasses.dataclass(frozen=True)
class Placement:
    """The arrays, one a side, of one group and slice of the weights.

    Attributes:
        arrays: with all columns that they have.
        tiles: in any order; together they hold the whole matrix.
        shape: rows and columns of the matrix.
        columns: of the arrays.
        unused: conductance (S) asked of cells that hold no weight.
    """

    arrays: Sequence[Array]
    tiles: Sequence[Tile]
    shape: tuple[int, int]
    columns: int
    unused: float

    def spread(self, conductance: torch.Tensor, strip: slice) -> torch.Tensor:
        """`conductance` [rows of a strip, columns] where it lies in the array; strips are of whole tiles."""
        spread = torch.full((len(conductance), self.columns), self.unused, dtype=conductance.dtype)
        for tile, rows in self._within(strip):
            spread[rows, tile.physical][tile.on_row[:, None], tile.on_column] = conductance[rows, tile.columns]
        return spread

    def gather(self, conductance: torch.Tensor, strip: slice) -> torch.Tensor:
        """Inverse of `spread`: [rows of a strip, columns] in the order of the weights."""
        gathered = torch.empty((len(conductance), self.shape[1]), dtype=conductance.dtype)
        for tile, rows in self._within(strip):
            block = conductance[rows, tile.physical]
            gathered[rows, tile.columns] = block[tile.on_row[:, None], tile.on_column]
        return gathered

    def _within(self, strip: slice) -> list[tuple[Tile, slice]]:
        return [
            (tile, slice(tile.rows.start - strip.start, tile.rows.stop - strip.start))
            for tile in self.tiles
            if strip.start <= tile.rows.start and tile.rows.stop <= strip.stop
        ]


class Placing(Protocol):
    """Decides where the cells of a layer lie."""

    def of(self, group: int, slice_: int, sides: int, wanted: Callable[[int], torch.Tensor]) -> Placement:
        """Placement of the arrays of one group and slice of the weights.

        Args:
            wanted: ideal conductances (S) of a side, float [rows, columns].
        """
        ...
