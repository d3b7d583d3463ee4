"""The crossbar's arithmetic against values worked out by hand, and its properties."""

import ctypes
import ctypes.util
import dataclasses
import json
import math
import statistics

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from memristive import InputError, Setting, convert
from memristive.arrays import encoding, mapping, product, tiling, tuning
from memristive.arrays.cells import Array, Cells, Failures
from memristive.arrays.draws import SeededDraws
from memristive.arrays.nonidealities import endurance, faults, retention, states, variability
from memristive.arrays.semantics import SEMANTICS, resolve
from memristive.converters import adc
from memristive.core.grid import expand
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarConv2d, CrossbarLinear

G_OFF, G_ON = 1 / 1000, 1 / 50
EXACT = Setting(adc_bits=None, tuning="none")  # an ideal array: outputs are proportional to the digital ones


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def close(got, wanted, rtol=1e-6, atol=1e-9):
    torch.testing.assert_close(got, torch.as_tensor(wanted, dtype=got.dtype), rtol=rtol, atol=atol)


def generator(seed=1):
    return torch.Generator().manual_seed(seed)


def random(*shape, seed=3):
    return torch.randn(shape, generator=generator(seed))


# Mapping


def mapped(matrix, setting, aim=(50, 1000)):
    scheme = mapping.SCHEMES[setting.array.scheme]
    limits = mapping.weight_range(matrix, setting, aim)
    (sides,) = scheme.split(matrix)
    return [mapping.naive_map(matrix, limits, scheme, aim, side=side) for side in range(len(sides))]


def test_two_by_two_weights():
    weight = tensor([0.5, -1.0], [0.25, 0.0])  # [outputs, inputs]
    positive, negative = mapped(weight.T, EXACT)
    close(positive, [[0.0105, 0.00575], [0.001, 0.001]])  # 0.001 + 0.019 w
    close(negative, [[0.001, 0.001], [0.02, 0.001]])
    close(mapping.SCHEMES["double_column"].combine([positive, negative], 0.0), [[0.0095, 0.00475], [-0.019, 0.0]])


def test_single_column_has_a_reference_midway():
    (array,) = mapped(tensor([0.5], [-1.0], [1.0]), EXACT.replace(scheme="single_column"))
    close(array, [[0.0105], [0.001], [0.02]])
    assert mapping.reference((50, 1000)) == pytest.approx(0.0105)
    close(
        mapping.SCHEMES["single_column"].combine([array], mapping.reference((50, 1000))), [[0.0], [-0.0095], [0.0095]]
    )


def test_p_l_chooses_the_largest_weight_by_rank():
    # Rank int(0.5 * 3) = 1: w_max = 3, w_min = 3 * 50 / 1000 = 0.15.
    positive, negative = mapped(tensor([4.0, -3.0], [2.0, 0.1]), EXACT.replace(p_l=0.5))
    close(positive, [[0.02, 0.001], [0.019 * 1.85 / 2.85 + 0.001, 0.001]])
    close(negative, [[0.001, 0.02], [0.001, 0.001]])


def test_weights_that_are_all_zero_cannot_be_mapped():
    with pytest.raises(InputError, match="largest weight"):
        convert(nn.Linear(2, 2).requires_grad_(False).apply(lambda layer: layer.weight.zero_()), EXACT)


def test_tiles_are_cut_and_joined():
    matrix = torch.arange(24.0).reshape(4, 6)
    tiles = tiling.to_tiles(matrix, (2, 3))
    assert tiles[1].tolist() == [[3, 4, 5], [9, 10, 11]]
    assert torch.equal(tiling.from_tiles(tiles, (4, 6)), matrix)
    assert tiling.padded_shape(90, 10, (64, 48)) == (128, 48)
    assert tiling.padded_shape(90, 10, None) == (90, 10)


# Encoding


def test_inputs_above_the_voltage_are_scaled():
    x = tensor([3.0, -6.0], [1.0, 2.0])
    voltages, undo = encoding.encode(x, 3.0, per_sample=True)
    close(voltages, [[1.5, -3.0], [1.0, 2.0]])
    close(undo, [[2.0], [1.0]])
    close(encoding.encode(x, 3.0, per_sample=False)[0], [[1.5, -3.0], [0.5, 1.0]])
    assert encoding.encode(x, None, per_sample=True)[0] is x
    assert torch.equal(encoding.encode(torch.zeros(2, 2), 1.0, per_sample=True)[0], torch.zeros(2, 2))


