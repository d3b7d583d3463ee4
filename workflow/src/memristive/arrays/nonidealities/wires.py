"""Resistance of the wires: cells far from a word line's source or a bit line's ground see less of the voltage.

Each array has wires of its own, so that each weight of the double-column scheme is the difference of two cells of two
such arrays. An array with its wires is a matrix again, found exactly once and for all inputs, so that inference costs
what it costs without wires; see `memristive.kernels.wires.effective_conductances`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.arrays.tiling import from_tiles, to_tiles
from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array


class Wires(Group):
    """Resistances of an array's wires while it is read."""

    word_line: float = field(
        0.0, "Resistance of a word line between two cells.", unit="ohm", short="word_line_resistance", ge=0
    )
    bit_line: float | None = field(
        None,
        "Resistance of a bit line between two cells; null: that of a word line.",
        unit="ohm",
        short="bit_line_resistance",
        ge=0,
    )
    source: float | None = field(
        None,
        "Resistance between a word line's voltage and its first cell; null: that between two of its cells.",
        unit="ohm",
        short="source_resistance",
        ge=0,
    )
    ground: float | None = field(
        None,
        "Resistance between a bit line's last cell and its converter; null: that between two of its cells.",
        unit="ohm",
        short="ground_resistance",
        ge=0,
    )
    drive: Literal["one_side", "both_sides"] = field(
        "one_side", "A word line has its voltage, behind the source's resistance, at its first cell or at both ends."
    )
    cell: Literal["1T1R", "1R"] = field(
        "1T1R", "Cells while they are read: behind transistors whose gates are all on, or passive."
    )
    transistor: float = field(
        0.0,
        "Resistance of a 1T1R cell's transistor that is on, in series with the device.",
        unit="ohm",
        short="transistor_resistance",
        ge=0,
    )
    rows: Literal["connected", "gated"] = field(
        "connected",
        "A row whose input is 0 is held at 0 V, or disconnected by its cells' transistors, as inputs bit by bit allow; "
        "then a source line beside each bit line brings the read voltage, and word lines carry no current.",
        short="wire_rows",
    )
    source_line: float | None = field(
        None,
        "Resistance of a source line between two gated rows; null: that of a bit line.",
        unit="ohm",
        short="source_line_resistance",
        ge=0,
    )
    source_end: Literal["first_row", "last_row"] = field(
        "first_row", "The read voltage is at a source line's first row, or at its last, where bit lines are grounded."
    )
    model: Literal["exact", "alpha_beta", "dmr", "jeong"] = field(
        "exact", "The circuit itself, or an approximation of the literature's.", short="wire_model"
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Wires:
        if self.cell == "1R" and self.transistor:
            raise WrongValue("wires.transistor", self.transistor, "0: a 1R cell has no transistor")
        if self.model != "exact" and self.drive != "one_side":
            raise WrongValue("wires.model", self.model, "exact: no approximation drives word lines from both sides")
        gated = {"cell": "1T1R", "model": "exact", "drive": "one_side"}
        connected = {"source_line": None, "source_end": "first_row"}
        for name, needed in (gated if self.rows == "gated" else connected).items():
            if getattr(self, name) != needed:
                shown = "null" if needed is None else needed
                raise WrongValue(
                    f"wires.{name}", getattr(self, name), f"{shown}, as it must be where wires.rows is {self.rows}"
                )
        return self

    @property
    def active(self) -> bool:
        """Whether anything has a resistance."""
        return any((self.word_line, self.bit_line, self.source, self.ground, self.transistor, self.source_line))

    @property
    def gated(self) -> bool:
        """Whether each vector of bits is a circuit of its own."""
        return self.rows == "gated" and self.active


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Each tile with its wires as the matrix that it multiplies voltages with; `conductance` is of whole tiles.

    Tiles at the edge of a layer are as small as what they hold, unless padding cells fill them up (`semantics:
    memtorch`); these load the lines like all cells. Where rows are gated an array is no matrix, and what is found are
    its cells with their transistors on.
    """
    wires = array.setting.wires
    if wires.gated:
        return with_transistors(conductance.double(), wires).float()
    return seen(conductance.double(), wires, array.setting.array.tile_shape).float()


def with_transistors(cells: torch.Tensor, wires: Wires) -> torch.Tensor:
    """Conductances (S) of cells behind transistors that are on."""
    return cells / (1 + cells * wires.transistor)


def seen(cells: torch.Tensor, wires: Wires, tile_shape: tuple[int, int] | None) -> torch.Tensor:
    """Conductances (S) of an array [rows, columns] as its word lines and bit lines see them; differentiable."""
    import torch

    # A program that only reads settings has neither torch nor the kernels.
    from memristive.arrays.wires.approximations import APPROXIMATIONS
    from memristive.arrays.wires.circuit import Wires as Resistances
    from memristive.kernels.wires import solve

    bit_line = wires.word_line if wires.bit_line is None else wires.bit_line
    both_sides = wires.drive == "both_sides"
    circuit = Resistances.of(wires.word_line, bit_line, wires.source, wires.ground, both_sides)
    model = APPROXIMATIONS.get(wires.model, solve)
    cells = with_transistors(cells, wires)
    rows, columns = cells.shape
    height, width = tile_shape or (rows, columns)
    effective = torch.empty_like(cells)
    for row_part in _parts(rows, height):
        for column_part in _parts(columns, width):
            region = cells[row_part, column_part]
            shape = (min(height, len(region)), min(width, region.shape[1]))
            tiles = model(to_tiles(region, shape), circuit)
            effective[row_part, column_part] = from_tiles(tiles, tuple(region.shape))
    return effective


def _parts(length: int, step: int) -> list[slice]:
    """The lines of all whole tiles, and those of the tile that is left."""
    whole = length // step * step
    return [part for part in (slice(0, whole), slice(whole, length)) if part.start < part.stop]
