"""Networks whose arrays have gated rows: against each tile's circuit, solved densely, and kernel against definition."""

import dataclasses

import pytest
import torch
from test_gated_rows import equations
from torch import nn

from memristive import InputError, Setting, calibrate, convert, effective_weights, kernels
from memristive.arrays import definition as arrays
from memristive.arrays.slices import definition
from memristive.network import sliced

R_ON, R_OFF, TRANSISTOR = 1e3, 1e4, 50.0
LINES = {
    "source_line_resistance": 20.0,
    "bit_line_resistance": 30.0,
    "source_resistance": 7.0,
    "ground_resistance": 9.0,
}
SETTING = Setting(
    r_on=R_ON,
    r_off=R_OFF,
    weight_bits=4,
    cell_bits=2,
    dac_bits=3,
    bit_serial=True,
    adc_bits=None,
    tile_shape=(4, 2),
    tuning="none",
    wire_rows="gated",
    transistor_resistance=TRANSISTOR,
    **LINES,
)


def on_arrays(model, setting, x):
    network = convert(model, setting, torch.Generator().manual_seed(1))
    calibrate(network, x)
    return network


def currents(g, on, last):
    """Currents by volt of a tile [rows, columns] by Kirchhoff and Ohm, column by column."""
    found = []
    for column in g.T:
        system, right = equations(column, on, *LINES.values(), last)
        found.append(torch.linalg.solve(system, right)[-1, 0])
    return torch.stack(found)


