"""ADCs of a fixed range against values worked out by hand, and on the kernels."""

import math

import pytest
import torch
from torch import nn

from memristive import InputError, Setting, calibrate, convert, kernels
from memristive.arrays import product
from memristive.converters import adc
from memristive.evaluation import evaluations
from memristive.memtorch import limits
from memristive.network.layers import CrossbarLayer

FIXED = Setting(adc_range="calibrated", adc_bits=4, tuning="none")


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def random(*shape, seed=3):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_a_fixed_range_saturates():
    # 3 bits in a range of 1: steps of 2^(0+1-3) = 0.25, codes from -4 to 3.
    got = adc.quantise_in_range(tensor(0.3, -0.7, 1.6, -9.0, 0.1), 3, tensor(0.0))
    assert got.tolist() == [0.25, -0.75, 0.75, -1.0, 0.0]
    # An auto-ranging converter returns a vector of equal entries as it is; this one converts it.
    assert adc.quantise_in_range(tensor(0.3, 0.3), 3, tensor(0.0)).tolist() == [0.25, 0.25]


def test_a_fixed_logarithmic_range():
    # 4 bits: sign, and 3 bits for the logarithm. Its range of 2 has steps of 2^(1+2-4) = 0.5: log 3 = 1.0986 is 1.0.
    got = adc.quantise_in_range(tensor(-3.0), 4, tensor(1.0), "log")
    assert got.item() == pytest.approx(-math.e)


def test_each_tile_has_its_own_range():
    # Two rows of tiles of one row, two columns of one column; the sums of two samples.
    arithmetic = product.Arithmetic(tile_shape=(1, 1), adc_bits=3)
    voltages, conductance = tensor([[2.0, 0.5]], [[-1.0, 1.0]]), tensor([1.0, 0.2], [0.4, 3.0])
    sums = product.tile_sums(voltages, conductance, 2, arithmetic)
    torch.testing.assert_close(sums[0, :, 0], tensor([2.0, 0.4], [-1.0, -0.2]))
    torch.testing.assert_close(sums[1, :, 0], tensor([0.2, 1.5], [0.4, 3.0]))
    ranges = product.needed_ranges(sums, arithmetic)
    assert ranges.tolist() == [[1.0, -1.0], [-1.0, 2.0]]  # 2, 0.4, 0.4 and 3 fit into 2, 0.5, 0.5 and 4
    # Steps 0.5, 0.125, 0.125 and 1: 2 saturates at 3 * 0.5, 1.5 rounds up to 2.
    got = product.convert_in_ranges(sums, ranges, arithmetic)
    assert got[:, 0].tolist() == [[1.5 + 0.25, 0.375 + 2.0], [-1.0 + 0.375, -0.25 + 3.0]]


def test_the_overflow_rate_leaves_out_the_largest_sums():
    arithmetic = product.Arithmetic(tile_shape=(1, 1), adc_overflow_rate=0.25)
    sums = tensor([[9.0], [1.5], [0.1], [0.2]])[None]
    assert product.needed_ranges(sums, arithmetic).tolist() == [[1.0]]


class Net(nn.Sequential):
    """Two convolutions (one in groups, if asked for) and a linear layer."""

    def __init__(self, groups=1):
        super().__init__(
            nn.Conv2d(2, 4, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(4, 4, 3, stride=2, groups=groups),
            nn.Flatten(),
            nn.Linear(36, 3),
        )
        for number, parameter in enumerate(self.parameters()):
            parameter.data = 0.3 * random(*parameter.shape, seed=number)


def converted(model, setting, images):
    network = convert(model, setting, torch.Generator().manual_seed(1))
    calibrate(network, images)
    return network


@pytest.mark.parametrize("semantics", ["physical", "memtorch"])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"adc_quantisation": "log"},
        {"tile_shape": None},
        {"tile_shape": None, "adc_quantisation": "log"},
        {"max_input_voltage": 0.5},
    ],
)
def test_kernels_and_definition_agree(semantics, change, monkeypatch):
    setting = FIXED.replace(tile_shape=(16, 2), semantics=semantics).replace(**change)
    images = random(5, 2, 8, 8)
    network = converted(Net(), setting, images)
    with torch.no_grad():
        fast = network(images)
    if kernels.available() and setting.adc.quantisation == "linear":
        assert kernels.fused_chain(network, images.shape[1:]) is not None
    monkeypatch.setenv("MEMRISTIVE_KERNEL", "off")
    plain = converted(Net(), setting, images)
    with torch.no_grad():
        assert torch.equal(plain(images), fast)
    for one, other in zip(network, plain, strict=True):
        if isinstance(one, CrossbarLayer):
            assert torch.equal(one.adc_ranges, other.adc_ranges)


def test_many_bits_are_an_ideal_converter():
    images = random(6, 2, 8, 8)
    fine = converted(Net(groups=2), FIXED.replace(adc_bits=24, tuning="before"), images)
    ideal = convert(Net(groups=2), FIXED.replace(adc_bits=None, tuning="before"), torch.Generator())
    with torch.no_grad():
        torch.testing.assert_close(fine(images), ideal(images), rtol=1e-3, atol=1e-3)


def test_images_beyond_the_range_saturate():
    network = converted(nn.Linear(4, 2), FIXED, 0.1 * random(20, 4))
    with torch.no_grad():
        assert torch.equal(network(100 * tensor([1.0, 1.0, 1.0, 1.0])), network(50 * tensor([1.0, 1.0, 1.0, 1.0])))


def test_what_is_missing_is_one_line():
    layer = convert(nn.Linear(4, 2), FIXED, torch.Generator())
    with pytest.raises(InputError, match=r"adc.range: 'calibrated', but no image has set it"):
        layer(random(1, 4))
    with pytest.raises(InputError, match="training_images: None"):
        list(evaluations(nn.Linear(4, 2), (random(3, 4), torch.zeros(3, dtype=torch.int64)), FIXED, [1]))
    with pytest.raises(InputError, match=r"adc\.range: 'calibrated', but MemTorch has only 'auto'"):
        limits.check(FIXED.replace(semantics="memtorch"))
    with pytest.raises(InputError, match="calibration_images: 0 is not a whole number of at least 1"):
        FIXED.replace(calibration_images=0)


def test_a_calibrated_setting_draws_its_images():
    assert FIXED.draws
    assert not FIXED.replace(adc_bits=None).draws
    asked = []

    def training_images(count, generator):
        asked.append((count, generator.initial_seed()))
        return random(count, 4)

    data = random(6, 4), torch.zeros(6, dtype=torch.int64)
    found = list(evaluations(nn.Linear(4, 2), data, FIXED.replace(calibration_images=7), [1, 2], training_images))
    assert len(found) == 2
    assert [count for count, _ in asked] == [7, 7]
    assert asked[0][1] != asked[1][1]
