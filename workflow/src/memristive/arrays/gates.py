"""Arrays whose rows are switched by their inputs' bits, wires included, as one record, and the sums of their tiles.

A row whose bit is 0 is disconnected by its cells' transistors. Then currents are not linear in the inputs, so that an
array is no matrix: each tile and each vector of bits is a circuit of its own (see `memristive.arrays.wires.gated`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from memristive.arrays.wires import gated

if TYPE_CHECKING:
    from memristive.arrays.nonidealities.wires import Wires
    from memristive.arrays.stage import Stage

Solve = Callable[[torch.Tensor, torch.Tensor, float, float, float, float, bool], torch.Tensor]

UNFOLDED_NUMBERS = 2**22  # most bits of vectors that exist at once (16 MiB)


@dataclasses.dataclass(frozen=True)
class Gates:
    """Cells of arrays with lines of their own.

    Attributes:
        cells: conductances (S) of the cells with their transistors on, float32 [sides, ..., groups, rows, columns]:
            those of positive and of negative weights, or of one array.
        circuit: resistances (ohm) of a segment of a source line and of a bit line, before a source line, behind a bit
            line; and whether a source line is held at its last row. See `memristive.arrays.wires.gated`.
        lowest: conductance (S) that is taken away for each row that is on, where there is one side.
        unit: conductance (S) that a sum of 1 stands for.
    """

    cells: torch.Tensor
    circuit: tuple[float, float, float, float, bool]
    lowest: float
    unit: float

    def of(self, slice_: int, group: int) -> Gates:
        """One group of one slice, whose arrays are [sides, 1, rows, columns]."""
        return dataclasses.replace(self, cells=self.cells[:, slice_, group : group + 1])


def circuit(wires: Wires) -> tuple[float, float, float, float, bool]:
    """The lines of arrays of a setting, see `Gates.circuit`; what is not given is a segment."""
    bit_line = wires.word_line if wires.bit_line is None else wires.bit_line
    source_line = bit_line if wires.source_line is None else wires.source_line
    source = source_line if wires.source is None else wires.source
    ground = bit_line if wires.ground is None else wires.ground
    return source_line, bit_line, source, ground, wires.source_end == "last_row"


def sums(stage: Stage, x: torch.Tensor, solve: Solve = gated.conductances) -> torch.Tensor:
    """Sums of each row of tiles for bits, before conversion, float32 [groups, tile rows, samples, vectors, columns].

    Args:
        stage: with `gates`.
        x: zeros and ones, float32 [samples, channels, height, width] or [..., rows] of a Linear.
        solve: `memristive.arrays.wires.gated.conductances`, or what gives the same bits.
    """
    bits = stage.laid_out(x)
    _, groups, rows, _ = stage.gates.cells.shape
    positions = stage.output_size(bits.shape[2:]) if stage.kernel_size else (bits.shape[1],)
    at_once = max(1, UNFOLDED_NUMBERS // max(1, rows * torch.Size(positions).numel()))
    found = []
    for part in bits.split(at_once):
        of_groups = part.chunk(groups, 1) if stage.kernel_size else [part]
        found.append(torch.stack([_of_group(stage, each, group, solve) for group, each in enumerate(of_groups)]))
    return torch.cat(found, 2)


def _of_group(stage: Stage, bits: torch.Tensor, group: int, solve: Solve) -> torch.Tensor:
    """Sums of one group, float32 [tile rows, samples, vectors, columns]."""
    gates = stage.gates
    if stage.kernel_size is not None:
        bits = F.unfold(bits, stage.kernel_size, stage.dilation, 0, stage.stride).transpose(1, 2)
    selected = bits.flatten(0, 1) > 0.5
    sides = [gates.cells[side, group].double() for side in range(len(gates.cells))]
    found = []
    for rows in stage.arithmetic.tile_rows(sides[0].shape[0]):
        on = selected[:, rows].contiguous()
        tiles = []
        for columns in stage.arithmetic.tile_columns(sides[0].shape[1]):
            currents = [solve(side[rows, columns].contiguous(), on, *gates.circuit) for side in sides]
            if len(currents) == 1:
                currents.append(on.sum(1, keepdim=True) * gates.lowest)
            tiles.append((currents[0] - currents[1]) / gates.unit)
        found.append(torch.cat(tiles, -1).float())
    return torch.stack(found).unflatten(1, bits.shape[:2])
