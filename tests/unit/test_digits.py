"""Weights as digits on slices and inputs as codes, against whole numbers and values worked out by hand."""

import math

import pytest
import torch
from torch import nn

from memristive import InputError, Setting, calibrate, convert
from memristive.arrays.slices.layout import Layout
from memristive.converters import dac, fit
from memristive.diagnosis.effects import effects_of, without
from memristive.network.layers import CrossbarLayer

AIM = (1e3, 1e6)
SCHEMES = ["double_column", "offset", "reference_column"]
IDEAL = Setting(
    r_on=AIM[0], r_off=AIM[1], tuning="none", weight_bits=8, dac_bits=8, adc_range="calibrated", adc_bits=24
)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def random(*shape, seed=3):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def on_arrays(model, setting, images):
    network = convert(model, setting, torch.Generator().manual_seed(1))
    calibrate(network, images)
    return network


def whole_numbers(layer, bits=8):
    """Weights as whole numbers of so many bits, in double precision."""
    weight = layer.weight.detach().double()
    return torch.floor(weight / weight.abs().max() * (2 ** (bits - 1) - 1) + 0.5)


def codes(x, bits=8):
    """Inputs as codes whose highest is the largest input."""
    signed = bool((x < 0).any())
    step = float(x.abs().max()) / (2 ** (bits - signed) - 1)
    return torch.floor(x * torch.tensor(1 / step) + 0.5).double()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("serial", [False, True])
@pytest.mark.parametrize("slicing", [{}, {"cell_bits": 2}, {"weight_slices": 3}, {"cell_bits": 1, "weight_bits": 5}])
@pytest.mark.parametrize("signed_inputs", [False, True])
def test_ideal_arrays_give_the_product_of_whole_numbers(scheme, serial, slicing, signed_inputs):
    layers = nn.Linear(37, 6, bias=False), nn.Conv2d(3, 6, 3, stride=2, padding=1, groups=3, bias=False)
    for layer, shape in zip(layers, [(9, 37), (4, 3, 7, 6)], strict=True):
        layer.weight.data = random(*layer.weight.shape)
        x = random(*shape, seed=5) if signed_inputs else random(*shape, seed=5).abs()
        setting = IDEAL.replace(scheme=scheme, bit_serial=serial, tile_shape=(16, 4), **slicing)
        network = on_arrays(layer, setting, x)
        weights = whole_numbers(layer, setting.slices.weight_bits)
        step = float(network.weight_step) * float(network.input_range[0])
        if isinstance(layer, nn.Linear):
            expected = codes(x) @ weights.T
        else:
            expected = nn.functional.conv2d(codes(x), weights, None, 2, 1, 1, 3)
        assert expected.abs().max() > 1000
        with torch.no_grad():
            assert torch.equal(network(x), expected.float() * step)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_too_few_bits_of_an_adc_are_not_exact(scheme):
    layer = nn.Linear(64, 4, bias=False)
    layer.weight.data, x = random(4, 64), random(50, 64, seed=4).abs()
    setting = IDEAL.replace(scheme=scheme, cell_bits=2, bit_serial=True, adc_fit="largest")
    errors = []
    for bits in (3, 4, 5, 16):
        network = on_arrays(layer, setting.replace(adc_bits=bits), x)
        with torch.no_grad():
            found = network(x) / (float(network.weight_step) * float(network.input_range[0]))
        errors.append(float((found.double() - codes(x) @ whole_numbers(layer).T).abs().mean()))
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[3] < 0.01


def test_two_slices_of_a_2x2_array_by_hand():
    """Weights 1, -6/7, 3/7, 2/7 of 4 bits are 7, -6, 3, 2: in 2-bit cells 3 + 4*1, -(2 + 4*1), 3 and 2.

    Inputs 3 and 1 of 2 bits, bit by bit: first (1, 1), then (1, 0). An ADC of 3 bits and steps of 1 has codes to 3.
    Low slice: cycle 0 sums 3 + 3 = 6 -> 3 and -2 + 2 = 0, cycle 1 3 -> 3 and -2: 3 + 2*3 = 9 and -4.
    High slice: 1 and -1, 1 and -1: 3 and -3. Together 9 + 4*3 = 21 and -4 - 12 = -16, of 7*3 + 3 = 24 and -16.
    """
    layer = nn.Linear(2, 2, bias=False)
    layer.weight.data = tensor([1.0, 3 / 7], [-6 / 7, 2 / 7])
    setting = IDEAL.replace(weight_bits=4, cell_bits=2, dac_bits=2, bit_serial=True, adc_bits=3)
    network = on_arrays(layer, setting, tensor([3.0, 1.0]))
    assert network.conductance[:, 0].tolist() == [[[3, -2], [3, 2]], [[1, -1], [0, 0]]]
    network.adc_ranges = torch.ones_like(network.adc_ranges)
    with torch.no_grad():
        found = network(tensor([3.0, 1.0])) * 7
    torch.testing.assert_close(found, tensor([21.0, -16.0]))
    # In two's complement 7 is 3 + 4*1 and -6 is 2 + 4*(-2): low sums 6 -> 3 + 2*3, 4 -> 3... without a sign up to 7.
    network = on_arrays(layer, setting.replace(slice_sign="most_significant"), tensor([3.0, 1.0]))
    assert network.conductance[:, 0].tolist() == [[[3, 2], [3, 2]], [[1, -2], [0, 0]]]
    network.adc_ranges = torch.ones_like(network.adc_ranges)
    # Low slice, codes 0 to 7: 6, 3 -> 12 and 4, 2 -> 8; high slice: 1, 1 -> 3 and -2, -2 -> -6.
    with torch.no_grad():
        torch.testing.assert_close(network(tensor([3.0, 1.0])) * 7, tensor([12.0 + 12, 8.0 - 24]))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sign", ["every", "most_significant"])
