"""The circuit of a tile solved exactly by eliminating its nodes, row by row: the readable definition of the kernel.

The state after some rows is the network between the bit lines' lower ends and the sources of the word lines so far: a
conductance for each pair. A step puts a resistance r behind a node a. Its neighbours, to which it has conductances q of
the sum S, then see the new end of r through q / (1 + r S), and each other through r / (1 + r S) q_i q_j more (the
star-mesh transformation; A. Rosen, "A new network theorem", Journal of the IEE 62 (335), 1924). A word line's node is
moved in the same way along its cells to its source, and then the bit lines' ends along a segment to the next row; at
the end they are moved through `ground`.

Only positive numbers are added, multiplied and divided. So each entry of the result is exact to a few hundred
roundings, whatever its size and whatever the ratio of cells to wires (A. S. Alfa, J. Xue and Q. Ye, "Accurate
computation of the smallest eigenvalue of a diagonally dominant M-matrix", Mathematics of Computation 71, 2002); and a
resistance of 0 is a number like any other.

Sums are formed in the order of the kernel, so that both give the same bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from memristive.arrays.wires.circuit import Wires

STRIPE = 8  # numbers that `_total` adds side by side


def effective(conductances: torch.Tensor, wires: Wires) -> torch.Tensor:
    """Conductances M (S) of tiles with their wires: currents into the grounds are voltages @ M.

    Args:
        conductances: of the cells, S, float64 [tiles, rows, columns], finite and at least 0.

    Returns:
        float64 [tiles, rows, columns], differentiable.
    """
    tiles, rows, columns = conductances.shape
    first_source = _striped(columns)
    state = conductances.new_zeros(tiles, columns, first_source + _striped(rows))
    for row in range(rows):
        if row:
            state = _lengthen(state, wires.bit_line)
        state = _add_line(state, conductances[:, row], wires, first_source + row)
    state = _lengthen(state, wires.ground)
    return state[:, :, first_source : first_source + rows].transpose(1, 2)


def _lengthen(state: torch.Tensor, resistance: float) -> torch.Tensor:
    """`state` [tiles, columns, neighbours] after a resistance was put behind each bit line."""
    if resistance == 0:
        return state
    columns = state.shape[1]
    for a in range(columns):
        mask = torch.ones_like(state[0, 0])
        mask[a] = 0
        q = state[:, a] * mask
        root, keep = _step(resistance, _total(q))
        state = _with_pairs(state, root * q)
        q = keep * q
        before, after = state[:, :a], state[:, a + 1 :]
        state = torch.cat([before, q[:, None], after], 1)
        of_others = q[:, :columns, None]
        state = torch.cat([state[:, :, :a], of_others, state[:, :, a + 1 :]], 2)
    return state


def _add_line(state: torch.Tensor, g: torch.Tensor, wires: Wires, source: int) -> torch.Tensor:
    """`state` with a word line of cells g [tiles, columns]; its source is the neighbour of number `source`."""
    columns = state.shape[1]
    column, own = _far_end(columns, wires)
    width = _striped(columns)
    q = g.new_zeros(len(g), width)
    # Cells beyond the first node behind a resistance are at the source's voltage.
    to_source = torch.cat([g.new_zeros(len(g), column + 1), g[:, column + 1 :], q[:, columns:]], 1)
    own = g.new_full((len(g), 1), own)
    for j in range(column, -1, -1):
        q = torch.cat([q[:, :j], g[:, j : j + 1], q[:, j + 1 :]], 1)
        resistance = wires.word_line if j else wires.source
        root, keep = _step(resistance, _total(q) + own)
        if resistance > 0:
            h = root * q
            to_source = to_source + (root * own) * h
            state = _with_pairs(state, h)
        q, own = q * keep, own * keep
    whole = (to_source + q)[:, :columns, None]
    return torch.cat([state[:, :, :source], whole, state[:, :, source + 1 :]], 2)


def _far_end(columns: int, wires: Wires) -> tuple[int, float]:
    """The last column whose node is behind a resistance, and the node's conductance to a source at the far end."""
    if not wires.both_sides:
        return columns - 1, 0.0
    if wires.source > 0:
        return columns - 1, 1 / wires.source
    return (columns - 2, 1 / wires.word_line) if wires.word_line > 0 and columns > 1 else (-1, 0.0)


def _with_pairs(state: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """`state` with h_i h_j more between every two neighbours; what it holds of a bit line and itself means nothing."""
    columns = state.shape[1]
    pairs = h[:, :columns, None] * h[:, None, :]
    if pairs.shape[2] == state.shape[2]:
        return state + pairs
    return torch.cat([state[:, :, : h.shape[1]] + pairs, state[:, :, h.shape[1] :]], 2)


def _step(resistance: float, total: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Square root of what each pair of neighbours gains by their product, and the part that a neighbour keeps."""
    if math.isinf(resistance):
        positive = total > 0
        outer, keep = torch.where(positive, 1 / torch.where(positive, total, 1.0), 0.0), torch.zeros_like(total)
    else:
        more = 1 + resistance * total
        # torch takes a number divided by a tensor for a product with the inverse, which is rounded twice.
        outer, keep = torch.full_like(more, resistance) / more, 1 / more
    return _SquareRoot.apply(outer), keep


class _SquareRoot(torch.autograd.Function):
    """The square root as IEEE 754 has it; torch's own may differ in the last bit, by processor. No derivative at 0."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        root = torch.from_numpy(np.sqrt(x.detach().numpy()))
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        (root,) = ctx.saved_tensors
        return torch.where(root > 0, gradient / torch.where(root > 0, 2 * root, 1.0), 0.0)


def _total(q: torch.Tensor) -> torch.Tensor:
    """Sums of q [tiles, a multiple of 8], as [tiles, 1]: eight sums side by side, then these in pairs."""
    stripes = q.unflatten(1, (-1, STRIPE)).unbind(1)
    s = torch.zeros_like(stripes[0])
    for stripe in stripes:
        s = s + stripe
    s = s.unbind(1)
    return (((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])))[:, None]


def _striped(count: int) -> int:
    return -(-count // STRIPE) * STRIPE
