"""Our linear ion drift and Stanford-PKU against MemTorch's, on the same voltages."""

import dataclasses

import numpy as np
import pytest

from memristive.devices import linear_ion_drift, stanford_pku

memtorch = pytest.importorskip("memtorch", reason="MemTorch is not installed", exc_type=ImportError)
THEIRS = memtorch.bh.memristor


@pytest.fixture(autouse=True)
def numpy_errors():
    with np.errstate():  # MemTorch's simulations turn numpy's warnings into errors for the whole process
        yield


def close(ours, reference):
    assert np.max(np.abs(reference)) > 0
    np.testing.assert_allclose(ours, reference, rtol=1e-9, atol=1e-12 * np.max(np.abs(reference)))


def test_linear_ion_drift():
    """MemTorch's starts at x = 0 whatever its r_on, which its own window lets it leave."""
    ours = dataclasses.replace(linear_ion_drift.DEVICE, window="memtorch")
    voltage = 5 * np.sin(2 * np.pi * 2.5 * np.arange(0, 0.8, 1e-4))
    reference = THEIRS.LinearIonDrift()
    current, state = ours.sweep(voltage, 1e-4, state=0.0)
    close(current, reference.simulate(voltage, return_current=True))
    assert state[-1] == pytest.approx(reference.x, rel=1e-9)
    assert state.max() > 0.1  # it moved


def test_stanford_pku():
    ours = stanford_pku.DEVICE
    voltage = 1.5 * np.sin(2 * np.pi * 10 * np.arange(0, 0.2, 1e-4))
    reference = THEIRS.Stanford_PKU()
    current, gap = ours.sweep(voltage, 1e-4)
    close(current, reference.simulate(voltage, return_current=True))
    assert gap[-1] == pytest.approx(reference.gap, rel=1e-9)
    assert np.ptp(gap) > 1e-10


def test_stanford_pku_s_conductances():
    ours, reference = stanford_pku.DEVICE, THEIRS.Stanford_PKU()
    for conductance in (1e-5, 1e-4, 1.8e-3):
        reference.set_conductance(conductance)
        assert ours.gap(conductance) == pytest.approx(reference.gap, rel=1e-12)
        assert ours.current(0.3, conductance) == pytest.approx(reference.current(0.3), rel=1e-9)
