"""Measured devices: sample moments of programmed, aged and read cells against values worked out by hand.

Each number follows from the coefficients of the publication that the preset names, on paper or with a calculator; none
was taken from the preset.
"""

import math

import numpy as np
import pytest
import torch

from memristive import devices
from memristive.core.errors import InputError

CELLS = 400_000  # the standard deviation of a sample's is 0.11 % of it
DAY = 86400.0
YEARS = 3652.5 * DAY


def draw(seed=5):
    return torch.Generator().manual_seed(seed)


def cells(micro):
    return torch.full((CELLS,), micro * 1e-6, dtype=torch.float64)


@pytest.mark.parametrize(
    ("name", "micro", "sigma"),
    [
        # g = 0.5: 0.26348 + 0.9825 - 0.293275
        ("pcm_nandakumar", 12.5, 0.952705),
        # 0.28638599 + 0.7585724 - 0.178767
        ("pcm_joshi", 10, 0.86619139),
        # 1.053 + 4.748 - 4.668 + 1.2288
        ("rram_wan", 20, 2.3618),
        # 4.782321 - 0.9107
        ("rram_milo", 100, 3.871621),
        # 0.00081107 + 0.0534395: aihwkit's default acceptance range gives this one by mistake
        ("cmo_hfox_0.2_percent", 50, 0.05425057),
        # 0.0112185391 + 0.564513709
        ("cmo_hfox_2_percent", 50, 0.5757322481),
        # 800 nA: 19.88665 (1 - exp(-800 / 176.3115)) = 19.88665 * (1 - 0.0107006), in units of 0.01 uS
        ("sonos", 8, 0.19673851),
    ],
)
def test_cells_as_they_are_programmed(name, micro, sigma):
    device = devices.get(name)
    held = device.programmed(cells(micro), draw()) * 1e6
    assert held.mean() == pytest.approx(micro, abs=4 * sigma / math.sqrt(CELLS))
    assert held.std() == pytest.approx(sigma, rel=0.005)
    assert device.programming_sigma(micro * 1e-6) == pytest.approx(sigma * 1e-6, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "micro", "seconds", "mean", "sigma"),
    [
        # nu clips to 0.049 and 0.008; exp(-0.049 L + 0.000032 L^2), L = ln(86400 / 20) = 8.371011, is 0.665022, and
        # sqrt(exp(0.0669681^2) - 1) = 0.0670433 of that
        ("pcm_nandakumar", 12.5, DAY, 8.312775, 0.557315),
        ("pcm_nandakumar", 12.5, 20.0, 12.5, 0.0),
        # ln 86400 = 11.366743: -0.08900206 and 0.04201137 times it, 0.41183342 added
        ("cmo_hfox_2_percent", 50, DAY, 48.988337, 0.889366),
        # ln(3652.5 * 86400) = 19.570014
        ("cmo_hfox_0.2_percent", 50, YEARS, 48.258228, 1.233996),
    ],
)
def test_cells_that_were_exact_after_a_time(name, micro, seconds, mean, sigma):
    aged = devices.get(name).drifted(cells(micro), seconds, draw()) * 1e6
    assert aged.mean() == pytest.approx(mean, abs=4 * sigma / math.sqrt(CELLS) + 1e-9)
    assert aged.std() == pytest.approx(sigma, rel=0.005, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "micro", "seconds", "mean", "sigma"),
    [
        # x = 0.5: 0.701 + 11.043 - 12.69325 + 5.886875 - 1.028625
        ("rram_wan", 20, DAY, 20, 3.909),
        # 0.782 + 10.137 - 10.87675 + 4.63275 - 0.745875
        ("rram_wan", 20, 2 * DAY, 20, 3.929125),
        ("rram_wan", 20, 1.0, 20, 2.3618),
        # 400 nA after five days: 1.15294 + 4.12596 - 9.68318 + 1.12695 - 165.55264 + 347.18106 - 308.78597 + 147.15863
        # - 39.34428 + 5.57357 - 0.32621 = -17.37317 nA; 34.57909 (1 - exp(-382.62683 / 207.34309)) = 29.11680 nA
        ("sonos", 4, 5 * DAY, 3.8262683, 0.2911680),
    ],
)
def test_spread_about_the_target_of_cells_that_were_programmed_and_aged(name, micro, seconds, mean, sigma):
    device, target = devices.get(name), cells(micro)
    aged = device.drifted(device.programmed(target, draw(1)), seconds, draw(2), target) * 1e6
    assert aged.mean() == pytest.approx(mean, abs=5e-4 * micro)
    assert aged.std() == pytest.approx(sigma, rel=0.005)


