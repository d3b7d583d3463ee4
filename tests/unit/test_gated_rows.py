"""Tiles whose rows are switched: against the equations of the circuit in exact arithmetic, and by hand."""

import math

import numpy as np
import pytest
import torch

import exact_circuit
from memristive import InputError, effective_conductances, gated_conductances, kernels
from memristive.arrays.wires import gated
from memristive.kernels import gated as fast

OPEN = math.inf
LEVELS = [level for level in ("plain", "avx2", "avx512") if kernels.available(level)]
LINES = {  # source line, bit line, source, ground
    "all different": (1, 2, 3, 4),
    "no wires": (0, 0, 0, 0),
    "source lines alone": (2, 0, 0, 0),
    "bit lines alone": (0, 2, 0, 0),
    "no sources": (1, 2, 0, 4),
    "no grounds": (1, 2, 3, 0),
    "wide resistances": (1e-3, 1e9, 1e4, 1e-3),
    "open source lines": (OPEN, 1, 2, 3),
    "open bit lines": (1, OPEN, 2, 3),
    "open sources": (1, 1, OPEN, 3),
    "open grounds": (1, 1, 2, OPEN),
}


def cells(*shape):
    return 1e-3 * torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1e-6


def selections(rows):
    """None, all, and others in between."""
    drawn = torch.rand(4, rows, generator=torch.Generator().manual_seed(1)) > 0.5
    return torch.cat([torch.zeros(1, rows, dtype=torch.bool), torch.ones(1, rows, dtype=torch.bool), drawn])


def equations(g, on, source_line, bit_line, source, ground, last):
    """One column: rows' voltages on both lines, and the currents of all segments, by Kirchhoff and Ohm."""
    rows = len(g)
    lines = [(i, i + 1, source_line) for i in range(rows - 1)]
    lines += [(rows + i, rows + i + 1, bit_line) for i in range(rows - 1)]
    lines += [(None, rows - 1 if last else 0, source), (2 * rows - 1, None, ground)]
    size = 2 * rows + len(lines)
    system, right = torch.zeros(size, size, dtype=torch.float64), torch.zeros(size, 1, dtype=torch.float64)
    for i in range(rows):
        if on[i]:
            for one, other in ((i, rows + i), (rows + i, i)):
                system[one, one] += g[i]
                system[one, other] -= g[i]
    for number, (start, end, ohm) in enumerate(lines, 2 * rows):
        scale = 0.0 if math.isinf(ohm) else 1 / max(ohm, 1.0)
        for node, sign in ((start, 1.0), (end, -1.0)):
            if node is not None:
                system[node, number] += sign
                system[number, node] += sign * scale
        system[number, number] = -1.0 if ohm >= 1 else -ohm
    right[size - 2, 0] = 0.0 if math.isinf(source) else -1 / max(source, 1.0)
    return system, right


@pytest.mark.parametrize("last", [False, True], ids=["source first", "source last"])
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_currents_are_what_exact_arithmetic_says(lines, last):
    g, on = cells(5, 2), selections(5)
    found = gated.conductances(g, on, *map(float, lines), last)
    for vector, rows in enumerate(on):
        for column in range(2):
            system, right = equations(g[:, column], rows, *lines, last)
            try:
                expected = float(exact_circuit.solve(system, right)[-1][0])
            except ValueError:  # a part of the circuit that hangs on nothing; where it is, no current flows
                assert OPEN in lines or not rows.all()
                continue
            assert found[vector, column].item() == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (9, 8), (7, 19)], ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_the_kernel_gives_the_bits_of_the_definition(lines, shape, level):
    g, on = cells(*shape), selections(shape[0])
    for last in (False, True):
        expected = gated.conductances(g, on, *map(float, lines), last)
        for threads in (1, 3):
            assert torch.equal(fast.solve(g, on, *lines, last, threads=threads, level=level), expected)


def test_one_cell_by_hand():
    found = gated_conductances(np.array([[0.1]]), np.array([[1], [0]]), source_line=1, bit_line=2)
    assert found.tolist() == [[pytest.approx(1 / 13, rel=1e-15)], [0.0]]


def test_two_rows_by_hand():
    """Cells of 10 ohm; only the lower is on: its current passes both segments of the source line, and one ground."""
    g, on = np.full((2, 1), 0.1), np.array([0, 1])
    lines = {"source_line": 1, "bit_line": 2, "source": 3, "ground": 4}
    assert gated_conductances(g, on, **lines)[0] == pytest.approx(1 / (3 + 1 + 10 + 4), rel=1e-15)
    assert gated_conductances(g, on, **lines, source_last=True)[0] == pytest.approx(1 / (3 + 10 + 4), rel=1e-15)


def test_without_wires_currents_are_the_sum_of_the_selected_cells():
    g, on = cells(9, 11), selections(9)
    torch.testing.assert_close(gated_conductances(g, on, source_line=0, bit_line=0), on.double() @ g)


def test_rows_at_zero_volt_draw_current_and_open_ones_do_not():
    g, on = torch.full((64, 4), 1e-3), torch.arange(64) < 32
    grounded = on.double() @ effective_conductances(g.double(), word_line=0, bit_line=5)
    opened = gated_conductances(g.double(), on, source_line=0, bit_line=5)
    assert (opened > 1.2 * grounded).all()


def test_kinds_and_leading_axes():
    g, on = cells(5, 3), selections(5)
    found = gated_conductances(g.float(), on.view(2, 3, 5), source_line=1, bit_line=1)
    assert found.dtype == torch.float32
    assert found.shape == (2, 3, 3)
    array = gated_conductances(g.numpy(), on.numpy(), source_line=1, bit_line=1)
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.float64


@pytest.mark.parametrize(
    ("g", "on", "fields", "line"),
    [
        ([[1.0]], [1], {"source_line": -1}, "source_line: -1 is not a resistance of at least 0 ohm"),
        ([[1.0]], [1], {"ground": math.nan}, "ground: nan is not a resistance"),
        ([[1.0]], [1], {"source_last": 1}, "source_last: 1 is not True or False"),
        ([[-1.0]], [1], {}, r"conductances: -1\.0 is not a finite number of at least 0 S"),
        ([[[1.0]]], [1], {}, r"conductances: shape \[1, 1, 1\] is not \[rows, columns\]"),
        ([[1.0]], [1, 0], {}, r"selected: shape \[2\] is not \[\.\.\., 1\]"),
        ([[1.0]], [0.5], {}, "selected: a value is not 0 or 1"),
    ],
)
def test_what_is_no_circuit_is_named(g, on, fields, line):
    with pytest.raises(InputError, match=f"gated_conductances: {line}"):
        gated_conductances(np.array(g), np.array(on), **{"source_line": 1, "bit_line": 1, **fields})
