"""VTEAM's state equation by hand, and what every calibrated device must show."""

import dataclasses

import numpy as np
import pytest

from memristive import devices
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.devices import curves
from memristive.memtorch.limits import comparable

STUDY = devices.DEVICES["pt_hf_ti"]
WITH_CURVES = [name for name, device in devices.DEVICES.items() if isinstance(device, devices.VTEAM)]
MINE = {**STUDY.parameters(), "source": "measured"}


@pytest.mark.parametrize(
    ("voltage", "rate"),
    [
        (0.04, 5e-4 * 1),  # twice v_off, alpha_off 1
        (1.0, 5e-4 * 49),
        (-0.4, -10.0 * 1),  # twice v_on
        (-0.6, -10.0 * 2**3),  # alpha_on 3
        (0.02, 0),
        (-0.2, 0),
        (0.0, 0),
        (-0.1, 0),
    ],
)
def test_state_moves_only_beyond_a_threshold(voltage, rate):
    assert STUDY.state_rate(voltage) == pytest.approx(rate, rel=1e-12, abs=1e-15)


def test_seconds_in_which_a_read_moves_the_whole_state():
    # 5e-4 (9 / 0.02 - 1) = 0.2245 m/s over 3 nm; at -1 V 10 (5 - 1)^3 = 640 m/s.
    assert STUDY.seconds_through(9.0) == pytest.approx(3e-9 / 0.2245)
    assert STUDY.seconds_through(-1.0) == pytest.approx(3e-9 / 640)
    assert STUDY.seconds_through(0.02) == float("inf")


def test_one_euler_step_moves_the_state_before_the_current_flows():
    # 1 V for 10 ns: x = 0.0245 m/s * 10 ns = 0.245 nm of 3 nm, 50 + 950 * 0.245 / 3 ohm.
    current, state = devices.sweep(STUDY, [1.0], dt=10e-9)
    assert state[0] == pytest.approx(0.245e-9, rel=1e-12)
    assert current[0] == pytest.approx(1 / (50 + 950 * 0.245 / 3), rel=1e-12)


def test_the_state_stays_where_no_threshold_is_crossed():
    _, state = devices.sweep(STUDY, np.linspace(-0.2, 0.02, 100), dt=1e-9, state=1e-9)
    assert np.all(state == 1e-9)


def test_the_state_stops_at_both_ends_and_the_resistance_with_it():
    current, state = devices.sweep(STUDY, [1.0, -1.0], dt=1.0)
    assert state.tolist() == [STUDY.d, 0.0]
    assert current == pytest.approx([1 / 1000, -1 / 50], rel=1e-12)


@pytest.fixture(scope="module", params=WITH_CURVES)
def name(request):
    return request.param


def test_curves_keep_the_conductance_within_the_two_states(name):
    device = devices.DEVICES[name]
    rows = curves.curves(name, device)
    conductance = np.array([row["conductance"] for row in rows])
    assert conductance.min() >= (1 - 1e-12) / device.r_off
    assert conductance.max() <= (1 + 1e-12) / device.r_on
    frequencies = {(row["experiment"], row["frequency"]) for row in rows}
    assert len(frequencies) == 1 + len(curves.FREQUENCY_FACTORS)
    assert len(rows) <= 2000 * len(frequencies)


def test_loops_are_pinched_and_narrow_with_frequency(name):
    device = devices.DEVICES[name]
    rows = curves.hysteresis(name, device)
    areas = [row["loop_area"] for row in sorted(rows, key=lambda row: row["frequency"])]
    slowest, slower, *drawn = areas
    assert len(drawn) == len(curves.FREQUENCY_FACTORS)
    assert drawn[0] > drawn[1] > drawn[2] > 0
    assert slowest < slower  # below the frequency of the widest loop it narrows again
    largest = max(abs(row["current"]) for row in curves.curves(name, device))
    assert all(row["current_at_zero_voltage"] < 1e-9 * largest for row in rows)


def test_loop_area_adds_the_lobes_of_a_figure_of_eight():
    # A triangle of area 1/2 * 1 * 1 on either side of the origin, run round in opposite directions.
    voltage = np.array([0.0, 1.0, 1.0, 0.0, -1.0, -1.0, 0.0])
    current = np.array([0.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.0])
    assert curves.loop_area(voltage, current) == pytest.approx(1.0)


def test_current_at_zero_voltage_sees_a_loop_that_is_not_pinched():
    voltage = np.array([-1.0, 1.0, -1.0])
    assert curves.current_at_zero_voltage(voltage, voltage + 0.25) == pytest.approx(0.25)


def test_waveforms_reach_both_extremes_and_start_at_zero():
    drive = devices.Drive(v_min=-2.0, v_max=0.5, frequency=10.0)
    time = np.linspace(0, 0.1, 5)
    for waveform in (curves.sine, curves.triangle):
        assert waveform(time, drive) == pytest.approx([0, 0.5, 0, -2.0, 0], abs=1e-12)


