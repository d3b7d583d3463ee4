"""Offset, gain, non-linearity and noise of ADCs against their formula by hand and by the moments of samples."""

import math

import pytest
import torch
from torch import nn

from memristive import Setting, calibrate, convert
from memristive.converters.errors import Errors, converters

BASE = Setting(weight_bits=4, dac_bits=4, tuning="none", adc_range="calibrated", adc_bits=8, tile_shape=(32, 8))


def random(*shape, seed=3):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def drawn(sizes, widths=(4,), shared=1, rows=1, seed=0):
    shape = (4, 1, 1, rows, converters(list(widths), shared))
    return Errors.drawn(random(*shape, seed=seed), list(widths), shared, sizes, 7)


def on_arrays(layer, setting, x, seed=1):
    network = convert(layer, setting, torch.Generator().manual_seed(seed))
    calibrate(network, x)
    return network


def test_offset_and_gain_by_hand():
    errors = drawn((2.0, 0.1, 0.0, 0.0))
    offset, gain = errors.offset[0, 0, 0], errors.gain[0, 0, 0]
    steps = torch.tensor([10.0, -3.0, 0.0, 50.0]).view(1, 1, 1, 4)
    found = errors.distorted(steps, 0, 0, 127)
    torch.testing.assert_close(found[0, 0, 0], steps[0, 0, 0] * (1 + gain) + offset)
    many = drawn((2.0, 0.1, 0.0, 0.0), widths=(4000,))
    assert float(many.offset.std()) == pytest.approx(2.0, rel=0.05)
    assert float(many.gain.std()) == pytest.approx(0.1, rel=0.05)


def test_the_curve_is_zero_at_the_ends_and_has_its_largest_deviation():
    errors = drawn((0.0, 0.0, 1.5, 0.0), widths=(64,))
    u = torch.linspace(-1.2, 1.2, 2401)
    steps = (100 * u)[None, :, None, None].expand(1, -1, 1, 64)
    deviation = (errors.distorted(steps, 0, 0, 100) - steps)[0, :, 0]
    ends = (u.abs() - 1).abs() < 1e-6
    assert int(ends.sum()) == 2
    assert deviation[ends].abs().max() < 1e-4
    assert deviation[u.abs() > 1.0005].abs().max() == 0
    largest = deviation.abs().amax(0)
    # Between the peaks of both parts, each of 1.5 steps: never less than either alone by angle, never more than both.
    assert largest.min() > 1.0
    assert largest.max() <= 1.5 * math.sqrt(2) + 1e-3
    # By hand, for the angle 0: 1.5 (1 - u**2), and for 90 degrees 1.5 at u = 1 / sqrt(3).
    for bow, at, value in (((1.5, 0.0), 0.0, 1.5), ((0.0, 1.5), 1 / math.sqrt(3), 1.5)):
        one = Errors(torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 1, 1), torch.tensor(bow).view(2, 1, 1, 1, 1), 0.0, 0)
        assert float(one.distorted(torch.full((1, 1, 1, 1), 100 * at), 0, 0, 100)) == pytest.approx(100 * at + value)


def test_columns_that_share_a_converter_share_its_errors():
    errors = drawn((1.0, 0.1, 1.0, 0.0), widths=(5, 3), shared=2)
    assert converters([5, 3], 2) == 5
    for part in (errors.offset[0, 0, 0], errors.gain[0, 0, 0], errors.bow[0, 0, 0, 0]):
        assert [len(part[a:b].unique()) for a, b in ((0, 2), (2, 4), (4, 5), (5, 7), (7, 8))] == [1] * 5
        assert len(part.unique()) == 5


@pytest.mark.parametrize("errors", [{"adc_offset": 2.0}, {"adc_gain": 0.1}, {"adc_inl": 3.0}, {"adc_noise": 1.0}])
def test_errors_reach_the_outputs_and_repeat(errors):
    layer, x = nn.Linear(40, 12, bias=False), random(30, 40)
    with torch.no_grad():
        ideal = on_arrays(layer, BASE, x)(x)
        network = on_arrays(layer, BASE.replace(**errors), x)
        found = network(x)
        assert 1e-3 < float((found - ideal).norm() / ideal.norm()) < 0.5
        assert torch.equal(on_arrays(layer, BASE.replace(**errors), x)(x), found)
        assert not torch.equal(on_arrays(layer, BASE.replace(**errors), x, seed=2)(x), found)
        # A second use has other noise, and the same converters.
        assert torch.equal(network(x), found) == ("adc_noise" not in errors)
    assert BASE.replace(**errors).draws


def test_converters_with_errors_behind_devices_that_fail():
    layer, x = nn.Linear(40, 12, bias=False), random(30, 40)
    with torch.no_grad():
        stuck = on_arrays(layer, BASE.replace(stuck_at_lrs=0.05), x)(x)
        both = on_arrays(layer, BASE.replace(stuck_at_lrs=0.05, adc_gain=0.05), x)(x)
    assert 1e-3 < float((both - stuck).norm() / stuck.norm()) < 0.2


def test_an_error_of_one_column_stays_in_it():
    layer, x = nn.Linear(40, 12, bias=False), random(30, 40)
    with torch.no_grad():
        ideal = on_arrays(layer, BASE, x)(x)
        found = on_arrays(layer, BASE.replace(adc_offset=3.0), x)(x) - ideal
    # An offset is the same for every input, but for rounding and saturation.
    assert float(found.std(0).mean()) < 0.3 * float(found.mean(0).std())