# ADC


def test_three_bits():
    # Range 1, step 2^(1 - 3): codes -4..3, so the largest value saturates.
    assert adc.quantise(tensor(1.0, 0.3), 3).tolist() == [0.75, 0.25]
    assert adc.quantise(tensor(-1.0, 0.3), 3).tolist() == [-1.0, 0.25]


def test_halves_round_upwards():
    assert adc.quantise(tensor(1.0, 0.375, -0.375, 0.125, -0.125), 3).tolist() == [0.75, 0.5, -0.25, 0.25, 0.0]


def test_range_is_the_next_power_of_two():
    assert adc.range_exponent(tensor(1.0, 0.2), 0.0).item() == 0
    assert adc.range_exponent(tensor(1.01, 0.2), 0.0).item() == 1
    assert adc.range_exponent(tensor(0.5, 0.2), 0.0).item() == -1


def test_equal_entries_are_left_alone():
    vectors = tensor([0.3, 0.3], [0.0, 0.0], [0.3, 0.0])
    assert torch.equal(adc.quantise(vectors, 2)[:2], vectors[:2])
    assert not torch.equal(adc.quantise(vectors, 2)[2], vectors[2])
    assert adc.quantise(vectors, None) is vectors


@pytest.mark.parametrize(
    ("entries", "rate", "rank"),
    [(10, 0.1, 1), (4, 0.1, 0), (5, 0.1, 1), (4, 1.0, 3), (10, 0.24, 2)],  # 0.5 rounds away from 0
)
def test_overflow_rate_is_a_rank(entries, rate, rank):
    magnitudes = 2.0 ** torch.arange(entries)
    assert adc.range_exponent(magnitudes, rate).item() == entries - 1 - rank


def test_overflow_saturates():
    assert adc.quantise(tensor(*[8.0] + [1.0] * 8 + [0.5]), 3, overflow_rate=0.1).tolist() == [0.75] * 9 + [0.5]


@pytest.mark.parametrize("bits", [3, 6, 8])
def test_logarithmic_error_is_below_one_step(bits):
    y = random(50, 20) * 10.0 ** random(50, 20, seed=4)
    y[0, 0] = 0.0
    converted = adc.quantise(y, bits, "log")
    assert converted[0, 0] == 0
    assert torch.equal(converted.sign(), y.sign())
    logarithm = torch.where(y == 0, 0.0, y.abs().log())
    exponent = torch.ceil(torch.log2(logarithm.abs().amax(1, keepdim=True)))
    error = (torch.where(y == 0, 1.0, converted.abs()).log() - logarithm).abs()
    assert (error <= 2.0 ** (exponent + 2 - bits) * 1.0001).all()


def test_memtorchs_logarithmic_adc_makes_everything_below_one_one():
    assert adc.quantise(tensor(0.5, -0.2, 0.01), 8, "log", ranging="memtorch").tolist() == [1, -1, 1]


def test_ceil_log2_is_the_c_librarys():
    log2f = ctypes.CDLL(ctypes.util.find_library("m") or "libm.so.6").log2f
    log2f.restype, log2f.argtypes = ctypes.c_float, [ctypes.c_float]
    near = torch.cat(
        [
            (torch.tensor(2.0**exponent).view(torch.int32) + torch.arange(-40, 41, dtype=torch.int32)).view(
                torch.float32
            )
            for exponent in range(-40, 41)
        ]
    )
    assert adc.ceil_log2(near).tolist() == [math.ceil(log2f(value)) for value in near.tolist()]
    # A few ulps above 2^10 the float logarithm is 10 itself, the exact one is not.
    above = torch.nextafter(tensor(1024.0), tensor(math.inf))
    assert (adc.ceil_log2(above).item(), math.ceil(math.log2(above.item()))) == (10, 11)
    away = random(2000).abs() * 3 + 0.01
    assert adc.ceil_log2(away).tolist() == [math.ceil(math.log2(value)) for value in away.tolist()]


# Product


