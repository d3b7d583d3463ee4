"""Columns and rows around known faults: the least error, and the circuit of the arrays as they are then built."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from memristive import Setting, convert, effective_conductances
from memristive.arrays.draws import SeededDraws
from memristive.network.recovery import remapping
from memristive.network.recovery.remapping import Placing, assign

G_OFF, G_ON = 1 / 1000, 1 / 50


def known(generator, rows, columns, spare=0):
    """Wanted and stuck levels of two sides."""
    return [
        (
            generator.integers(0, 20, (rows, columns)).astype(float),
            20 * generator.integers(0, 2, (rows, columns + spare)).astype(float),
            (generator.random((rows, columns + spare)) < 0.3).astype(float),
        )
        for _ in range(2)
    ]


def error(sides, rows, columns):
    found = 0.0
    for wanted, stuck, held in sides:
        at = np.ix_(rows, columns)
        found += (held[at] * (stuck[at] - wanted) ** 2).sum()
    return found


@pytest.mark.parametrize("spare", [0, 1])
@pytest.mark.parametrize("moved", ["columns", "rows"])
def test_one_assignment_is_the_best_of_all(moved, spare):
    generator = np.random.default_rng(0)
    for _ in range(5):
        sides = known(generator, 4, 4, spare)
        rows, columns = (each.numpy() for each in assign(sides, moved))
        if moved == "columns":
            tried = [(range(4), order) for order in itertools.permutations(range(4 + spare), 4)]
            assert list(rows) == [0, 1, 2, 3]
        else:
            tried = [(order, range(4)) for order in itertools.permutations(range(4))]
            assert list(columns) == [0, 1, 2, 3]
        assert error(sides, rows, columns) == min(error(sides, *each) for each in tried)


def test_both_in_turn_leave_less_than_either():
    sides = known(np.random.default_rng(1), 12, 10, 2)
    left = {
        moved: error(sides, *(each.numpy() for each in assign(sides, moved))) for moved in ("columns", "rows", "both")
    }
    assert left["both"] < min(left["columns"], left["rows"]) < error(sides, range(12), range(10))


@pytest.mark.parametrize("spare", [0, 2])
@pytest.mark.parametrize("ohm", [0.0, 0.5])
def test_the_arrays_are_those_that_were_placed(spare, ohm):
    """Each tile's circuit solved by hand, its devices stuck where they are, its lines in the order of the placement."""
    torch.manual_seed(0)
    layer = nn.Linear(10, 7, bias=False)
    setting = Setting(
        **{"tile_shape": (6, 4), "stuck_at_lrs": 0.1, "stuck_at_hrs": 0.1, "remap": "both", "redundant_columns": spare},
        **{"word_line_resistance": ohm, "tuning": "none", "adc_bits": None},
    )
    found = convert(nn.Sequential(layer), setting, torch.Generator().manual_seed(3))[0].conductance[0, 0]
    draws = SeededDraws(torch.Generator().manual_seed(3))
    weight = layer.weight.detach().T / layer.weight.detach().abs().max()
    wanted = [G_OFF + side.clamp_min(0) * (G_ON - G_OFF) for side in (weight, -weight)]
    placement = Placing("0", setting, draws).of(0, 0, 2, lambda side: wanted[side])
    signed = torch.zeros(10, 7)
    for tile in placement.tiles:
        height, width = len(tile.on_row), tile.physical.stop - tile.physical.start
        for side, sign in ((0, 1), (1, -1)):
            cells = torch.full((height, width), G_OFF, dtype=torch.float64)
            for row, column in itertools.product(range(height), range(len(tile.on_column))):
                cells[tile.on_row[row], tile.on_column[column]] = wanted[side][tile.rows, tile.columns][row, column]
            failures, shape = placement.arrays[side].failures, (10, placement.columns)
            for state, bound in (("stuck_at_hrs", G_OFF), ("stuck_at_lrs", G_ON)):
                mask = failures.failing(f"stuck at {state[-3:].upper()}", 0.1).reshape(shape)
                cells[mask[tile.rows, tile.physical]] = bound
            if ohm:
                cells = effective_conductances(cells, word_line=ohm, bit_line=ohm)
            part = cells[tile.on_row[:, None], tile.on_column].float()
            signed[tile.rows, tile.columns] += sign * part
    torch.testing.assert_close(found, signed, rtol=1e-5, atol=1e-8)
    assert any(not torch.equal(tile.on_column, torch.arange(len(tile.on_column))) for tile in placement.tiles)


def test_redundant_columns_leave_the_draws_of_the_others():
    setting = Setting(stuck_at_lrs=0.2, sigma=20, tile_shape=(8, 4), remap="columns")
    wanted = torch.full((8, 10), G_OFF)
    arrays = {}
    for spare in (0, 3):
        draws = SeededDraws(torch.Generator().manual_seed(1))
        one = setting.replace(redundant_columns=spare)
        arrays[spare] = Placing("fc", one, draws).of(0, 0, 1, lambda side: wanted).arrays[0]
    own = [*range(4), *range(7, 11), *range(14, 16)]
    assert torch.equal(arrays[3].cells.r_on[:, own], arrays[0].cells.r_on)
    stuck = {spare: array.failures.failing("stuck at LRS", 0.2).reshape(8, -1) for spare, array in arrays.items()}
    assert torch.equal(stuck[3][:, own], stuck[0])
    assert stuck[3].sum() == int(8 * 10 * 0.2) + int(8 * 9 * 0.2)


def test_less_is_lost_with_every_step():
    torch.manual_seed(0)
    model, x = (
        nn.Sequential(nn.Conv2d(3, 24, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24 * 16, 10)).eval(),
        torch.randn(50, 3, 6, 6),
    )
    setting = Setting(stuck_at_lrs=0.05, tuning="after", adc_bits=None)
    left = []
    for fields in ({}, {"remap": "columns"}, {"remap": "both"}, {"remap": "both", "redundant_columns": 8}):
        network = convert(model, setting.replace(**fields), torch.Generator().manual_seed(1))
        left.append(float((network(x) - model(x)).square().mean()))
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.1 * left[0]


def test_no_processor_rounds_the_errors(monkeypatch):
    """Whole numbers below 2**53, so that every order of additions gives the same assignment."""
    seen = []
    least = remapping._least
    monkeypatch.setattr(remapping, "_least", lambda errors: seen.extend(errors) or least(errors))
    setting = Setting(stuck_at_lrs=0.1, sigma=30, remap="both", tile_shape=None)
    convert(nn.Sequential(nn.Linear(300, 40)), setting, torch.Generator().manual_seed(1))
    assert seen
    assert all((errors == np.rint(errors)).all() and errors.max() < 2**53 for errors in seen)