def arrays_of(number, scheme):
    """Digits of the two slices of a weight of four bits, on each side."""
    held = abs(number) if scheme == "double_column" else number + 8
    digits = [[held % 4, 0], [held // 4, 0]] if number >= 0 else [[0, held % 4], [0, held // 4]]
    return digits if scheme == "double_column" else [[held % 4], [held // 4]]


def with_references(numbers, scheme):
    """Columns, of which with references every second holds the offset alone."""
    if scheme != "reference_column":
        return numbers
    return torch.stack([numbers, torch.zeros_like(numbers)], -1).flatten(1)


@pytest.mark.parametrize("end", ["first_row", "last_row"])
@pytest.mark.parametrize("scheme", ["double_column", "offset", "reference_column"])
def test_a_layer_is_what_its_circuits_say(scheme, end):
    layer = nn.Linear(6, 3)
    x = torch.randint(-4, 4, (3, 6), generator=torch.Generator().manual_seed(2)).float()
    x[0, 0] = -4.0  # the range
    network = on_arrays(layer, SETTING.replace(scheme=scheme, **{"wires.source_end": end}), x)
    step = float(network.input_range[0])
    codes = torch.floor(x / step + 0.5).clamp(-4, 3).int()
    largest = float(layer.weight.detach().abs().max())
    numbers = torch.floor(layer.weight.detach().double().T / largest * 7 + 0.5).int()
    held = with_references(numbers, scheme)
    low, unit = 1 / R_OFF, (1 / R_ON - 1 / R_OFF) / 3
    total = torch.zeros(3, 3, dtype=torch.float64)
    for bit, weight in enumerate((1, 2, -4)):
        for rows in (slice(0, 4), slice(4, 6)):
            sums = torch.zeros(3, held.shape[1], dtype=torch.float64)
            for slice_ in range(2):
                digits = torch.tensor([[arrays_of(int(w), scheme)[slice_] for w in row] for row in held[rows]])
                cells = low + digits.double() * unit
                cells = 1 / (1 / cells + TRANSISTOR)  # [rows, columns, sides]
                for vector, code in enumerate(codes):
                    on = [bool(int(c) >> bit & 1) for c in code[rows]]
                    sides = [currents(cells[..., side], on, end == "last_row") for side in range(cells.shape[-1])]
                    of_lowest = sides[1] if len(sides) == 2 else sum(on) * low
                    sums[vector] += (sides[0] - of_lowest) / unit * 4**slice_
            if scheme == "reference_column":
                sums = sums[:, ::2] - sums[:, 1::2]
            total += weight * sums
    if scheme == "offset":
        total -= 8 * codes.sum(1, keepdim=True)
    expected = total * (largest / 7) * step + layer.bias.detach().double()
    with torch.no_grad():
        found = network(x)
        ideal = on_arrays(layer, SETTING.replace(scheme=scheme, **dict.fromkeys(LINES, 0.0)), x)
        assert (ideal(x) - found).abs().max() > 0.02  # the lines matter
    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not kernels.available(), reason="no kernels here")
@pytest.mark.parametrize("scheme", ["double_column", "offset", "reference_column"])
def test_kernel_and_definition_agree(scheme):
    layer = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)
    x = torch.randn(5, 4, 6, 5, generator=torch.Generator().manual_seed(3))
    fields = {"scheme": scheme, "adc_bits": 6, "adc_range": "calibrated", "adc_fit": "percentile"}
    network = on_arrays(layer, SETTING.replace(**fields), x)
    stage = sliced.stage_of(network)
    assert kernels.slices.carry_out(stage, x) is NotImplemented
    expected = definition.run(stage, x, arrays.sums)
    assert torch.equal(definition.run(stage, x, kernels.sums_of), expected)
    with torch.no_grad():
        assert torch.equal(network(x), expected)
    x = x[:2]
    steps = [
        kernels.ranges.ranges.steps(dataclasses.replace(stage, steps=None), x, fit, 6, sums)
        for fit in [sliced.Fit("percentile", 90.0, 2.0)]
        for sums in (arrays.sums, kernels.sums_of)
    ]
    assert torch.equal(*steps)


def test_without_resistances_gates_change_nothing():
    layer, x = nn.Linear(9, 4), torch.rand(5, 9, generator=torch.Generator().manual_seed(4))
    plain = SETTING.replace(**dict.fromkeys(LINES, 0.0), transistor_resistance=0.0)
    near = SETTING.replace(**dict.fromkeys(LINES, 1e-6), transistor_resistance=0.0)
    without = plain.replace(wire_rows="connected", source_line_resistance=None)
    with torch.no_grad():
        connected = on_arrays(layer, without, x)(x)
        assert torch.equal(on_arrays(layer, plain, x)(x), connected)
        torch.testing.assert_close(on_arrays(layer, near, x)(x), connected, rtol=1e-5, atol=1e-6)


def test_rows_at_zero_volt_are_other_arrays():
    layer, x = nn.Linear(32, 4), torch.rand(5, 32, generator=torch.Generator().manual_seed(4))
    setting = SETTING.replace(tile_shape=(32, 4))
    with torch.no_grad():
        gated = on_arrays(layer, setting, x)(x)
        connected = setting.replace(wire_rows="connected", source_line_resistance=None)
        assert (gated - on_arrays(layer, connected, x)(x)).abs().max() > 0.05


def test_arrays_travel_with_a_state_dict():
    x = torch.rand(5, 9, generator=torch.Generator().manual_seed(4))
    network = on_arrays(nn.Sequential(nn.Linear(9, 4)), SETTING, x)
    other = convert(nn.Sequential(nn.Linear(9, 4)), SETTING, torch.Generator().manual_seed(2))
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        assert torch.equal(other(x), network(x))


def test_a_line_may_be_fitted_to_arrays_without_wires():
    x = torch.rand(5, 9, generator=torch.Generator().manual_seed(4))
    network = on_arrays(nn.Linear(9, 4), SETTING.replace(tuning="before"), x)
    assert network.line.tolist() != [1.0, 0.0]
    assert network(x).isfinite().all()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"bit_serial": False}, r"wires.rows: 'gated' needs inputs bit by bit"),
        ({"tuning": "after"}, r"wires.rows: 'gated' is not offered with tuning.when 'after'"),
        ({"remap": "rows"}, r"wires.rows: 'gated' is not offered with recovery.remap 'rows'"),
        ({"drift_compensation": "layer"}, r"wires.rows: 'gated' is not offered with recovery.drift 'layer'"),
        ({"wires.cell": "1R", "transistor_resistance": 0.0}, "wires.cell: '1R' is not 1T1R, as it must be where"),
        ({"wires.drive": "both_sides"}, "wires.drive: 'both_sides' is not one_side, as it must be where wires.rows is"),
        ({"wire_model": "dmr"}, "wires.model: 'dmr' is not exact, as it must be where wires.rows is gated"),
        (
            {"wire_rows": "connected"},
            "wires.source_line: 20.0 is not null, as it must be where wires.rows is connected",
        ),
    ],
)
def test_what_gated_rows_do_not_go_with_is_named(fields, line):
    with pytest.raises(InputError, match=line):
        SETTING.replace(**fields)


def test_there_are_no_weights_to_train_through():
    setting = Setting(wire_rows="gated", word_line_resistance=1.0, dac_bits=4, bit_serial=True, tuning="none")
    with pytest.raises(InputError, match=r"effective_weights: wires\.rows: 'gated'"):
        effective_weights(nn.Sequential(nn.Linear(3, 2)), setting)