def test_tile_rows_are_converted_before_they_are_summed():
    arithmetic = product.Arithmetic(tile_shape=(1, 2), adc_bits=3)
    total = product.multiply(tensor([[1.0, 1.0]]), tensor([1.0, 0.3], [0.5, 0.2]), 2, arithmetic)
    close(total, [[[0.75 + 0.375, 0.25 + 0.25]]])


def test_padding_columns_take_part_in_the_range():
    arithmetic = product.Arithmetic(tile_shape=(1, 3), adc_bits=3)
    total = product.multiply(tensor([[1.0]]), tensor([1.0, 0.3, 8.0]), 2, arithmetic)
    assert total.tolist() == [[[2.0, 0.0]]]  # range 8, step 2


@pytest.mark.parametrize("accumulate", ["separate", "fused"])
def test_ragged_tiles_without_adc_change_nothing(accumulate):
    x, conductance = random(2, 5, 23), random(23, 11, seed=4)
    arithmetic = product.Arithmetic(tile_shape=(7, 4), adc_bits=None, accumulate=accumulate)
    close(product.multiply(x, conductance, 11, arithmetic), x @ conductance, rtol=1e-5, atol=1e-5)


# Layers

CONVOLUTIONS = {
    "groups": {"groups": 2},
    "dilation": {"dilation": 2},
    "rectangular": {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 2)},
    "same": {"padding": "same"},
    "reflected": {"padding": 1, "padding_mode": "reflect"},
    "no bias": {"bias": False, "stride": 2},
    "depthwise": {"groups": 4, "padding": 1, "dilation": (1, 2)},
}


@pytest.mark.parametrize("arguments", CONVOLUTIONS.values(), ids=CONVOLUTIONS)
def test_convolutions_are_pytorchs(arguments):
    torch.manual_seed(5)
    layer = nn.Conv2d(4, 8, **{"kernel_size": 3, **arguments}).requires_grad_(False)
    x = random(3, 4, 9, 10)
    # The line is exact but for rounding.
    close(convert(layer, Setting(adc_bits=None), generator())(x), layer(x), rtol=1e-4, atol=1e-4)
    converted = convert(layer, Setting(adc_bits=12, tile_shape=(16, 8)), generator())(x)
    assert (converted - layer(x)).abs().max() < 0.01 * layer(x).abs().max()


@pytest.mark.parametrize("shape", [(12,), (5, 12), (5, 3, 12)])
def test_linear_takes_any_axes(shape):
    torch.manual_seed(5)
    layer = nn.Linear(12, 4).requires_grad_(False)
    x = random(*shape)
    close(convert(layer, Setting(adc_bits=None), generator())(x), layer(x), rtol=1e-4, atol=1e-4)


def test_output_is_rescaled_on_request():
    torch.manual_seed(5)
    layer = nn.Linear(12, 4, bias=False).requires_grad_(False)
    x = random(5, 12) * 10
    low = Setting(adc_bits=None, max_input_voltage=1.5)
    close(convert(layer, low.replace(rescale_output=True), generator())(x), layer(x), rtol=1e-4, atol=1e-3)
    shrunk = layer(x) * 1.5 / x.abs().amax(1, keepdim=True)
    close(convert(layer, low, generator())(x), shrunk, rtol=1e-4, atol=1e-4)


def small_network():
    torch.manual_seed(6)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 5)).eval()


@torch.no_grad()
def test_physical_results_do_not_depend_on_the_batch():
    x = random(6, 1, 6, 6) * torch.arange(1, 7).view(-1, 1, 1, 1)
    setting = Setting(max_input_voltage=0.5)
    physical = convert(small_network(), setting, generator())
    assert torch.equal(physical(x), torch.cat([physical(image) for image in x.split(1)]))
    memtorch = convert(small_network(), setting.replace(semantics="memtorch"), generator())
    assert not torch.equal(memtorch(x), torch.cat([memtorch(image) for image in x.split(1)]))


# Conversion


