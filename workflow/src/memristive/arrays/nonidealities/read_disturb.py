"""Read disturb: a voltage that is applied for long enough lowers a device's conductance, though it only reads it.

The model of analog-cim-sim (`cpp/source/xbar/read_disturb.cpp` and its golden model,
`int-bindings/test/helper/rd_model.py`). With p = 0.0068 exp(0.11 |V| / kT), kT in eV, a device holds until the time of
transition, 1.55e-8 s (1.43339 (1 - 0.003 N^0.41))^(1 / p), N being the cycles that it has been through; after t seconds
under the voltage, G has become G (t / t_transition)^-p.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from memristive.core.fields import Group, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array

BOLTZMANN = 1.380649e-23 / 1.602176634e-19  # eV/K


class ReadDisturb(Group):
    """Time for which devices have been under the voltage of reads."""

    time: float | None = field(
        None, "Time under the voltage, all reads together; null: none.", unit="s", short="disturb_time", gt=0
    )
    voltage: float = field(
        0.2,
        "Voltage of the reads.",
        unit="V",
        short="disturb_voltage",
        gt=0,
        le=5,
        allowed="a voltage above 0 and at most 5 V",
    )
    cycles: float = field(0.0, "SET and RESET cycles before.", short="disturb_cycles", ge=0, le=1e6)
    temperature: float = field(300.0, "Temperature.", unit="K", short="disturb_temperature", ge=200, le=500)

    @property
    def active(self) -> bool:
        """Whether reads have any effect."""
        return self.time is not None


def exponent(disturb: ReadDisturb) -> float:
    """p of the model."""
    return 0.0068 * math.exp(min(0.11 * disturb.voltage / (BOLTZMANN * disturb.temperature), 700))


def transition_seconds(disturb: ReadDisturb) -> float:
    """Time (s) under the voltage up to which nothing happens; infinite beyond what a number holds."""
    worn = 1.43339 * (1 - 0.003 * disturb.cycles**0.41)
    logarithm = math.log(1.55e-8) + math.log(worn) / exponent(disturb)
    return math.exp(logarithm) if logarithm < 700 else math.inf


def factor(disturb: ReadDisturb) -> float:
    """What conductances are multiplied by after all reads."""
    start = transition_seconds(disturb)
    return 1.0 if disturb.time <= start else (disturb.time / start) ** -exponent(disturb)


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Conductances after all reads."""
    return conductance * factor(array.setting.read_disturb)
