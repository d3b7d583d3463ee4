"""The literature's approximations of wires: against the circuit where the drops are small, and by hand."""

import pytest
import torch

from memristive import Setting
from memristive.arrays.nonidealities import wires as nonideality
from memristive.arrays.wires import sweep
from memristive.arrays.wires.approximations import APPROXIMATIONS, alpha_beta, dmr, jeong
from memristive.arrays.wires.circuit import Wires


def cells(*shape):
    return 1e-3 * torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1e-4


def small(scale):
    return Wires(1.0 * scale, 2.0 * scale, 3.0 * scale, 4.0 * scale)


def error(model, g, wires):
    return (model(g, wires) - sweep.effective(g, wires)).abs().max().item()


def test_alpha_beta_is_right_to_first_order():
    """Where the resistances are ten times smaller, its error is a hundred times smaller."""
    g = cells(2, 6, 5)
    assert error(alpha_beta, g, small(0.1)) / error(alpha_beta, g, small(0.01)) == pytest.approx(100, rel=0.1)


@pytest.mark.parametrize("model", [dmr, jeong])
def test_the_others_are_for_tiles_of_equal_cells(model):
    g = torch.full((1, 6, 5), 5e-4, dtype=torch.float64)
    assert error(model, g, small(0.1)) / error(model, g, small(0.01)) == pytest.approx(100, rel=0.1)
    g = cells(1, 6, 5)
    assert error(model, g, small(0.1)) / error(model, g, small(0.01)) == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize("model", APPROXIMATIONS.values(), ids=APPROXIMATIONS)
def test_without_wires_they_are_the_tile(model):
    assert torch.equal(model(cells(3, 4), Wires(0, 0, 0, 0)), cells(3, 4))


def test_by_hand():
    """Two cells of 10 mS on one word line, 10 ohm at its source, 20 ohm between them, 5 ohm behind each."""
    g, wires = torch.full((1, 2), 0.01, dtype=torch.float64), Wires(20, 99, 10, 5)
    behind = 1 / 1.05
    first, second = 1.2 / 1.4, 1.0 / 1.4
    expected = [[0.01 * first * behind, 0.01 * second * behind]]
    torch.testing.assert_close(alpha_beta(g, wires), torch.tensor(expected, dtype=torch.float64))
    torch.testing.assert_close(dmr(g, wires), torch.tensor(expected, dtype=torch.float64))
    expected = [[1 / (100 + 2 * 10 + 5), 1 / (100 + 2 * 10 + 20 + 5)]]
    torch.testing.assert_close(jeong(g, wires), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("name", APPROXIMATIONS)
def test_a_setting_names_one(name):
    g = cells(7, 6)
    wires = Setting(word_line_resistance=20, bit_line_resistance=30, wire_model=name).wires
    found = nonideality.seen(g, wires, (4, 6))
    circuit = Wires(20, 30, 20, 30)
    assert torch.equal(found, torch.cat([APPROXIMATIONS[name](part, circuit) for part in (g[:4], g[4:])]))
