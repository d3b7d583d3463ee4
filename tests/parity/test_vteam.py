"""Our VTEAM against MemTorch's, on MemTorch's own voltages."""

import numpy as np
import pytest

from memristive import devices
from memristive.devices import curves

memtorch = pytest.importorskip("memtorch", reason="MemTorch is not installed", exc_type=ImportError)
VTEAM = memtorch.bh.memristor.VTEAM


@pytest.fixture(autouse=True)
def numpy_errors():
    with np.errstate():  # MemTorch's simulations turn numpy's warnings into errors for the whole process
        yield


def theirs(device, resolution):
    return VTEAM(time_series_resolution=resolution, x_off=device.d, **device.parameters())


def close(ours, reference):
    assert np.max(np.abs(reference)) > 0
    np.testing.assert_allclose(ours, reference, rtol=1e-9, atol=1e-12 * np.max(np.abs(reference)))


def test_default_device_is_memtorchs():
    default = VTEAM()
    for key, value in devices.DEVICES["pt_hf_ti"].parameters().items():
        assert getattr(default, key) == value


def test_memtorchs_two_plots():
    device = devices.DEVICES["pt_hf_ti"]
    voltage, current = VTEAM().plot_hysteresis_loop(return_result=True)
    close(devices.sweep(device, voltage, dt=1e-10)[0], current)
    close(curves.sine(np.arange(len(voltage)) * 1e-10, device.hysteresis), voltage)

    voltage, current = VTEAM().plot_bipolar_switching_behaviour(return_result=True)
    close(devices.sweep(device, voltage, dt=1e-10)[0], current)
    # MemTorch's triangle has 201 steps of 0.03 V to its period of 200 and turns late: it ends 4 steps behind.
    assert np.max(np.abs(curves.triangle(np.arange(len(voltage)) * 1e-10, device.switching) - voltage)) < 0.125


@pytest.mark.parametrize("device", [each for each in devices.DEVICES.values() if isinstance(each, devices.VTEAM)])
def test_state_and_current_of_every_device(device):
    drive = device.hysteresis or curves.suggested_drive(device)
    dt = 1 / (drive.frequency * 2000)
    voltage = curves.sine(np.arange(1, 4000) * dt, drive)
    reference = theirs(device, dt)
    current, state = devices.sweep(device, voltage, dt)
    close(current, reference.simulate(voltage, return_current=True))
    assert state[-1] == pytest.approx(reference.x, rel=1e-9, abs=1e-12 * device.d)
