"""Retention: conductances drift after programming.

By a power of time, alike for all devices (Boybat et al., Non-Volatile Memory Technology Symposium, 2018), or as devices
of a preset or of a table were measured to do, each in its own way (see `memristive.devices.measured`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array


class Retention(Group):
    """Time since programming, and the drift."""

    time: float | None = field(None, "Time since programming; null: no drift.", unit="s", short="retention_time", gt=0)
    drift_coefficient: float = field(0.1, "Exponent nu of the drift.", ge=0, le=1)
    initial_time: float = field(
        1.0, "Time t_0 after programming at which the conductances are as meant.", unit="s", gt=0
    )
    model: Literal["power", "measured"] = field(
        "power", "Drift by nu and t_0, or that of a measured device.", short="retention_model"
    )

    @pydantic.model_validator(mode="after")
    def _later(self) -> Retention:
        if self.model == "power" and self.time is not None and self.time <= self.initial_time:
            raise WrongValue(
                "retention.time", self.time, f"a time above retention.initial_time ({self.initial_time} s)"
            )
        return self

    @property
    def active(self) -> bool:
        """Whether conductances drift."""
        return self.time is not None

    @property
    def draws(self) -> bool:
        """Whether each device drifts in its own way."""
        return self.active and self.model == "measured"


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Conductances after `time`: G (t / t_0)^-nu, or what measured devices of the array's targets hold by then."""
    retention = array.setting.retention
    if retention.model == "measured":
        device = array.setting.device.measured
        drifted = device.drifted(conductance, retention.time, array.generator("retention"), array.target)
        return drifted.float()
    return conductance * (retention.time / retention.initial_time) ** -retention.drift_coefficient
