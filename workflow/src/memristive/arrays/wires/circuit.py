"""The wires of a tile.

Word line i runs from its source along its cells, column 0 first; cell (i, j) connects it to bit line j, which runs from
its open end at row 0 along its cells to the ground behind the last row. One segment of wire lies between neighbouring
cells of a line; `source` lies before a word line's first cell and `ground` behind a bit line's last.
"""

from __future__ import annotations

import dataclasses
import numbers

import torch

from memristive.core.errors import InputError

ALLOWED = "a resistance of at least 0 ohm (infinity disconnects)"


@dataclasses.dataclass(frozen=True)
class Wires:
    """Resistances (ohm), 0 and infinity included.

    Attributes:
        word_line: of a segment of a word line.
        bit_line: of a segment of a bit line.
        source: between a word line's voltage and its first cell.
        ground: between a bit line's last cell and the ground, into which its current is measured.
        both_sides: a word line's voltage, behind `source` again, is applied at its last cell, too.
    """

    word_line: float
    bit_line: float
    source: float
    ground: float
    both_sides: bool = False

    @classmethod
    def of(
        cls,
        word_line: float,
        bit_line: float,
        source: float | None = None,
        ground: float | None = None,
        both_sides: bool = False,
    ) -> Wires:
        """Wires whose `source` and `ground`, where None, are a segment; InputError for what is no resistance."""
        source = word_line if source is None else source
        ground = bit_line if ground is None else ground
        given = resistances(
            "effective_conductances", word_line=word_line, bit_line=bit_line, source=source, ground=ground
        )
        if not isinstance(both_sides, bool):
            raise InputError(f"effective_conductances: both_sides: {both_sides!r} is not True or False")
        return cls(*given, both_sides)

    @property
    def turned(self) -> Wires:
        """The wires of the same circuit with word lines and bit lines exchanged; see `turn`."""
        return Wires(self.bit_line, self.word_line, self.ground, self.source)

    def better_turned(self, rows: int, columns: int) -> bool:
        """Whether the sweep over a tile of this shape is shorter along the other side.

        The turned circuit would have grounds at both ends of its bit lines if this one had sources at both ends.
        """
        return rows < columns and not self.both_sides


def resistances(function: str, **given: float) -> list[float]:
    """`given` as numbers; InputError, in one line that begins with `function`, for what is no resistance."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not value >= 0:
            raise InputError(f"{function}: {name}: {value!r} is not {ALLOWED}")
    return [float(value) for value in given.values()]


def turn(matrix: torch.Tensor) -> torch.Tensor:
    """A tile [..., rows, columns] seen with word lines and bit lines exchanged, and back.

    The lines change places, and each begins at what was its end, so that sources meet grounds. A circuit of
    resistors is reciprocal: the current into a ground for a voltage at a source is that into the source for the same
    voltage at the ground. So conductances from voltages to currents turn as the cells do.
    """
    return matrix.transpose(-1, -2).flip(-1, -2)


def check(function: str, conductances: torch.Tensor) -> None:
    """InputError unless `conductances` are those of cells: real, finite, of at least 0 S, in rows and columns."""
    if conductances.is_complex() or conductances.dtype == torch.bool:
        kind = str(conductances.dtype).removeprefix("torch.")
        raise InputError(f"{function}: conductances: {kind} is not a kind of real numbers")
    if conductances.dim() < 2:
        raise InputError(f"{function}: conductances: shape {list(conductances.shape)} is not [..., rows, columns]")
    wrong = ~(torch.isfinite(conductances) & (conductances >= 0))
    if wrong.any():
        value = conductances[wrong][0].item()
        raise InputError(f"{function}: conductances: {value} is not a finite number of at least 0 S")