@pytest.mark.parametrize("bits", [2, 5, 8])
def test_digits_are_the_number_and_fit_into_their_cells(scheme, sign, bits):
    numbers = torch.arange(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1), dtype=torch.float32)[None]
    if scheme != "double_column" and sign != "every":
        with pytest.raises(InputError, match=r"slices\.sign: 'most_significant' is not every"):
            IDEAL.replace(scheme=scheme, slice_sign=sign)
        return
    for cell_bits in (None, *range(1, bits)):
        layout = Layout.of(IDEAL.replace(scheme=scheme, slice_sign=sign, weight_bits=bits, cell_bits=cell_bits))
        split = layout.split(numbers)
        total = sum(
            layout.combine(sides, 0) * factor for sides, factor in zip(split, layout.factors(len(split)), strict=True)
        )
        assert torch.equal(total - layout.shift, numbers)
        for slice_, sides in enumerate(split):
            for side, digits in enumerate(sides):
                assert digits.min() >= 0
                assert digits.max() <= layout.top
                cells = layout.cells(numbers, AIM, slice_, side)
                assert cells.min() >= (1 - 1e-6) / AIM[1]
                assert cells.max() <= (1 + 1e-6) / AIM[0]
                assert torch.equal(layout.read(cells, numbers, AIM, slice_, side), digits)
                # A cell that is off by a tenth of a state counts as much more.
                off = cells + 0.1 * (1 / AIM[0] - 1 / AIM[1]) / layout.top
                torch.testing.assert_close(
                    layout.read(off, numbers, AIM, slice_, side),
                    digits + 0.1,
                    rtol=0,
                    atol=1e-3 * layout.top / 255 + 1e-4,
                )


def dft_error(scheme, seed):
    """Mean |error| of the complex weights of a DFT-64 whose cells have a normal error of 0.25 G."""
    n = torch.arange(64, dtype=torch.float64)
    angle = -2 * math.pi * torch.outer(n, n) / 64
    layout = Layout.of(Setting(r_on=AIM[0], r_off=AIM[1], scheme=scheme, weight_bits=8))
    generator = torch.Generator().manual_seed(seed)
    errors = []
    for part in (angle.cos(), angle.sin()):
        limits = 0.0, 1.0
        numbers = layout.numbers(part, limits)
        sides = []
        for side in range(len(layout.split(numbers)[0])):
            cells = layout.cells(numbers, AIM, 0, side)
            noisy = cells * (1 + 0.25 * torch.randn(cells.shape, generator=generator))
            sides.append(layout.read(noisy, numbers, AIM, 0, side))
        found = (layout.combine(sides, 0) - layout.shift) * layout.step(limits)
        errors.append(found.double() - part)
    return float(torch.hypot(*errors).mean())


@pytest.mark.parametrize(("scheme", "mean", "near"), [("double_column", 0.2120, 0.001), ("offset", 0.3396, 0.002)])
def test_errors_of_a_fourier_transform(scheme, mean, near):
    """Means of 50 draws; CrossSim's tutorial_pt2.ipynb has one draw of each, 0.21637 and 0.34244."""
    found = [dft_error(scheme, seed) for seed in range(50)]
    assert sum(found) / len(found) == pytest.approx(mean, abs=near)


def test_references_take_a_column_of_each_tile():
    layer = nn.Linear(5, 7, bias=False)
    network = on_arrays(layer, IDEAL.replace(scheme="reference_column", tile_shape=(4, 4)), random(3, 5))
    # Three weights and their reference, three and theirs, one and its own.
    assert network.conductance.shape == (1, 1, 5, 10)
    assert network.adc_ranges.shape == (1, 1, 2, 3)
    references = network.conductance[0, 0][:, [3, 7, 9]]
    assert torch.equal(references, torch.full_like(references, 128))


