"""The equations of a tile with its wires, as Kirchhoff and Ohm have them, in one dense system.

Modified nodal analysis (C. W. Ho, A. E. Ruehli and P. A. Brennan, "The modified nodal approach to network analysis",
IEEE Transactions on Circuits and Systems 22 (6), 1975): the unknowns are the voltages of all nodes and the currents of
all segments, so that a segment of 0 ohm is an equation like any other. It defines what `sweep` computes; a tile of
32x32 is about the largest for which the system fits.
"""

from __future__ import annotations

import math

import torch

from memristive.arrays.wires.circuit import Wires


def effective(conductances: torch.Tensor, wires: Wires) -> torch.Tensor:
    """Conductances M (S) of one tile with its wires: currents into the grounds are voltages @ M.

    Args:
        conductances: of the cells, S, float64 [rows, columns].

    Returns:
        float64 [rows, columns].

    Raises:
        torch.linalg.LinAlgError: part of the circuit hangs on nothing, so that its voltage is undefined.
    """
    system, voltages, grounds = equations(conductances, wires)
    solution = torch.linalg.solve(system, voltages)
    return solution[grounds].T


def equations(conductances: torch.Tensor, wires: Wires) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    """The system, its right sides for 1 V on each word line alone [unknowns, rows], and the grounds' currents in it."""
    rows, columns = conductances.shape
    word = [[i * columns + j for j in range(columns)] for i in range(rows)]
    bit = [[rows * columns + i * columns + j for j in range(columns)] for i in range(rows)]
    segments: list[tuple[int | None, int | None, float, int | None]] = []  # from, to, ohm, word line at its voltage
    for i in range(rows):
        segments.append((None, word[i][0], wires.source, i))
        segments += [(word[i][j], word[i][j + 1], wires.word_line, None) for j in range(columns - 1)]
        if wires.both_sides:
            segments.append((None, word[i][-1], wires.source, i))
    for j in range(columns):
        segments += [(bit[i][j], bit[i + 1][j], wires.bit_line, None) for i in range(rows - 1)]
        segments.append((bit[-1][j], None, wires.ground, None))
    nodes = 2 * rows * columns
    system = conductances.new_zeros(nodes + len(segments), nodes + len(segments))
    voltages = conductances.new_zeros(nodes + len(segments), rows)
    # Kirchhoff: what leaves each node is 0. Cells between word and bit lines:
    for i in range(rows):
        for j in range(columns):
            a, b, g = word[i][j], bit[i][j], conductances[i, j]
            system[a, a] += g
            system[b, b] += g
            system[a, b] -= g
            system[b, a] -= g
    for number, (start, end, ohm, line) in enumerate(segments, nodes):
        for node, sign in ((start, 1.0), (end, -1.0)):
            if node is not None:
                system[node, number] += sign
        # Ohm: V_start - V_end = R I, divided by R where it is above 1 ohm; I = 0 where the segment is open.
        scale = 0.0 if math.isinf(ohm) else 1 / max(ohm, 1.0)
        for node, sign in ((start, 1.0), (end, -1.0)):
            if node is not None:
                system[number, node] += sign * scale
        system[number, number] = -1.0 if ohm >= 1 else -ohm
        if line is not None:
            voltages[number, line] = -scale
    grounds = [number for number, (_, end, _, _) in enumerate(segments, nodes) if end is None]
    return system, voltages, grounds
