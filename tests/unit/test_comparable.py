"""What of a setting MemTorch can carry out: every study's plan asks it, whatever devices and converters it has."""

import pytest

from memristive import Setting
from memristive.devices import DEVICES
from memristive.memtorch.limits import check, comparable

ROWS = ((1e-6, 1e-6, 1e-7), (1e-5, 1e-5, 1e-6))  # S


@pytest.mark.parametrize("name", DEVICES)
def test_of_every_device_memtorch_has_the_resistances(name):
    other = {} if DEVICES[name].ohmic else {"reading": {"current": "device"}, "max_input_voltage": 0.2}
    setting = Setting(device=name, **other)
    found = comparable(setting)
    check(found)
    assert (found.device.r_on, found.device.r_off) == (setting.device.r_on, setting.device.r_off)


def test_of_a_table_of_measurements_too():
    found = comparable(Setting(device="mine", device_table=ROWS, programming="one_shot"))
    check(found)
    assert (found.device.r_on, found.device.r_off) == pytest.approx((1e5, 1e6))
