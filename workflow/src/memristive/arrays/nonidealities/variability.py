"""Variability from device to device: each device has its own resistance states.

Source: MemTorch 1.1.6, memtorch/bh/StochasticParameter.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

LEAST_R_ON, LEAST_R_OFF = 1.0, 2.0  # ohm; a normal distribution reaches below 0


class Variability(Group):
    """Spread of the resistance states, which are never below 1 ohm (low) and 2 ohm (high)."""

    sigma: float = field(
        0.0,
        "Standard deviation of the low resistance; the high one varies twice as much.",
        unit="ohm",
        ge=0,
        allowed="a resistance of 0 ohm or more",
    )
    relative_sigma: float = field(
        0.0, "Standard deviation of each resistance state as a proportion of it, in place of sigma.", ge=0
    )

    @pydantic.model_validator(mode="after")
    def _one_of_them(self) -> Variability:
        if self.sigma and self.relative_sigma:
            raise WrongValue("variability.relative_sigma", self.relative_sigma, "0, as it must be where sigma is given")
        return self

    def deviations(self, r_on: float, r_off: float) -> tuple[float, float]:
        """Standard deviations (ohm) of the low and of the high resistance."""
        if self.relative_sigma:
            return self.relative_sigma * r_on, self.relative_sigma * r_off
        return self.sigma, 2 * self.sigma


def vary(
    r_on: float, r_off: float, variability: Variability, deviations: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Resistances (ohm) of devices: normal around r_on, of at least 1 ohm, and around r_off, of at least 2 ohm.

    Args:
        deviations: standard normal, float32 [2, rows, columns]; the resistances take their place.
    """
    sigma_on, sigma_off = variability.deviations(r_on, r_off)
    low, high = deviations
    return (
        low.mul_(sigma_on).add_(r_on).clamp_min_(LEAST_R_ON),
        high.mul_(sigma_off).add_(r_off).clamp_min_(LEAST_R_OFF),
    )
