"""Tiles whose rows are switched: the public function, on the compiled kernel or by its readable definition."""

import ctypes
from typing import Any

import numpy as np
import torch

from memristive.arrays.wires import gated
from memristive.arrays.wires.circuit import check, resistances
from memristive.core.errors import InputError
from memristive.kernels import native
from memristive.kernels.wires import Tiles, tensor_of


def gated_conductances(
    conductances: Tiles,
    selected: Tiles,
    *,
    source_line: float,
    bit_line: float,
    source: float | None = None,
    ground: float | None = None,
    source_last: bool = False,
) -> Tiles:
    """Currents by volt of a tile whose rows are switched by their inputs' bits, its wires included.

    A selected row's transistors connect its cells between their column's source line, which is held at the read
    voltage, and their column's bit line, which is grounded; an unselected row's leave them open, whereas a word line
    at 0 V would draw current from the bit lines. The currents are not linear in what is selected, so that each column
    and input is solved on its own, exactly; see `memristive.arrays.wires.gated`. One input of a 64x64 tile takes
    about ten times as long as the product with the matrix that `effective_conductances` gives.

    Args:
        conductances: of the cells, S, finite and at least 0; a torch tensor or NumPy array [rows, columns].
        selected: which rows are on, truth values or zeros and ones [..., rows].
        source_line: resistance of a source line's segment between two rows, ohm; 0 and infinity are allowed for each
            resistance.
        bit_line: the same of a bit line.
        source: resistance between the read voltage and a source line, ohm; None: a segment.
        ground: resistance between a bit line's last row and the ground, ohm; None: a segment.
        source_last: the read voltage is at a source line's last row, on the grounds' side, instead of at its first.

    Returns:
        S, [..., columns], of the kind of `conductances`: float32 for float32, else float64.

    Raises:
        InputError: a conductance, a resistance or a selection that none is.
    """
    place = "gated_conductances"
    lines = resistances(
        place,
        source_line=source_line,
        bit_line=bit_line,
        source=source_line if source is None else source,
        ground=bit_line if ground is None else ground,
    )
    if not isinstance(source_last, bool):
        raise InputError(f"{place}: source_last: {source_last!r} is not True or False")
    cells = conductances if isinstance(conductances, torch.Tensor) else tensor_of(place, conductances)
    check(place, cells)
    if cells.dim() != 2:
        raise InputError(f"{place}: conductances: shape {list(cells.shape)} is not [rows, columns]")
    on = selected if isinstance(selected, torch.Tensor) else torch.as_tensor(np.asarray(selected))
    if on.dim() == 0 or on.shape[-1] != len(cells):
        raise InputError(f"{place}: selected: shape {list(on.shape)} is not [..., {len(cells)}]")
    if not ((on == 0) | (on == 1)).all():
        raise InputError(f"{place}: selected: a value is not 0 or 1")
    vectors = on.reshape(-1, len(cells)).bool().cpu()
    found = solve(cells.detach().double().cpu(), vectors, *lines, source_last)
    kind = torch.float32 if cells.dtype == torch.float32 else torch.float64
    found = found.reshape(*on.shape[:-1], cells.shape[1]).to(cells.device, kind)
    return found if isinstance(conductances, torch.Tensor) else found.numpy()


class _Gated(ctypes.Structure):
    """Field by field `struct memristive_gated_wires` of interface.hpp."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("rows", "columns", "source_last")),
        *((name, ctypes.c_double) for name in ("source_line", "bit_line", "source", "ground")),
    ]


def solve(
    cells: torch.Tensor,
    selected: torch.Tensor,
    source_line: float,
    bit_line: float,
    source: float,
    ground: float,
    source_last: bool,
    threads: int | None = None,
    level: str | None = None,
) -> Any:
    """`gated.conductances` on the kernel where there is one, the same bits."""
    level = native.level(level)
    lines = (source_line, bit_line, source, ground)
    if level is None or cells.numel() == 0:
        return gated.conductances(cells, selected, *lines, source_last)
    cells, selected = cells.contiguous(), selected.to(torch.uint8).contiguous()
    result = cells.new_empty(len(selected), cells.shape[1])
    status = native.function("gated")(
        ctypes.byref(_Gated(*cells.shape, source_last, *lines)),
        native.LEVELS.index(level),
        cells.data_ptr(),
        selected.data_ptr(),
        len(selected),
        result.data_ptr(),
        threads or torch.get_num_threads(),
    )
    if status != native.OK:
        raise MemoryError(f"gated_conductances: no memory for tiles of {cells.shape[0]}x{cells.shape[1]}")
    return result


def solve_selected(cells: torch.Tensor, selected: torch.Tensor, *circuit: float) -> torch.Tensor:
    """`solve` of those inputs alone that select a row; without one no current flows."""
    some = selected.any(1)
    if bool(some.all()):
        return solve(cells, selected, *circuit)
    found = cells.new_zeros(len(selected), cells.shape[1])
    found[some] = solve(cells, selected[some], *circuit)
    return found
