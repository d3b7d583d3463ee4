"""Tiles with their wires: against Kirchhoff's equations, in exact arithmetic too, against Qucs, and by hand."""

import math

import numpy as np
import pytest
import torch

import exact_circuit
from memristive import InputError, effective_conductances, kernels
from memristive.arrays.wires import nodal, sweep
from memristive.arrays.wires.circuit import Wires, turn
from memristive.kernels import wires as fast

OPEN = math.inf
LEVELS = [level for level in ("plain", "avx2", "avx512") if kernels.available(level)]
SHAPES = [(1, 1), (1, 6), (6, 1), (2, 4), (3, 2)]
CIRCUITS = {
    "all alike": Wires(2, 2, 2, 2),
    "all different": Wires(1, 2, 0.3, 5),
    "no wires": Wires(0, 0, 0, 0),
    "word lines alone": Wires(3, 0, 0, 0),
    "bit lines alone": Wires(0, 3, 0, 0),
    "sources alone": Wires(0, 0, 7, 0),
    "grounds alone": Wires(0, 0, 0, 7),
    "no sources": Wires(1, 2, 0, 1),
    "no grounds": Wires(1, 2, 1, 0),
    "wide resistances": Wires(1e-3, 1e9, 1e3, 1e-3),
    "the same exchanged": Wires(1e9, 1e-3, 1e-3, 1e9),
    "open word lines": Wires(OPEN, 1, 2, 3),
    "open bit lines": Wires(1, OPEN, 2, 3),
}
BOTH = {
    f"{name}, both sides": Wires(w.word_line, w.bit_line, w.source, w.ground, both_sides=True)
    for name, w in CIRCUITS.items()
}


def cells(*shape, seed=0, decades=2.0):
    """Conductances (S) up to 1 mS over some decades, about one in ten 0."""
    draw = torch.Generator().manual_seed(seed)
    drawn = 10 ** (-3 - decades * torch.rand(shape, generator=draw, dtype=torch.float64))
    return drawn * (torch.rand(shape, generator=draw) > 0.1)


def effective(g, wires, **more):
    names = ("word_line", "bit_line", "source", "ground", "both_sides")
    return effective_conductances(g, **{name: getattr(wires, name) for name in names}, **more)


def determined(shapes):
    """Circuits and shapes whose currents the equations determine.

    Two sources without any resistance between them may exchange what they like.
    """
    return [
        pytest.param(wires, shape, id=f"{name}-{shape[0]}x{shape[1]}")
        for name, wires in {**CIRCUITS, **BOTH}.items()
        for shape in shapes
        if not (wires.both_sides and wires.source == 0 and (wires.word_line == 0 or shape[1] == 1))
    ]


@pytest.mark.parametrize(("wires", "shape"), determined(SHAPES))
def test_each_entry_is_what_exact_arithmetic_says(wires, shape):
    g = cells(*shape, decades=9).clamp_min(1e-12)
    system, voltages, grounds = nodal.equations(g, wires)
    solution = exact_circuit.solve(system, voltages)
    expected = np.array([[float(x) for x in solution[number]] for number in grounds]).T
    np.testing.assert_allclose(effective(g, wires).numpy(), expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize(("wires", "shape"), determined([(13, 9), (8, 17), (1, 20), (20, 1)]))
def test_currents_are_those_of_kirchhoff_s_equations(wires, shape):
    g = cells(*shape).clamp_min(1e-9)
    voltages = torch.randn(5, shape[0], dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    system, sources, grounds = nodal.equations(g, wires)
    expected = torch.linalg.solve(system, sources @ voltages.T)[grounds].T
    assert (voltages < 0).any()
    got = voltages @ effective(g, wires)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-9 * expected.abs().max().item())


def test_qucs_prints_the_same_digits():
    """badcrossbar, tests/qucs: 10 to 200 ohm row by row, 1 ohm a word-line segment, 2 ohm a bit-line segment."""
    g = 1 / (10.0 * np.arange(1, 21).reshape(5, 4))
    voltages = np.arange(5.0)
    with_wires = voltages @ effective_conductances(g, word_line=1, bit_line=2)
    assert [f"{x:.7g}" for x in with_wires] == ["0.0605702", "0.05932761", "0.05634874", "0.05335235"]
    without = voltages @ effective_conductances(g, word_line=0, bit_line=0)
    assert [f"{x:.7g}" for x in without] == ["0.08882856", "0.08031746", "0.07352016", "0.06791667"]


def test_one_cell_by_hand():
    assert effective_conductances(np.array([[0.1]]), word_line=1, bit_line=2)[0, 0] == pytest.approx(1 / 13, rel=1e-15)
    fed_twice = effective_conductances(np.array([[0.1]]), word_line=5, bit_line=2, source=1, both_sides=True)
    assert fed_twice[0, 0] == pytest.approx(1 / 12.5, rel=1e-15)


def test_without_resistance_it_is_the_tile_itself():
    g = cells(9, 11)
    assert torch.equal(effective_conductances(g, word_line=0, bit_line=0), g)


def test_an_open_end_carries_nothing():
    g = cells(4, 3).clamp_min(1e-6)
    assert not effective_conductances(g, word_line=1, bit_line=1, source=OPEN).any()
    assert not effective_conductances(g, word_line=1, bit_line=1, ground=OPEN).any()
    beyond_first_column = effective_conductances(g, word_line=OPEN, bit_line=0, source=1)
    assert beyond_first_column[:, 0].all()
    assert not beyond_first_column[:, 1:].any()
    above_last_row = effective_conductances(g, word_line=0, bit_line=OPEN, ground=1)
    assert above_last_row[-1].all()
    assert not above_last_row[:-1].any()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (9, 8), (8, 17), (20, 13)], ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("wires", [*CIRCUITS.values(), *BOTH.values()], ids=[*CIRCUITS, *BOTH])
