"""Matrices on tiles of crossbars."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def padded_shape(rows: int, columns: int, tile_shape: tuple[int, int] | None) -> tuple[int, int]:
    """Shape of the smallest whole number of tiles that holds rows x columns."""
    if tile_shape is None:
        return rows, columns
    return -(-rows // tile_shape[0]) * tile_shape[0], -(-columns // tile_shape[1]) * tile_shape[1]


def parts(lines: int, size: int | None) -> list[slice]:
    """The rows (or columns) of a matrix with `lines` of them that lie on each tile of `size`; None: all on one."""
    size = size or lines
    return [slice(start, min(start + size, lines)) for start in range(0, lines, size)]


def to_tiles(matrix: torch.Tensor, tile_shape: tuple[int, int]) -> torch.Tensor:
    """Padded matrix as tiles [tiles, tile_rows, tile_columns], row by row of tiles."""
    height, width = tile_shape
    rows, columns = matrix.shape
    split = matrix.reshape(rows // height, height, columns // width, width)
    return split.transpose(1, 2).reshape(-1, height, width)


def from_tiles(tiles: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Inverse of `to_tiles` for a padded matrix of `shape`."""
    _, height, width = tiles.shape
    rows, columns = shape
    split = tiles.reshape(rows // height, columns // width, height, width)
    return split.transpose(1, 2).reshape(rows, columns)