class Tree(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.ModuleDict({"first": nn.Linear(4, 4), "act": nn.Sequential(nn.ReLU(), nn.Linear(4, 4))})
        self.again = self.block["first"]

    def forward(self, x):
        return self.again(self.block["act"](self.block["first"](x)))


def test_any_tree_is_converted_and_the_original_kept():
    torch.manual_seed(7)
    model = Tree().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    twin = convert(model, Setting(), generator())
    assert isinstance(twin.block["act"][1], CrossbarLinear)
    assert twin.again is twin.block["first"]
    assert not twin.training
    assert model.training
    assert type(model.again) is nn.Linear
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    model.eval()
    with torch.no_grad():
        x = random(3, 4)
        close(convert(model, Setting(adc_bits=None), generator())(x), model(x), rtol=1e-4, atol=1e-4)


def test_layer_types_choose_what_is_converted():
    only = convert(small_network(), Setting(layer_types=["linear"]), generator())
    assert type(only[0]) is nn.Conv2d
    assert isinstance(only[3], CrossbarLinear)
    assert isinstance(convert(small_network(), EXACT)[0], CrossbarConv2d)


class Scaled(nn.Linear):
    pass


@pytest.mark.parametrize(
    ("layer", "fields", "named"),
    [
        (nn.ConvTranspose2d(2, 2, 3), {}, "1.0: ConvTranspose2d"),
        (nn.LSTM(2, 2), {}, "1.0: LSTM"),
        (nn.Conv1d(2, 2, 3), {}, "1.0: Conv1d"),
        (Scaled(2, 2), {}, "1.0: Scaled"),
        (nn.Conv2d(2, 2, 3, dilation=2), {"semantics": "memtorch"}, "1.0: dilation"),
        (nn.Conv2d(2, 2, (3, 1)), {"semantics": "memtorch"}, "1.0: kernel_size"),
        (nn.Conv2d(2, 2, 3, stride=(1, 2)), {"semantics": "memtorch"}, "1.0: stride"),
    ],
)
def test_what_is_unsupported_is_named(layer, fields, named):
    with pytest.raises(InputError, match=named):
        convert(nn.Sequential(nn.ReLU(), nn.Sequential(layer)), Setting(**fields), generator())


def test_a_drawing_setting_needs_a_generator():
    with pytest.raises(InputError, match="generator"):
        convert(nn.Linear(2, 2), Setting())


def test_a_weight_that_is_not_finite_is_named():
    model = nn.Sequential(nn.Linear(2, 2))
    with torch.no_grad():
        model[0].weight[0, 0] = math.nan
    with pytest.raises(InputError, match="0: weight: a value is not finite"):
        convert(model, Setting(), generator())


# Draws


def test_settings_share_their_draws():
    draws = SeededDraws(generator())
    ten, twenty = (
        draws.cells("fc", (0, 0), (30, 5), (30, 5), Setting(sigma=sigma, r_on=500, r_off=5000)) for sigma in (10, 20)
    )
    close(twenty.r_on - 500, 2 * (ten.r_on - 500), rtol=0.1, atol=0.5)  # log-normal, but hardly
    close(twenty.r_off - 5000, 2 * (ten.r_off - 5000), rtol=0.1, atol=0.5)
    assert ten.r_on.std().item() == pytest.approx(10, rel=0.2)
    assert ten.r_off.std().item() == pytest.approx(20, rel=0.2)
    padded = draws.cells("fc", (0, 0), (30, 5), (32, 8), Setting(sigma=10, r_on=500, r_off=5000))
    assert torch.equal(padded.r_on[:30, :5], ten.r_on)
    for other in (("fc", (0, 1)), ("conv", (0, 0))):
        assert not torch.equal(draws.cells(*other, (30, 5), (30, 5), Setting(sigma=10)).r_on, ten.r_on)


def test_more_faults_contain_fewer():
    layer = nn.Linear(30, 20)

    def array(setting):
        return convert_with(layer, setting, SeededDraws(generator()), keep_arrays=True).arrays[0][0][0]

    ideal = array(EXACT)
    stuck = [array(EXACT.replace(stuck_at_lrs=proportion)) != ideal for proportion in (0.05, 0.2)]
    assert stuck[0].sum() > 20
    assert (stuck[0] & ~stuck[1]).sum() == 0


def test_draws_are_decided_by_seed_and_layer():
    setting = Setting(sigma=20)
    one, same, other = (convert(small_network(), setting, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one[0].conductance, same[0].conductance)
    assert not torch.equal(one[0].conductance, other[0].conductance)
    used = generator()
    torch.rand(5, generator=used)  # the state of a generator plays no part, its seed does
    assert torch.equal(convert(small_network(), setting, used)[0].conductance, one[0].conductance)
    alone = convert(small_network(), setting.replace(layer_types=["linear"]), generator())
    assert torch.equal(alone[3].conductance, one[3].conductance)


# Tuning


def test_line_by_hand():
    def line(*parts):
        fit = tuning.LineFit()
        for analogue, digital in parts:
            fit.add(analogue, digital)
        return fit.line()

    assert line((tensor(0.0, 1.0, 2.0), tensor(1.0, 2.0, 6.0))) == pytest.approx((2.5, 0.5))
    assert line((tensor(0.0), tensor(1.0)), (tensor(1.0, 2.0), tensor(2.0, 6.0))) == pytest.approx((2.5, 0.5))
    assert line((tensor(2.0, 2.0), tensor(1.0, 3.0))) == (0.0, 2.0)
    assert line((tensor(2.0), tensor(1.0)), (tensor(2.0), tensor(3.0))) == (0.0, 2.0)


def test_line_of_an_ideal_array_undoes_the_mapping():
    layer = nn.Linear(6, 4, bias=False)
    coefficient, intercept = convert(layer, Setting(adc_bits=None), generator()).line.tolist()
    assert coefficient == pytest.approx(layer.weight.abs().max().item() / (G_ON - G_OFF), rel=1e-5)
    assert intercept == pytest.approx(0, abs=1e-6)


def test_tuning_after_compensates_drift_and_before_does_not():
    layer = nn.Linear(6, 4)
    drifted = Setting(adc_bits=None, retention_time=1e4)
    before, after = (convert(layer, drifted.replace(tuning=when), generator()).line[0] for when in ("before", "after"))
    assert (after / before).item() == pytest.approx(1e4**0.1, rel=1e-5)


# Non-idealities


def applied(nonideality, conductance, setting, orders=None):
    """Conductances after one non-ideality; `orders` by purpose."""
    cells = Cells.alike(setting.device.r_on, setting.device.r_off)
    order = (orders or {}).get
    shape = (1, conductance.numel()) if conductance.dim() == 1 else tuple(conductance.shape)
    array = Array(cells, setting, resolve(setting), Failures(lambda purpose, count: order(purpose), shape))
    return nonideality.apply(conductance, array)


def test_a_device_keeps_to_its_own_bounds():
    own = Cells(tensor(40.0, 60.0, 900.0), tensor(900.0, 1100.0, 800.0))
    close(own.reach(tensor(0.03, 0.0, 0.01)), [1 / 40, 1 / 1100, 1 / 800])


def test_in_memtorch_resistances_have_a_floor():
    spread = variability.Variability(sigma=100)
    r_on, r_off = variability.vary(50, 1000, spread, tensor([[-9.0]], [[-9.0]]), "floored")
    assert (r_on.item(), r_off.item()) == (1, 2)


def test_as_meant_resistances_are_log_normal():
    """m exp(sqrt(v) z); s^2 = m^2 u (u - 1), u = exp(v): for sigma 2 m, u = (1 + sqrt(17)) / 2."""
    spread = variability.Variability(sigma=100)
    r_on, r_off = variability.vary(50, 1000, spread, tensor([[0.0, 1.0, -9.0]], [[0.0, 1.0, -9.0]]), "lognormal")
    factor = math.exp(math.sqrt(math.log((1 + math.sqrt(17)) / 2)))
    close(r_on, [[50, 50 * factor, 50 / factor**9]], rtol=1e-5)
    # 2 sigma of 1,000 ohm: u = (1 + sqrt(1.16)) / 2.
    assert r_off[0, 1].item() == pytest.approx(1000 * math.exp(math.sqrt(math.log((1 + math.sqrt(1.16)) / 2))))
    drawn = torch.randn(2, 1000, 1000, generator=generator())
    r_on, r_off = variability.vary(50, 1000, variability.Variability(sigma=20), drawn, "lognormal")
    assert (r_on.median().item(), r_on.std().item()) == (pytest.approx(50, rel=2e-3), pytest.approx(20, rel=5e-3))
    assert (r_off.median().item(), r_off.std().item()) == (pytest.approx(1000, rel=1e-3), pytest.approx(40, rel=5e-3))
    for sigma in (20, 100, 1000):
        cells = SeededDraws(generator()).cells("fc", (0, 0), (300, 300), (300, 300), Setting(sigma=sigma))
        assert min(cells.r_on.min().item(), cells.r_off.min().item()) > 0
        floored = Setting(sigma=sigma, semantics="memtorch")
        cells = SeededDraws(generator()).cells("fc", (0, 0), (300, 300), (300, 300), floored)
        assert (cells.r_on == 1).float().mean().item() == pytest.approx(
            statistics.NormalDist(50, sigma).cdf(1), abs=5e-3
        )


def test_a_relative_sigma_is_a_proportion_of_each_state():
    spread = Setting(relative_sigma=0.1).variability
    r_on, r_off = variability.vary(2000, 50_000, spread, tensor([[1.0]], [[-2.0]]), "floored")
    assert (r_on.item(), r_off.item()) == (2200, 40_000)
    r_on, r_off = variability.vary(2000, 50_000, spread, tensor([[0.0]], [[0.0]]), "lognormal")
    assert (r_on.item(), r_off.item()) == (2000, 50_000)
    with pytest.raises(InputError, match=r"variability.relative_sigma: 0.1 is not 0, as it must be where sigma is"):
        Setting(sigma=20, relative_sigma=0.1)


class GivenCells(SeededDraws):
    """Devices whose resistances are given, for every array."""

    def __init__(self, cells):
        super().__init__(generator())
        self.given = cells

    def cells(self, *_):
        return self.given


def test_a_device_that_varies_is_asked_for_the_states_that_all_have(monkeypatch):
    """Two states, 1 and 20 mS. The first device reaches 10 mS at most, the second 5 mS at least."""
    layer = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        layer.weight.copy_(tensor([1.0, 0.1]))
    given = GivenCells(Cells(tensor([100.0], [50.0]), tensor([1000.0], [200.0])))
    setting = EXACT.replace(conductance_states=2, sigma=20)

    def positive():
        return convert_with(layer, setting, given, keep_arrays=True).arrays[0][0][0].flatten()

    # Asked for 20 and 1 mS.
    close(positive(), [0.01, 0.005])
    # Between each device's own bounds: of 1 and 10 mS, and of 5 and 20 mS.
    own = dataclasses.replace(resolve(setting), states="own")
    monkeypatch.setitem(SEMANTICS, "physical", own)
    close(positive(), [0.01, 0.005])
    # 9 mS are nearest to 10 mS where a device has states of its own, and to 1 mS of the states that all have.
    with torch.no_grad():
        layer.weight.copy_(tensor([1.0, 8 / 19]))
    given = GivenCells(Cells(tensor([50.0], [100.0]), tensor([1000.0], [1000.0])))
    close(positive(), [0.02, 0.01])
    monkeypatch.undo()
    close(positive(), [0.02, 0.001])


def test_conductance_states_are_even_between_the_bounds():
    three = Setting(conductance_states=3)
    conductances = tensor(0.001, 0.005, 0.007, 0.0152, 0.016, 0.02)
    cells, failures = Cells.alike(50, 1000), Failures(None, (1, 6))
    got = states.ask(conductances, Array(cells, three, resolve(three), failures))
    close(got, [0.001, 0.001, 0.0105, 0.0105, 0.02, 0.02])
    close(applied(states, got, three), got)
    with_own = dataclasses.replace(resolve(three), states="own")
    array = Array(cells, three, with_own, failures)
    close(states.ask(conductances, array), conductances)
    close(states.apply(conductances, array), got)
    ignored = three.replace(semantics="memtorch")
    close(applied(states, tensor(0.005, 0.007), ignored), [0.005, 0.007])


def test_stuck_devices_are_counted_and_lrs_wins():
    setting = Setting(stuck_at_hrs=0.29, stuck_at_lrs=0.2)
    orders = {"stuck at HRS": torch.arange(12), "stuck at LRS": torch.arange(1, 13)}
    got = applied(faults, torch.full((3, 4), 0.01), setting, orders)  # int(3.48), int(2.4)
    close(got.flatten(), [0.001, 0.02, 0.02] + [0.01] * 9)
    # MemTorch counts tile by tile.
    tiled = setting.replace(semantics="memtorch", tile_shape=(2, 2))
    orders = {"stuck at HRS": torch.tensor([2, 4]), "stuck at LRS": torch.tensor([7])}
    got = applied(faults, torch.full((2, 4), 0.01), tiled, orders)
    close(got, [[0.01, 0.01, 0.001, 0.01], [0.001, 0.01, 0.01, 0.02]])


def test_endurance_tells_the_states_apart_at_525_ohm_and_memtorch_at_550():
    worn = Setting(cycles=1e4)
    conductance = 1 / tensor(50.0, 520.0, 540.0, 560.0, 900.0)
    close(1 / applied(endurance, conductance, worn), [100, 100, 1000, 1000, 1000], rtol=1e-5)
    as_memtorch = applied(endurance, conductance, worn.replace(semantics="memtorch"))
    close(1 / as_memtorch, [100, 100, 100, 1000, 1000], rtol=1e-5)
    # r_on and r_off of the setting count, MemTorch's are fixed.
    other = worn.replace(r_on=200, r_off=2000)
    close(1 / applied(endurance, 1 / tensor(1000.0, 1200.0), other), [100, 1000], rtol=1e-5)


def test_gradual_endurance_by_hand():
    # LRS: slope 0.1 * 10 + 0 = 1, threshold 10 e; HRS: slope 2 * 298 / 596 = 1, threshold e^1 * 1e9, not reached.
    setting = Setting(
        cycles=1e4,
        operation_mode="gradual",
        temperature=596,
        p_lrs=(10, 0.1, 0, 0.5),
        p_hrs=(1e9, 0, 2, 0.5),
    )
    got = 1 / applied(endurance, 1 / tensor(50.0, 1000.0), setting)
    close(got, [50 * (1e4 / (10 * math.e)) ** 0.5, 1000], rtol=1e-5)


def test_a_device_fails_once_and_in_memtorch_twice():
    """50 ohm age as above to 50 (1e4 / 10 e)^0.5 = 959 ohm, where they look like a high state."""
    fits = {"p_lrs": (10, 0.1, 0, 0.5), "p_hrs": (1, 0, 2, -0.1), "temperature": 596}
    setting = Setting(cycles=1e4, operation_mode="gradual", **fits)
    low, high = 50 * (1e4 / (10 * math.e)) ** 0.5, (1e4 / math.e) ** -0.1
    close(1 / applied(endurance, 1 / tensor(50.0, 1000.0), setting), [low, 1000 * high], rtol=1e-5)
    in_turn = applied(endurance, 1 / tensor(50.0, 1000.0), setting.replace(semantics="memtorch"))
    close(1 / in_turn, [low * high, 1000 * high], rtol=1e-5)


def test_retention_by_hand():
    setting = Setting(retention_time=1e4, drift_coefficient=0.1, initial_time=1)
    close(applied(retention, tensor(0.02, 0.001), setting), [0.02 * 10**-0.4, 0.001 * 10**-0.4])


# Setting


def test_unknown_keys_are_suggested():
    with pytest.raises(InputError, match="tile_shpae: unknown key; did you mean tile_shape"):
        Setting.from_dict({"tile_shpae": [64, 64]})


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"adc_bits": 1}, "adc.bits: 1 is not"),
        ({"adc_bits": 7.5}, "adc.bits: 7.5 is not a whole number"),
        ({"scheme": "triple"}, "scheme: 'triple' is not one of double_column, single_column"),
        ({"tile_shape": [64]}, "tile_shape"),
        ({"stuck_at_lrs": 1.1}, "stuck_at_lrs"),
        ({"r_on": 1000, "r_off": 50}, "r_off"),
        ({"transistor": False}, "programming routine"),
        ({"tuning": None}, "tuning.when: null"),
        ({"max_input_voltage": math.inf}, "inputs.max_voltage"),
        ({"retention_time": 1, "initial_time": 2}, "retention.time"),
        ({"device": "unobtainium"}, "device.name: 'unobtainium' is not one of pt_hf_ti"),
    ],
)
def test_bad_values_are_named(fields, named):
    with pytest.raises(InputError, match=named):
        Setting(**fields)


