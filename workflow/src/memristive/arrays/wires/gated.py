"""Tiles whose rows are switched on and off, as bit-serial and pulse-width inputs do: the readable definition.

A row's transistors connect its cells or leave them open. Each column has two lines of its own: a source line, held at
the read voltage at one end, and the bit line, grounded behind the last row; every cell of a selected row joins them. So
the currents are not linear in what is selected, but each column is a ladder that is solved on its own, from its first
row to its last, by the steps of `memristive.arrays.wires.sweep`: three conductances are carried along, between the
source line's lower end s, the bit line's lower end b and the voltage V.
"""

from __future__ import annotations

import math

import torch


def conductances(
    cells: torch.Tensor,
    selected: torch.Tensor,
    source_line: float,
    bit_line: float,
    source: float,
    ground: float,
    source_last: bool,
) -> torch.Tensor:
    """Currents into the grounds by volt of the read voltage, S, float64 [vectors, columns].

    Args:
        cells: S, float64 [rows, columns], finite and at least 0.
        selected: which rows are on, bool [vectors, rows].
        source_line, bit_line: ohm a segment between two rows.
        source: ohm between the read voltage and the source line's end.
        ground: ohm between the bit line's last cell and the ground.
        source_last: the source line is held at its last row, on the bit line's side, instead of at its first.
    """
    rows = [cells[i] * selected[:, i, None] for i in range(len(cells))]
    if source_last:
        sb = torch.zeros_like(rows[0])
        for i, row in enumerate(rows):
            if i:
                sb = sb * _step(source_line + bit_line, sb)[1]
            sb = sb + row
        return sb * _step(source + ground, sb)[1]
    sv, bv, sb = (torch.zeros_like(rows[0]) for _ in range(3))
    at_source = True  # s is at the read voltage itself
    for i, row in enumerate(rows):
        resistance = source_line if i else source
        if not at_source:
            outer, keep = _step(resistance, sv + sb)
            sv, bv, sb = sv * keep, bv + outer * sv * sb, sb * keep
        elif resistance > 0:
            at_source, sv = False, sv + 1 / resistance
        if i:
            outer, keep = _step(bit_line, bv + sb)
            sv, bv, sb = sv + outer * bv * sb, bv * keep, sb * keep
        if at_source:
            bv = bv + row
        else:
            sb = sb + row
    outer, _ = _step(math.inf, sv + sb)  # the source line's other end is open
    bv = bv + outer * sv * sb
    return bv * _step(ground, bv)[1]


def _step(resistance: float, total: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What two neighbours gain by the product of their conductances, and the part that a neighbour keeps."""
    if math.isinf(resistance):
        positive = total > 0
        return torch.where(positive, 1 / torch.where(positive, total, 1.0), 0.0), torch.zeros_like(total)
    keep = 1 / (1 + resistance * total)
    return resistance * keep, keep
