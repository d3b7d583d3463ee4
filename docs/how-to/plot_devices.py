"""
Devices and their curves
========================

``DEVICES`` holds the presets by name, each with the source of its numbers. A device with a state is swept by a voltage
over time; :func:`memristive.devices.sweep` integrates its equation.
"""

import matplotlib.pyplot as plt
import numpy as np

from memristive.devices import DEVICES, VTEAM, sweep
from memristive.devices.curves import sine, suggested_drive

for name, device in DEVICES.items():
    print(f"{name}: {1 / device.bounds[1]:.4g} to {1 / device.bounds[0]:.4g} ohm. {device.source[:60]}...")

# %%
# Under a sine, the current of a memristor passes through zero whenever the voltage does: its loop is pinched.

STEPS, PERIODS = 4000, 3
models = [device for device in DEVICES.values() if isinstance(device, VTEAM)]
figure, axes = plt.subplots(1, len(models), figsize=(3.0 * len(models), 3.0))
for axis, device in zip(axes, models, strict=True):
    drive = device.hysteresis or suggested_drive(device)
    dt = 1 / (drive.frequency * STEPS)
    voltage = sine(np.arange(PERIODS * STEPS + 1) * dt, drive)
    current, _ = sweep(device, voltage, dt)
    axis.plot(voltage[-STEPS:], 1e3 * current[-STEPS:], marker="")
    axis.set(xlabel="voltage (V)", ylabel="current (mA)")
    axis.set_title(device.name, fontsize=8)
figure.suptitle("Current against voltage of the devices under a sine")
figure.tight_layout()
plt.show()