def test_equal_settings_have_one_text():
    one = Setting.from_dict({"max_input_voltage": 9, "tile_shape": [64, 64], "layer_types": ["conv2d", "linear"]})
    assert one == Setting()
    assert one.canonical() == Setting().canonical()
    assert Setting.from_dict(one.as_dict()) == one
    assert one.canonical() != one.replace(max_input_voltage=8).canonical()
    assert Setting.from_canonical(one.canonical()) == one


def test_a_neutral_field_is_not_in_the_text():
    assert "retention" not in Setting().canonical()
    assert "retention.time" in Setting(retention_time=5).canonical()
    # No converter is neutral, though the default has one.
    assert json.loads(Setting().canonical())["adc.bits"] == 8
    assert "adc.bits" not in Setting(adc_bits=None).canonical()
    for setting in (Setting(), Setting(adc_bits=None, tuning="none", layers={"fc*": {"sigma": 3}})):
        assert Setting.from_canonical(setting.canonical()) == setting


def test_layers_may_differ_by_pattern():
    setting = Setting(layers={"fc*": {"adc_bits": 6}, "fc2": {"adc": {"bits": 4}}})
    assert [setting.for_layer(name).adc.bits for name in ("conv1", "fc1", "fc2")] == [8, 6, 4]
    assert setting.for_layer("conv1") == Setting(layers=setting.layers)
    with pytest.raises(InputError, match=r"layers: fc\*: adc\.bits: 99 is not"):
        Setting(layers={"fc*": {"adc_bits": 99}})
    with pytest.raises(InputError, match=r"arithmetic\.semantics: is one for the whole network"):
        Setting(layers={"fc*": {"semantics": "memtorch"}})