def test_a_reference_is_a_column_of_devices():
    """What varies is each cell, those of a reference too; an offset that is counted has none."""
    layer, x = nn.Linear(400, 3, bias=False), random(300, 400)
    layer.weight.data = random(3, 400)
    spread = {}
    for scheme in ("offset", "reference_column"):
        ideal = on_arrays(layer, IDEAL.replace(scheme=scheme, adc_bits=None, tile_shape=None), x)
        errors = {"programming.method": "one_shot", "programming.spread": "relative", "programming.sigma": 0.2}
        network = on_arrays(layer, IDEAL.replace(scheme=scheme, adc_bits=None, tile_shape=None, **errors), x)
        with torch.no_grad():
            errors = network(x) - ideal(x)
        spread[scheme] = float(torch.corrcoef(errors.T)[0, 1])
    assert spread["reference_column"] > 0.2  # an error that the columns have in common
    assert spread["reference_column"] > spread["offset"] + 0.2


def test_codes_of_inputs():
    unsigned = dac.Codes(bits=3, signed=False, step=0.5, serial=True)
    found = unsigned.codes(tensor(0.0, 0.74, 0.75, 9.0, -1.0))
    assert found.tolist() == [0, 1, 2, 7, 0]
    assert unsigned.weights() == (1, 2, 4)
    assert [cycle.tolist() for cycle in unsigned.cycles(tensor(5.0, 2.0))] == [[1, 0], [0, 1], [1, 0]]
    signed = dac.Codes(bits=3, signed=True, step=0.5, serial=True)
    assert signed.codes(tensor(-9.0, -0.5, 0.3, 9.0)).tolist() == [-4, -1, 1, 3]
    assert signed.weights() == (1, 2, -4)
    for code in range(-4, 4):
        bits = signed.cycles(tensor(float(code)))
        assert sum(float(bit) * weight for bit, weight in zip(bits, signed.weights(), strict=True)) == code


def step_of(method, *parts, bits=4, signed=False, percentile=99.9, norm=2.0, least=0.0):
    values = fit.Values(fit.Fit(method, percentile, norm))
    for part, weight in parts:
        values.add(part, weight)
    return values.step(bits, signed, least)


def test_steps_by_hand():
    def step(method, bits=3, **fields):
        return step_of(method, (tensor(*range(1, 101)), 1.0), bits=bits, **fields)

    assert step("largest") == pytest.approx(100 / 7)
    assert step("largest", signed=True) == pytest.approx(100 / 3)
    assert step("percentile", percentile=90.0) == pytest.approx(90 / 7)  # ninety of the hundred are at most 90
    assert step("percentile", percentile=100.0) == pytest.approx(100 / 7)
    assert step("power_of_two") == 128 / 8
    assert step("power_of_two", signed=True) == 128 / 4
    assert step("largest", bits=12, least=1.0) == 1.0
    assert step_of("largest", (torch.zeros(3), 1.0), bits=3) == 1.0


@pytest.mark.parametrize("norm", [1.0, 2.0, 8.0])
def test_the_least_error_is_the_least_of_all_candidates(norm):
    sample = torch.cat([random(4000).abs(), tensor(30.0)])
    found = step_of("least_error", (sample, 1.0), norm=norm)

    def error(step):
        rounded = torch.floor(sample.double() / step + 0.5).clamp(0, 15) * step
        return float((rounded - sample).abs().pow(norm).sum())

    steps = [30 * number / 64 / 15 for number in range(1, 65)]
    assert error(found) == pytest.approx(min(map(error, steps)), rel=1e-3)
    # A larger exponent counts the outlier more.
    assert step_of("least_error", (sample, 1.0), norm=16.0) > step_of("least_error", (sample, 1.0), norm=1.0)


def test_errors_count_by_what_a_bit_stands_for():
    """Small values of a bit that counts much against large ones of a bit that counts little."""
    low, high = random(5000).abs(), 20 + random(500).abs()
    assert step_of("least_error", (low, 64.0), (high, 1.0)) < step_of("least_error", (low, 1.0), (high, 64.0))


def test_a_sample_of_many_values_is_spread_over_all_of_them():
    values = torch.arange(2.0**20).view(4, 2**10, 2**8)
    assert step_of("percentile", (values, 1.0), percentile=50.0) == pytest.approx(2**19 / 15, rel=0.02)
    assert step_of("percentile", (values.transpose(1, 2), 1.0), percentile=50.0) == pytest.approx(2**19 / 15, rel=0.02)


def test_percentiles_need_fewer_bits_than_the_largest_sum():
    layer, x = nn.Linear(64, 8, bias=False), random(400, 64).abs().pow(3)
    layer.weight.data = random(8, 64)
    steps = {}
    for method in ("largest", "percentile", "least_error", "power_of_two"):
        network = on_arrays(layer, IDEAL.replace(adc_fit=method, adc_bits=5, dac_bits=4), x)
        steps[method] = float(network.adc_ranges.mean())
    assert steps["percentile"] < steps["largest"] < steps["power_of_two"]
    assert steps["least_error"] < steps["largest"]