def test_the_kernel_gives_the_bits_of_the_definition(wires, shape, level):
    tiles = cells(2, *shape, decades=6)
    assert torch.equal(fast.effective(tiles, wires, level=level), sweep.effective(tiles, wires))


@pytest.mark.parametrize("level", LEVELS)
def test_no_bit_depends_on_level_or_threads(level):
    tiles, wires = cells(7, 33, 29), Wires(1, 2, 3, 4)
    of_result = cells(7, 33, 29, seed=1) - 1e-4
    for threads in (1, 3):
        assert torch.equal(fast.effective(tiles, wires, threads, level), fast.effective(tiles, wires, 2, "plain"))
        found = fast.gradient(tiles, of_result, wires, threads, level)
        assert torch.equal(found, fast.gradient(tiles, of_result, wires, 2, "plain"))


def test_turned_it_is_the_same_circuit():
    g, wires = cells(6, 9), Wires(1, 2, 3, 4)
    rest = sweep.effective(g[None], wires)[0]
    torch.testing.assert_close(turn(sweep.effective(turn(g)[None], wires.turned)[0]), rest, rtol=1e-13, atol=0)
    assert torch.equal(turn(turn(g)), g)
    # Row and column resistances are not exchanged by mistake: a source is felt by its word line alone.
    only_word = effective_conductances(torch.full((2, 8), 1e-3), word_line=100, bit_line=0)
    only_bit = effective_conductances(torch.full((2, 8), 1e-3), word_line=0, bit_line=100)
    assert only_word[0, 0] > 1.5 * only_word[0, -1]
    assert torch.allclose(only_bit[0, 0], only_bit[0, -1], rtol=1e-6)


def check_gradient(wires, shape):
    # At most 1 S, so that conductances and resistances are of one size, as the differences need it.
    g = (300 * cells(2, *shape, decades=1)).clamp_min(0.01).requires_grad_()
    assert torch.autograd.gradcheck(lambda tiles: effective(tiles, wires), g, eps=1e-7, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (3, 5)], ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("wires", [*CIRCUITS.values(), *BOTH.values()], ids=[*CIRCUITS, *BOTH])
def test_the_gradient_is_that_of_finite_differences(wires, shape):
    check_gradient(wires, shape)


@pytest.mark.parametrize("name", ["all different", "no wires", "no sources", "open bit lines"])
def test_without_a_kernel_the_gradient_is_that_of_finite_differences_too(name, monkeypatch):
    monkeypatch.setenv("MEMRISTIVE_KERNEL", "off")
    check_gradient(CIRCUITS[name], (3, 4))
    check_gradient(BOTH[f"{name}, both sides"], (3, 2))


@pytest.mark.parametrize("wires", [CIRCUITS["all different"], BOTH["no sources, both sides"]], ids=["one", "both"])
def test_the_kernel_s_gradient_is_autograd_s_through_the_definition(wires):
    g = cells(3, 11, 10).requires_grad_()
    of_result = torch.randn(3, 11, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    (expected,) = torch.autograd.grad(sweep.effective(g, wires), g, of_result)
    found = fast.gradient(g, of_result, wires)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12 * expected.abs().max().item())


def test_kinds_and_leading_axes():
    g = cells(2, 3, 5, 4)
    found = effective_conductances(g, word_line=1, bit_line=1)
    assert found.dtype == torch.float64
    assert torch.equal(found[1, 2], effective_conductances(g[1, 2], word_line=1, bit_line=1))
    array = effective_conductances(g.numpy(), word_line=1, bit_line=1)
    assert isinstance(array, np.ndarray)
    assert np.array_equal(array, found.numpy())
    single = effective_conductances(g.float(), word_line=1, bit_line=1)
    assert single.dtype == torch.float32
    # Computed in double precision and rounded once: half a unit in the last place.
    exact = effective_conductances(g.float().double(), word_line=1, bit_line=1)
    assert ((single.double() - exact).abs() <= 2.0**-24 * exact).all()
    assert effective_conductances(np.ones((2, 2), int), word_line=1, bit_line=1).dtype == np.float64
    assert effective_conductances(torch.ones(0, 3, 2), word_line=1, bit_line=1).shape == (0, 3, 2)


@pytest.mark.parametrize(
    ("g", "fields", "line"),
    [
        ([[1.0]], {"word_line": -1}, "word_line: -1 is not a resistance of at least 0 ohm"),
        ([[1.0]], {"bit_line": math.nan}, "bit_line: nan is not a resistance"),
        ([[1.0]], {"source": "1"}, "source: '1' is not a resistance"),
        ([[1.0]], {"ground": True}, "ground: True is not a resistance"),
        ([[1.0]], {"both_sides": 1}, "both_sides: 1 is not True or False"),
        ([[1.0, -2.0]], {}, r"conductances: -2\.0 is not a finite number of at least 0 S"),
        ([[math.inf]], {}, "conductances: inf is not a finite number"),
        ([1.0], {}, r"conductances: shape \[1\] is not \[\.\.\., rows, columns\]"),
        ([[1j]], {}, "conductances: complex128 is not a kind of real numbers"),
        ([["x"]], {}, "conductances: list is not an array of numbers"),
    ],
)
def test_what_is_no_circuit_is_named(g, fields, line):
    with pytest.raises(InputError, match=f"effective_conductances: {line}"):
        effective_conductances(g, **{"word_line": 1, "bit_line": 1, **fields})