def test_groups_dotted_names_and_short_forms_are_one():
    assert Setting(adc={"bits": 6}) == Setting(adc_bits=6) == Setting(**{"adc.bits": 6})
    assert Setting(adc_bits=np.int64(6), sigma=np.float32(2)) == Setting(adc_bits=6, sigma=2)
    with pytest.raises(InputError, match=r"adc\.bits: is given twice"):
        Setting(adc={"bits": 6}, adc_bits=6)


def test_grid_has_a_label_for_each_setting():
    grid = {"tile_shape": [[64, 64], None], "sigma": [0, 2.5]}
    found = expand({"adc_bits": 4}, grid)
    assert [label for label, _ in found] == [
        "array.tile_shape-64x64+variability.sigma-0",
        "array.tile_shape-64x64+variability.sigma-2.5",
        "array.tile_shape-none+variability.sigma-0",
        "array.tile_shape-none+variability.sigma-2.5",
    ]
    assert found[3][1] == Setting(adc_bits=4, tile_shape=None, sigma=2.5)
    assert expand({"adc_bits": 4}, {}) == [("single", Setting(adc_bits=4))]


@pytest.mark.parametrize(
    ("fixed", "grid", "named"),
    [
        ({}, {"sigma": [0, 0.0]}, "is the same setting as variability.sigma-0"),
        ({}, {"sigma": []}, "sigma"),
        ({"sigma": 1}, {"sigma": [0]}, "given twice"),
        ({}, {"sgima": [0]}, "did you mean sigma"),
        ({}, {"sigma": [0], "variability.sigma": [1]}, "given twice"),
    ],
)
def test_bad_grids_are_named(fixed, grid, named):
    with pytest.raises(InputError, match=named):
        expand(fixed, grid)


def test_what_draws():
    assert Setting().draws
    assert not Setting(tuning="none").draws
    assert Setting(tuning="none", stuck_at_hrs=0.1).draws
    assert not Setting(layer_types=[]).draws


def test_convolution_without_adc_is_scaled_by_the_mapping():
    torch.manual_seed(5)
    layer = nn.Conv2d(2, 3, 3, bias=False).requires_grad_(False)
    x = random(2, 2, 5, 5)
    scale = (G_ON - G_OFF) / layer.weight.abs().max()
    close(convert(layer, EXACT)(x), F.conv2d(x, layer.weight) * scale, rtol=1e-4, atol=1e-6)
