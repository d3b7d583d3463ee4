"""Tiles with their wires as matrices: the public function, on the compiled kernel or by its readable definition.

Both are exact to rounding and give the same bits, on every processor and number of threads.
"""

import ctypes
import threading
from typing import Any, TypeVar

import numpy as np
import torch

from memristive.arrays.wires import sweep
from memristive.arrays.wires.circuit import Wires, check, turn
from memristive.core.errors import InputError
from memristive.kernels import native

Tiles = TypeVar("Tiles", torch.Tensor, np.ndarray)

# Layers are converted side by side; the threads of one call are those that all of them share.
_ONE_CALL = threading.Lock()


def effective_conductances(
    conductances: Tiles,
    *,
    word_line: float,
    bit_line: float,
    source: float | None = None,
    ground: float | None = None,
    both_sides: bool = False,
) -> Tiles:
    """A tile with its wires as one matrix M: for any voltages V on the word lines, the currents are I = V @ M.

    Cells are linear and all connected (1T1R with the gates on, or passive 1R). Voltages [..., rows] are applied to the
    word lines, each through `source`, before column 0; currents [..., columns] flow into the grounds, each through
    `ground`, behind the last row. The circuit is solved exactly, without iteration; see
    `memristive.arrays.wires.sweep`. It is computed in double precision whatever the type of `conductances`: the result
    in float64 is exact to about 1e-13 of each entry, in float32 it is that, rounded once (6e-8).

    Args:
        conductances: of the cells, S, finite and at least 0; a torch tensor or NumPy array [..., rows, columns], of
            which leading axes count tiles. A tensor may require a gradient, which is exact.
        word_line: resistance of a word line's segment between two cells, ohm; 0 and infinity (an open wire) are
            allowed for each resistance.
        bit_line: the same of a bit line.
        source: resistance between a word line's voltage and its first cell, ohm; None: a segment.
        ground: resistance between a bit line's last cell and the ground, ohm; None: a segment.
        both_sides: each word line's voltage is applied at its last cell, too, through another `source`.

    Returns:
        M, S, of the shape and kind of `conductances`: float32 for float32, else float64.

    Raises:
        InputError: a conductance or a resistance that none is.
    """
    wires = Wires.of(word_line, bit_line, source, ground, both_sides)
    cells = (
        conductances if isinstance(conductances, torch.Tensor) else tensor_of("effective_conductances", conductances)
    )
    check("effective_conductances", cells)
    solved = solve(cells.double(), wires).to(torch.float32 if cells.dtype == torch.float32 else torch.float64)
    return solved if isinstance(conductances, torch.Tensor) else solved.numpy()


def solve(cells: torch.Tensor, wires: Wires) -> torch.Tensor:
    """M of `cells`, both float64 [..., rows, columns], along the side where the sweep is shorter; on the CPU."""
    if cells.device.type != "cpu":
        return solve(cells.cpu(), wires).to(cells.device)
    if cells.numel() == 0:
        return cells.clone()
    if wires.better_turned(*cells.shape[-2:]):
        return turn(solve(turn(cells), wires.turned))
    tiles = cells.reshape(-1, *cells.shape[-2:])
    level = native.level()
    solved = sweep.effective(tiles, wires) if level is None else _Solved.apply(tiles, wires, level)
    return solved.reshape(cells.shape)


def effective(tiles: torch.Tensor, wires: Wires, threads: int | None = None, level: str | None = None) -> torch.Tensor:
    """`sweep.effective` on the kernel, the same bits; NotImplemented where there is none."""
    return _call("effective", wires, tiles, None, threads, level)


def gradient(
    tiles: torch.Tensor, of_result: torch.Tensor, wires: Wires, threads: int | None = None, level: str | None = None
) -> torch.Tensor:
    """Derivatives by the tiles' cells of what has the derivatives `of_result` by the entries of M.

    The steps of the sweep are gone through backwards. All float64 [tiles, rows, columns]; NotImplemented where there
    is no kernel.
    """
    return _call("effective_gradient", wires, tiles, of_result, threads, level)


class _Wires(ctypes.Structure):
    """Field by field `struct memristive_wires` of interface.hpp."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("rows", "columns", "both_sides")),
        *((name, ctypes.c_double) for name in ("word_line", "bit_line", "source", "ground")),
    ]


def _call(
    function: str,
    wires: Wires,
    tiles: torch.Tensor,
    of_result: torch.Tensor | None,
    threads: int | None,
    level: str | None,
) -> Any:
    level = native.level(level)
    if level is None:
        return NotImplemented
    resistances = (wires.word_line, wires.bit_line, wires.source, wires.ground)
    record = _Wires(*tiles.shape[1:], wires.both_sides, *resistances)
    given = [tensor.detach().contiguous() for tensor in (tiles, of_result) if tensor is not None]
    result = torch.empty_like(given[0])
    with _ONE_CALL:
        status = native.function(function)(
            ctypes.byref(record),
            native.LEVELS.index(level),
            given[0].data_ptr(),
            *(tensor.data_ptr() for tensor in given[1:]),
            len(result),
            result.data_ptr(),
            threads or torch.get_num_threads(),
        )
    if status != native.OK:
        raise MemoryError(f"effective_conductances: no memory for tiles of {tiles.shape[1]}x{tiles.shape[2]}")
    return result


class _Solved(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tiles: torch.Tensor, wires: Wires, level: str) -> torch.Tensor:
        ctx.wires, ctx.level = wires, level
        ctx.save_for_backward(tiles)
        return effective(tiles, wires, level=level)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, of_result: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (tiles,) = ctx.saved_tensors
        return gradient(tiles, of_result, ctx.wires, level=ctx.level), None, None


def tensor_of(function: str, conductances: Any) -> torch.Tensor:
    """A tensor of what NumPy takes for numbers; InputError, in one line that begins with `function`, for the rest."""
    try:
        return torch.as_tensor(np.asarray(conductances))
    except (TypeError, ValueError) as error:
        kind = type(conductances).__name__
        raise InputError(f"{function}: conductances: {kind} is not an array of numbers") from error