def test_own_device_from_a_config():
    own = {**MINE, "k_off": "5e-4", "hysteresis": {"v_min": -1, "v_max": 1, "frequency": "5e7"}}
    device = devices.table({"mine": own})["mine"]
    assert device.parameters() == STUDY.parameters()
    assert device.hysteresis == STUDY.hysteresis
    assert curves.suggested_drive(dataclasses.replace(device, hysteresis=None)).frequency == pytest.approx(
        # 0.04 V: the mean over a period of 5e-4 (2 sin - 1), where positive, times 19 ranges of 3 nm.
        5e-4 * (np.sqrt(3) / np.pi - 1 / 3) / 3e-9 * 19,
        rel=1e-3,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"r_on": 2000}, r"device mine: r_off is 1000.0; allowed: above r_on \(2000\)"),
        ({"r_on": 0}, "device mine: r_on is 0; allowed: a number above 0"),
        ({"r_on": "low"}, "device mine: r_on is 'low'; allowed: a number above 0"),
        ({"k_on": 1e-3}, "device mine: k_on is 0.001; allowed: a number below 0"),
        ({"v_off": float("nan")}, "device mine: v_off is nan; allowed: a number above 0"),
        ({"alpha_of": 1}, "devices: mine: alpha_of: unknown key; did you mean alpha_off?"),
        ({"switching": {"v_min": -1}}, "devices: mine: switching: v_max, frequency missing"),
        ({"switching": {"v_min": 1, "v_max": 1, "frequency": 1}}, "v_min is 1; allowed: a number below 0"),
    ],
)
def test_bad_own_device_is_one_clear_line(change, message):
    with pytest.raises(InputError, match=message) as caught:
        devices.table({"mine": {**MINE, **change}})
    assert "\n" not in str(caught.value)


def test_own_device_needs_every_parameter_and_a_free_name():
    with pytest.raises(InputError, match="d missing"):
        devices.from_dict("mine", {key: value for key, value in MINE.items() if key != "d"})
    with pytest.raises(InputError, match="pt_hf_ti is built in"):
        devices.table({"pt_hf_ti": MINE})


def test_two_resistances_are_enough_for_a_crossbar():
    device = devices.from_dict("mine", {"r_on": 200, "r_off": "9e3"})
    assert device.bounds == (1 / 9000, 1 / 200)
    assert device.current([0.5, -1.0], 1e-3).tolist() == [5e-4, -1e-3]
    with pytest.raises(InputError, match="r_off is 100; allowed: above r_on"):
        devices.from_dict("mine", {"r_on": 200, "r_off": 100})


@pytest.mark.parametrize("name", list(devices.DEVICES))
def test_every_preset_is_a_device(name):
    device = devices.get(name)
    assert isinstance(device, devices.Device)
    assert 0 < device.bounds[0] < device.bounds[1]
    # The states of a crossbar's cells.
    assert [1 / resistance for resistance in devices.resistances(device)] == pytest.approx(device.bounds[::-1])


@dataclasses.dataclass(frozen=True)
class Rectifier:
    """A model that knows conductances alone, with a diode in series if `ohmic` is False."""

    ohmic: bool
    name: str = "rectifier"
    source: str = "invented"
    bounds: tuple[float, float] = (1e-6, 4e-5)

    def current(self, voltage, conductance):
        forward = np.asarray(voltage) * conductance
        return forward if self.ohmic else np.maximum(forward, 0)


def test_a_registered_model_serves_a_setting_by_its_bounds(monkeypatch):
    monkeypatch.setitem(devices.DEVICES, "rectifier", Rectifier(ohmic=True))
    assert isinstance(devices.get("rectifier"), devices.Device)
    setting = Setting(device="rectifier")
    assert (setting.device.r_on, setting.device.r_off) == (1 / 4e-5, 1 / 1e-6)
    assert Setting(device="rectifier", r_on=5e4).device.r_off == 1 / 1e-6
    assert devices.table({})["rectifier"] is devices.DEVICES["rectifier"]


def test_a_device_that_is_no_resistance_is_refused_rather_than_taken_for_one(monkeypatch):
    monkeypatch.setitem(devices.DEVICES, "diode", Rectifier(ohmic=False))
    with pytest.raises(InputError, match=r"device\.name: 'diode' is not a device whose current is proportional"):
        Setting(device="diode")


def test_a_device_of_a_study_s_own_stays_when_nothing_about_the_device_changes():
    """Its name is known nowhere else, so its resistances cannot be looked up."""
    own = Setting(device="oxide", r_on=1e4, r_off=1e6)
    assert own.replace(**{"device.table": None, "adc.bits": 6}).device == own.device
    assert comparable(own).device == own.device


def test_a_misspelt_preset_names_the_nearest():
    with pytest.raises(InputError, match="did you mean ferroelectric"):
        devices.get("feroelectric")


def test_what_the_misplaced_parenthesis_of_joglekar_s_window_changes():
    """The figures of docs/known-errors.md: one period of 1 V at 1 Hz from the middle of the film."""
    voltage = np.sin(2 * np.pi * np.arange(20_000) / 20_000)
    published, memtorch = (
        dataclasses.replace(devices.get("linear_ion_drift"), window=name).sweep(voltage, 1 / 20_000)
        for name in ("joglekar", "memtorch")
    )
    for (current, state), peak, most in ((published, 0.703e-3, 0.957), (memtorch, 0.184e-3, 0.741)):
        assert np.abs(current).max() == pytest.approx(peak, abs=0.5e-6)
        assert state.max() == pytest.approx(most, abs=5e-4)
        assert state[-1] == pytest.approx(0.5, abs=1e-3)  # back where it started