@pytest.mark.parametrize("serial", [False, True])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_network_of_eight_bits_is_near_the_digital_one(scheme, serial):
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 10),
        nn.ReLU(),
        nn.Linear(10, 3),
    ).eval()
    for number, parameter in enumerate(model.parameters()):
        parameter.data = 0.3 * random(*parameter.shape, seed=number)
    images = random(40, 2, 8, 8)
    setting = IDEAL.replace(
        scheme=scheme,
        cell_bits=2,
        bit_serial=serial,
        adc_bits=10,
        adc_fit="largest",
        tile_shape=(16, 16),
        tuning="before",
    )
    network = on_arrays(model, setting, images)
    with torch.no_grad():
        error = (network(images) - model(images)).square().mean() / model(images).var()
        assert 1e-7 < error < 2e-3


def test_wires_and_faults_act_on_every_slice():
    layer, x = nn.Linear(32, 4, bias=False), random(30, 32)
    setting = IDEAL.replace(cell_bits=2, adc_bits=None, tile_shape=(16, 4))
    ideal = on_arrays(layer, setting, x).conductance
    wired = on_arrays(layer, setting.replace(word_line_resistance=5.0), x).conductance
    # Each cell is seen with less of its conductance, the farther the less.
    assert bool((wired.abs() <= ideal.abs() + 1e-2).all())
    assert all(float((wired - ideal)[slice_].abs().max()) > 1e-3 for slice_ in range(4))
    stuck = on_arrays(layer, setting.replace(stuck_at_lrs=0.1), x).conductance
    for slice_ in range(4):
        changed = (stuck - ideal)[slice_] != 0
        assert 0.05 < float(changed.float().mean()) < 0.25
    assert not torch.equal(stuck[0] != ideal[0], stuck[1] != ideal[1])


def test_ranges_and_scales_travel_with_a_state_dict():
    layer, x = nn.Linear(12, 3), random(30, 12)
    setting = IDEAL.replace(cell_bits=2, bit_serial=True, adc_bits=5)
    network = on_arrays(nn.Sequential(layer), setting, x)
    other = convert(nn.Sequential(nn.Linear(12, 3)), setting, torch.Generator().manual_seed(2))
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        assert torch.equal(other(x), network(x))


def test_gradients_reach_the_inputs():
    layer, x = nn.Linear(12, 3), random(5, 12).requires_grad_()
    network = on_arrays(layer, IDEAL.replace(cell_bits=2, adc_bits=None), x.detach())
    (gradient,) = torch.autograd.grad(network(x).sum(), x)
    torch.testing.assert_close(gradient, layer.weight.sum(0).expand(5, 12), rtol=0.05, atol=0.02)


def test_what_is_missing_is_one_line():
    x = random(3, 4)
    for setting, match in [
        (IDEAL, r"dac\.bits: 8: needs a range, but no image has set it yet: call memristive\.calibrate"),
        (IDEAL.replace(dac_bits=None), "adc.range: 'calibrated', but no image has set it yet"),
    ]:
        layer = convert(nn.Linear(4, 2), setting, torch.Generator())
        assert isinstance(layer, CrossbarLayer)
        with pytest.raises(InputError, match=match):
            layer(x)


def test_calibration_is_repeatable_and_forgets_the_last_one():
    layer = nn.Linear(12, 3)
    setting = IDEAL.replace(cell_bits=2, adc_bits=5, adc_fit="largest")
    network = on_arrays(layer, setting, 10 * random(30, 12))
    calibrate(network, random(30, 12).abs())
    again = on_arrays(layer, setting, random(30, 12).abs())
    assert torch.equal(network.adc_ranges, again.adc_ranges)
    assert torch.equal(network.input_range, again.input_range)
    assert again.input_range[1] == 0  # no sign


def test_digits_need_no_tuning_and_conductances_do():
    """explain compares with weights as conductances, whose line has to be fitted."""
    setting = IDEAL.replace(adc_bits=5, cell_bits=2)
    found = {effect.name: effect for effect in effects_of(setting)}
    assert "the missing tuning" not in found
    assert {"weights of few bits", "inputs of few bits", "the converters"} <= set(found)
    assert without(setting, [found["weights of few bits"]]).tuning.when == "before"
    assert without(setting, [found["inputs of few bits"]]).tuning.when == "none"
    assert without(setting.replace(tuning="after"), [found["weights of few bits"]]).tuning.when == "after"
    assert "the missing tuning" in {
        effect.name for effect in effects_of(setting.replace(weight_bits=None, cell_bits=None))
    }
