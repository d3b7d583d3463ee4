"""Networks on arrays with wires: what the conversion makes of a setting's wires."""

import pytest
import torch
from torch import nn

from memristive import Setting, convert, effective_conductances, kernels
from memristive.arrays import programming
from memristive.arrays.draws import SeededDraws
from memristive.core.setting import FIELDS
from memristive.network.convert import convert_with

PLAIN = {"adc_bits": None, "tuning": "none", "max_input_voltage": None}
WIRES = {"word_line_resistance": 1.5, "bit_line_resistance": 2.5}


def generator():
    return torch.Generator().manual_seed(4)


@pytest.fixture(scope="module")
def layer():
    torch.manual_seed(0)
    return nn.Linear(13, 9)


def arrays(layer, **fields):
    """The conductances of the arrays of positive and negative weights, S, [rows, columns]."""
    converted = convert_with(layer, Setting(**{**PLAIN, **fields}), SeededDraws(generator()), keep_arrays=True)
    (((positive, negative),),) = converted.arrays
    return positive, negative


def wired(cells, **resistances):
    return effective_conductances(cells.double(), **{"word_line": 1.5, "bit_line": 2.5, **resistances}).float()


def test_each_array_of_a_pair_has_its_own_wires(layer):
    ideal, seen = arrays(layer, tile_shape=None), arrays(layer, tile_shape=None, **WIRES)
    for cells, effective in zip(ideal, seen, strict=True):
        assert torch.equal(effective, wired(cells))
    assert (seen[0] < ideal[0]).all()
    converted = convert(layer, Setting(**PLAIN, tile_shape=None, **WIRES), generator())
    assert torch.equal(converted.conductance[0, 0], seen[0] - seen[1])


def test_each_tile_has_its_own_wires_and_those_at_the_edge_are_smaller(layer):
    ideal, seen = arrays(layer, tile_shape=None), arrays(layer, tile_shape=(5, 4), **WIRES)
    for cells, effective in zip(ideal, seen, strict=True):
        for top in (0, 5, 10):
            for left in (0, 4, 8):
                tile = slice(top, top + 5), slice(left, left + 4)
                assert torch.equal(effective[tile], wired(cells[tile]))


def test_a_single_column_has_wires_and_its_reference_has_none(layer):
    single = {"scheme": "single_column", "tile_shape": None}
    (ideal,), (seen,) = (
        convert_with(layer, Setting(**PLAIN, **single, **more), SeededDraws(generator()), keep_arrays=True).arrays[0][0]
        for more in ({}, WIRES)
    )
    assert torch.equal(seen, wired(ideal))
    converted = convert(layer, Setting(**PLAIN, **single, **WIRES), generator())
    assert torch.equal(converted.conductance[0, 0], seen - (1 / 50 + 1 / 1000) / 2)


@pytest.mark.parametrize("tile_shape", [(5, 4), None], ids=["tiles", "no tiles"])
def test_strips_of_an_array_hold_whole_tiles(layer, tile_shape, monkeypatch):
    """However few numbers a conversion may hold at once."""
    whole = arrays(layer, tile_shape=tile_shape, **WIRES)
    monkeypatch.setattr(programming, "STRIP_NUMBERS", 30)
    strips = arrays(layer, tile_shape=tile_shape, **WIRES)
    assert torch.equal(strips[0], whole[0])


def test_padding_cells_load_the_lines_where_they_exist(layer):
    """Under MemTorch's semantics tiles are filled up with cells of the high resistance state."""
    (cells, _), (seen, _) = (arrays(layer, tile_shape=(16, 16), semantics="memtorch", **wires) for wires in ({}, WIRES))
    assert cells.shape == seen.shape == (16, 16)
    assert torch.equal(cells[13:], torch.full((3, 16), 1e-3))
    assert torch.equal(seen, wired(cells))
    assert (seen[:13, :9] < wired(cells[:13, :9])).all()


@pytest.mark.parametrize(
    ("fields", "resistances"),
    [
        ({"source_resistance": 30}, {"source": 30}),
        ({"ground_resistance": 0}, {"ground": 0}),
        ({"drive": "both_sides"}, {"both_sides": True}),
        ({"bit_line_resistance": None}, {"bit_line": 1.5}),
    ],
)
def test_ends_of_the_lines(layer, fields, resistances):
    ideal, seen = arrays(layer, tile_shape=None), arrays(layer, tile_shape=None, **{**WIRES, **fields})
    assert torch.equal(seen[0], wired(ideal[0], **resistances))
    assert not torch.equal(seen[0], wired(ideal[0]))


def test_a_transistor_is_in_series_with_its_device(layer):
    ideal, seen = arrays(layer), arrays(layer, transistor_resistance=500)
    torch.testing.assert_close(seen[0], 1 / (1 / ideal[0] + 500), rtol=1e-6, atol=0)


def test_reading_a_passive_array_and_one_with_its_gates_on_is_the_same_circuit(layer):
    assert torch.equal(arrays(layer, cell="1R", **WIRES)[0], arrays(layer, **WIRES)[0])


def test_wires_see_what_the_cells_have_become(layer):
    aged = {"tile_shape": None, "stuck_at_lrs": 0.3, "retention_time": 100}
    assert torch.equal(arrays(layer, **aged, **WIRES)[1], wired(arrays(layer, **aged)[1]))


def test_the_line_is_fitted_without_wires_before_and_with_them_after(layer):
    setting = Setting(adc_bits=None, **WIRES)
    without = convert(layer, Setting(adc_bits=None), generator())
    before = convert(layer, setting, generator())
    after = convert(layer, setting.replace(tuning="after"), generator())
    assert torch.equal(before.line, without.line)
    # The lines' voltage drops make currents smaller, which the factor makes good.
    assert after.line[0] > 1.02 * before.line[0]
    inputs = torch.rand(100, 13, generator=generator()) * 2 - 1
    errors = [(network(inputs) - layer(inputs)).square().mean() for network in (before, after)]
    assert errors[1] < errors[0]


def test_wires_of_some_layers():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(48, 5))
    plain = convert(model, Setting(**PLAIN), generator())
    some = convert(model, Setting(**PLAIN, layers={"2": {"wires.word_line": 1}}), generator())
    assert torch.equal(some[0].conductance, plain[0].conductance)
    assert not torch.equal(some[2].conductance, plain[2].conductance)


@pytest.mark.parametrize("field", ["word_line", "bit_line", "source", "ground", "drive", "cell", "transistor", "model"])
def test_neutral_wires_leave_settings_and_results_as_they_are(layer, field):
    name = f"wires.{field}"
    assert Setting(**{name: FIELDS[name].neutral}).canonical() == Setting().canonical()
    assert "wires" not in Setting().canonical()
    neutral = convert(layer, Setting(**PLAIN, **{name: FIELDS[name].neutral}), generator())
    assert torch.equal(neutral.conductance, convert(layer, Setting(**PLAIN), generator()).conductance)


def test_inference_runs_on_the_kernels_as_without_wires():
    if not kernels.available():
        pytest.skip("kernels cannot be compiled here")
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5))
    network = convert(model, Setting(tile_shape=(8, 8), **WIRES), generator())
    assert kernels.fused_chain(network, (1, 8, 8)) is not None
    images = torch.rand(3, 1, 8, 8, generator=generator())
    with torch.no_grad():
        together = network(images)
        one_by_one = images
        for module in network:
            one_by_one = module(one_by_one)
    assert torch.equal(together, one_by_one)
