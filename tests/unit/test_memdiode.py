"""The dynamic memdiode: Kirchhoff's law by hand, and the published sheet's equations solved by ngspice."""

import math
import re
import shutil
import subprocess

import numpy as np
import pytest

from memristive.devices.memdiode import DEVICE, Memdiode

STEP, PERIOD = 2e-4, 1.0  # s

# The sheet of aguirref/memristive_ANN_sim in the language of ngspice, with numbers in place of its functions of x_0.
SHEET = """* dynamic memdiode, x_0 = 0.1
.param imax={i_max!r} imin={i_min!r} amax={alpha_max!r} amin={alpha_min!r}
.param vset={v_set!r} vres={v_res!r} eset={eta_set!r} eres={eta_res!r}
V1 p 0 SIN(0 {amplitude} {frequency})
RS p d 1
BD d 0 I = (imin+(imax-imin)*V(h))*(exp(0.5*(amin+(amax-amin)*V(h))*V(d))-exp(-0.5*(amin+(amax-amin)*V(h))*V(d)))
BH 0 h I = V(p) >= 0 ? (1-V(h))*exp(eset*(V(d)-vset)) : -V(h)*exp(-eres*(V(d)-vres))
CH h 0 1 IC=0
.options reltol=1e-5 abstol=1e-12 method=gear
.control
tran {step} {end} 0 {step} uic
linearize v(p) v(h) i(v1)
set wr_singlescale
set wr_vecnames
option numdgt=9
wrdata {path} v(p) v(h) i(v1)
.endc
.end
"""


def test_the_sheet_s_numbers():
    """By a calculator, x_0 = 0.1: 10^-2.32449946 A, 10^-4.40963526 A, and so on."""
    assert DEVICE.i_max == pytest.approx(4.736969e-3, rel=1e-6)
    assert DEVICE.i_min == pytest.approx(3.893720e-5, rel=1e-6)
    assert (DEVICE.v_set, DEVICE.v_res) == pytest.approx((0.89756102, -1.57))
    assert DEVICE.eta_set == pytest.approx(0.165**1.5 * 10**2.45)


def test_current_of_the_open_and_the_closed_state():
    # H = 0: 2 I_0 sinh(A u / 2) with u = 0.5 V less 1 ohm times the current of some 62 uA.
    current = float(DEVICE.at_state(0.5, 0.0))
    inner = 0.5 - current
    assert current == pytest.approx(2 * 3.893720e-5 * math.sinh(2.9474367 * inner / 2), rel=1e-6)
    closed = float(DEVICE.at_state(-1.0, 1.0))
    assert closed == pytest.approx(-2 * 4.736969e-3 * math.sinh(2.5440794 * (1.0 + closed) / 2), rel=1e-6)


def test_a_conductance_is_that_at_the_read_voltage():
    low, high = DEVICE.bounds
    conductance = np.linspace(low, high, 7)
    assert DEVICE.current(0.1, conductance) / 0.1 == pytest.approx(conductance, rel=1e-9)
    assert DEVICE.current(0.5, high) / 0.5 > 1.05 * high  # it is not linear


@pytest.mark.parametrize("amplitude", [1.2, 1.8])
def test_curves_of_ngspice(amplitude, tmp_path):
    if shutil.which("ngspice") is None:
        pytest.skip("ngspice is not installed (Debian: apt-get install ngspice)")
    path = tmp_path / "curve.txt"
    numbers = {name: getattr(DEVICE, name) for name in re.findall(r"{(\w+)!r}", SHEET)}
    timing = {"step": STEP, "end": PERIOD, "frequency": 1 / PERIOD}
    sheet = tmp_path / "memdiode.cir"
    sheet.write_text(SHEET.format(**numbers, **timing, amplitude=amplitude, path=path))
    done = subprocess.run(["ngspice", "-b", str(sheet)], capture_output=True, text=True, timeout=120, check=False)
    assert path.exists(), done.stdout + done.stderr
    time, voltage, state, current = np.loadtxt(path, skiprows=1).T
    assert len(time) > 4000
    ours, states = DEVICE.sweep(voltage, STEP)
    # The state runs from open to closed, and with the larger amplitude back; a step of either program is its error.
    assert states.max() > 0.99
    assert (states[-1] < 0.8) == (amplitude > 1.5)
    assert np.abs(states - state).max() < 0.01
    assert np.abs(states - state).mean() < 3e-4
    assert np.abs(ours + current).max() < 0.005 * np.abs(current).max()


def test_a_smaller_oxidation_switches_earlier():
    thin, thick = (Memdiode.oxidised(x_0, "", "") for x_0 in (0.1, 0.3))
    voltage = np.linspace(0, 1.5, 3000)
    first = [int(np.argmax(device.sweep(voltage, 1e-4)[1] > 0.5)) for device in (thin, thick)]
    assert 0 < first[0] < first[1] or first[1] == 0