@pytest.mark.parametrize(
    ("name", "micro", "seconds", "sigma"),
    [
        # q = 0.0088 / 0.5^0.65 = 0.0138087, ln(86400 / 5e-7) = 25.875400, its root 5.086787
        ("pcm_nandakumar", 12.5, DAY, 0.878023),
        # 12.58037 (1 - exp(-800 / 215.36557)) nA = 12.273877
        ("sonos", 8, 0.0, 0.12273877),
        # 0.0277316483 * log10(50) = 0.0471153, root of ln(86400 / 2e-6) = 24.489105: 4.948647
        ("cmo_hfox_2_percent", 50, DAY, 0.233157),
        ("rram_milo", 100, DAY, 0.0),
    ],
)
def test_reads(name, micro, seconds, sigma):
    assert devices.get(name).read_sigma(micro * 1e-6, seconds) == pytest.approx(sigma * 1e-6, rel=1e-5)


def test_the_current_of_milo_is_no_odd_function():
    # log10(1e-4) = -4: a = 7.063e-3 - 2.2844e-2 + 2.4656e-2 - 8.8832e-3 = -8.2e-6,
    # b = 1.2968e-3 - 2.71676e-3 + 1.41936e-3 = -6e-7
    current = devices.get("rram_milo").current([0.5, -0.5, 0.0], 1e-4)
    assert current == pytest.approx([4.7875e-5, -5.1975e-5, 0.0], rel=1e-9)


def test_small_voltages_see_the_conductance():
    device = devices.get("rram_milo")
    conductance = np.array([60e-6, 100e-6, 200e-6])
    assert device.current(1e-6, conductance) / 1e-6 == pytest.approx(conductance, rel=1e-5)


def test_a_device_has_one_fate():
    """The same cells at two times: what has drifted more by then has drifted more later."""
    device = devices.get("pcm_nandakumar")
    hour, day = (device.drifted(cells(12.5), seconds, draw()) for seconds in (3600.0, DAY))
    assert (hour.argsort() == day.argsort()).float().mean() > 0.999


def test_conductances_are_never_negative():
    for name in ("pcm_nandakumar", "rram_wan", "sonos"):
        device = devices.get(name)
        target = torch.full((1000,), device.bounds[0], dtype=torch.float64)
        held = device.programmed(target, draw(1))
        assert held.min() >= 0
        assert device.drifted(held, 2 * DAY, draw(2), target).min() >= 0


@pytest.mark.parametrize("kind", [float, np.asarray, torch.as_tensor])
def test_numbers_arrays_and_tensors(kind):
    sigma = devices.get("rram_wan").programming_sigma(kind(20e-6))
    assert isinstance(sigma, torch.Tensor if kind is torch.as_tensor else np.ndarray)
    assert float(sigma) == pytest.approx(2.3618e-6)


def test_no_drift_was_published_for_milo_and_joshi():
    for name in ("rram_milo", "pcm_joshi"):
        with pytest.raises(InputError, match="no drift was published for it"):
            devices.get(name).drifted(1e-5, 100.0, draw())


def test_a_time_that_is_none():
    with pytest.raises(InputError, match="seconds: -1 is not a number of at least 0"):
        devices.get("rram_wan").drifted(1e-5, -1, draw())


@pytest.mark.parametrize("name", [name for name, each in devices.DEVICES.items() if isinstance(each, devices.Measured)])
def test_every_preset_says_where_it_comes_from(name):
    device = devices.get(name)
    low, high = device.bounds
    assert 0 < low < high < 1e-3
    assert len(device.source) > 30
    middle = (low + high) / 2
    assert 0 < device.programming_sigma(middle) < middle
    assert device.current(0.1, middle) == pytest.approx(0.1 * middle, rel=0.1)
