"""The picture of docs/known-errors.md: what a misplaced parenthesis of Joglekar's window does to a device's loop.

`python docs/pictures/joglekar.py` draws it beside this file.
"""

import dataclasses
from pathlib import Path

import matplotlib as mpl
import numpy as np

from memristive import devices
from memristive.devices.linear_ion_drift import WINDOWS

AMPLITUDE, FREQUENCY, STEPS = 1.0, 1.0, 20_000  # V, Hz, a period
COLOURS = {"joglekar": "#0072B2", "memtorch": "#D55E00"}
NAMES = {"joglekar": "as published", "memtorch": "as in MemTorch 1.1.6"}


def swept() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Voltage (V), current (A) and state over one period from the middle of the film, by window."""
    voltage = AMPLITUDE * np.sin(2 * np.pi * np.arange(STEPS) / STEPS)
    found = {}
    for window in WINDOWS:
        device = dataclasses.replace(devices.get("linear_ion_drift"), window=window)
        found[window] = (voltage, *device.sweep(voltage, 1 / (FREQUENCY * STEPS)))
    return found


def main() -> None:
    """Draw the two windows, and the loops that they make."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9), layout="constrained")
    state = np.linspace(0, 1, 201)
    for window, (voltage, current, _) in swept().items():
        style = {"color": COLOURS[window], "label": NAMES[window], "ls": "-" if window == "joglekar" else "--"}
        left.plot(state, WINDOWS[window](state, 1), **style)
        right.plot(voltage, 1e3 * current, **style)
    left.set(xlabel="doped part of the film", ylabel="window", title="window, p = 1")
    right.set(xlabel="voltage (V)", ylabel="current (mA)", title="one period of 1 V at 1 Hz")
    left.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#dddddd")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=150)


if __name__ == "__main__":
    main()
