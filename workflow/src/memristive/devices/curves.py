"""Figure 6: bipolar switching and pinched hysteresis loops of a device, and what they show.

A pinched loop passes through the origin and narrows as the frequency rises, because the state has
less time to move. A device with thresholds also has a frequency of its widest loop: well below
it, the state moves through its whole range just beyond the threshold, and the area falls again.
The loops drawn here start near that frequency and go up from it; `hysteresis` also measures slower
ones, which show that fall.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from memristive.devices.vteam import VTEAM, Drive, sweep

COLUMNS = ("device", "experiment", "frequency", "time", "voltage", "current", "conductance", "state")
HYSTERESIS_COLUMNS = ("device", "frequency", "loop_area", "current_at_zero_voltage")

FREQUENCY_FACTORS = (0.2, 1.0, 5.0)  # of the hysteresis drive's frequency
SLOWER_FACTORS = (0.002, 0.02)  # of loops that are measured and not drawn
STEPS = 20_000  # of the integration, per period
PERIODS = 5  # the last of which is kept: the loop has settled
POINTS = 1_000  # of a curve, per period

Array = NDArray[np.float64]
Run = tuple[str, Callable[[Array, Drive], Array], Drive]  # experiment, waveform, drive


def sine(time: Array, drive: Drive) -> Array:
    """Voltage (V) at `time` [steps] (s): a sine whose half waves reach v_max and v_min."""
    wave = np.sin(2 * np.pi * drive.frequency * time)
    return np.where(wave > 0, drive.v_max * wave, -drive.v_min * wave)


def triangle(time: Array, drive: Drive) -> Array:
    """Voltage (V) at `time` [steps] (s): straight from 0 to v_max, to v_min and back."""
    phase = (drive.frequency * time + 0.25) % 1.0
    wave = 1 - 4 * np.abs(phase - 0.5)
    return np.where(wave > 0, drive.v_max * wave, -drive.v_min * wave)


def loop_area(voltage: Array, current: Array) -> float:
    """Area (V A) that one period of an i-v curve encloses: the lobes of both polarities added.

    Each polarity is integrated by itself, since a bipolar device goes round its two lobes in
    opposite directions and their signed areas would cancel.
    """
    lobes = (
        np.trapezoid(np.where(voltage > 0, current, 0), np.maximum(voltage, 0)),
        np.trapezoid(np.where(voltage < 0, current, 0), np.minimum(voltage, 0)),
    )
    return float(sum(abs(area) for area in lobes))


def current_at_zero_voltage(voltage: Array, current: Array) -> float:
    """Largest current (A), of either sign, where the voltage crosses 0, interpolated between the samples around it."""
    crossing = np.flatnonzero(voltage[:-1] * voltage[1:] <= 0)
    before, after = voltage[crossing], voltage[crossing + 1]
    share = np.divide(before, before - after, out=np.zeros_like(before), where=before != after)
    return float(np.max(np.abs(current[crossing] * (1 - share) + current[crossing + 1] * share)))


def suggested_drive(device: VTEAM) -> Drive:
    """Twice the thresholds, at the frequency at which the positive half wave doubles the low resistance.

    A device with a small r_off / r_on gets a higher one, at which a fifth of its range is used, so
    that FREQUENCY_FACTORS starts where the range is just used up. The negative half wave is taken
    to be the stronger one; give a device of which this is not so a drive of its own.
    """
    drive = Drive(2 * device.v_on, 2 * device.v_off, 1.0)
    period = np.arange(STEPS) / STEPS
    distance = np.mean(np.maximum(device.state_rate(sine(period, drive)), 0))  # m, in the half wave of 1 Hz
    frequency = distance / device.d * max(device.r_off / device.r_on - 1, 5)
    return Drive(drive.v_min, drive.v_max, float(frequency))


def _loops(device: VTEAM, factors: Iterable[float]) -> list[Drive]:
    """Drives of hysteresis loops, at these multiples of the frequency of the device's own."""
    middle = device.hysteresis or suggested_drive(device)
    return [Drive(middle.v_min, middle.v_max, factor * middle.frequency) for factor in factors]


def _periods(device: VTEAM, runs: Iterable[Run]) -> Iterator[tuple[str, float, Array, Array, Array, Array]]:
    """Experiment, frequency, time, voltage, current and state of the settled period of each run."""
    for experiment, waveform, drive in runs:
        dt = 1 / (drive.frequency * STEPS)
        time = np.arange(PERIODS * STEPS + 1) * dt
        voltage = waveform(time, drive)
        current, state = sweep(device, voltage, dt)
        last = slice(-STEPS - 1, None)
        yield experiment, drive.frequency, time[: STEPS + 1], voltage[last], current[last], state[last]


def curves(name: str, device: VTEAM) -> list[dict[str, object]]:
    """Rows (COLUMNS; Hz, s, V, A, S, m) of the switching curve and of a hysteresis loop per frequency."""
    loops = _loops(device, FREQUENCY_FACTORS)
    runs: list[Run] = [("switching", triangle, device.switching or loops[0])]
    runs += [("hysteresis", sine, loop) for loop in loops]
    rows: list[dict[str, object]] = []
    for experiment, frequency, time, voltage, current, state in _periods(device, runs):
        conductance = 1 / device.resistance(state)
        for step in range(0, STEPS + 1, STEPS // POINTS):
            values = (time[step], voltage[step], current[step], conductance[step], state[step])
            row = (name, experiment, frequency, *(float(value) for value in values))
            rows.append(dict(zip(COLUMNS, row, strict=True)))
    return rows


def hysteresis(name: str, device: VTEAM) -> list[dict[str, object]]:
    """Rows (HYSTERESIS_COLUMNS; Hz, V A, A): whether the loops are pinched, and how wide they are."""
    loops = _loops(device, sorted((*SLOWER_FACTORS, *FREQUENCY_FACTORS)))
    return [
        {
            "device": name,
            "frequency": frequency,
            "loop_area": loop_area(voltage, current),
            "current_at_zero_voltage": current_at_zero_voltage(voltage, current),
        }
        for _, frequency, _, voltage, current, _ in _periods(device, [("hysteresis", sine, loop) for loop in loops])
    ]
