"""Variability from device to device: each device has its own resistance states.

Distributions, of the same median and, but for the floor, the same standard deviation:

- `lognormal`: never negative, and half of the devices on either side of the resistance that is meant.
- `floored`: normal, and what lies below 1 ohm (low state) or 2 ohm (high state) is put there. That is MemTorch 1.1.6,
  memtorch/bh/StochasticParameter.py, with the limits of its tutorial. At a standard deviation of twice the low
  resistance it puts three devices in ten at 1 ohm, whose conductance is fifty times the one that was meant.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

LEAST_R_ON, LEAST_R_OFF = 1.0, 2.0  # ohm, of MemTorch's normal distribution


class Variability(Group):
    """Spread of the resistance states."""

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
    r_on: float, r_off: float, variability: Variability, deviations: torch.Tensor, distribution: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Resistances (ohm) of devices around r_on and around r_off.

    Args:
        deviations: standard normal, float32 [2, rows, columns]; the resistances take their place.
        distribution: "lognormal" or "floored".
    """
    low, high = deviations
    sigma_on, sigma_off = variability.deviations(r_on, r_off)
    if distribution == "lognormal":
        return _lognormal(low, r_on, sigma_on), _lognormal(high, r_off, sigma_off)
    return (
        low.mul_(sigma_on).add_(r_on).clamp_min_(LEAST_R_ON),
        high.mul_(sigma_off).add_(r_off).clamp_min_(LEAST_R_OFF),
    )


def _lognormal(deviations: torch.Tensor, median: float, deviation: float) -> torch.Tensor:
    """Log-normal numbers of this median and standard deviation, in place of standard normal ones.

    With u = exp(v), v the variance of the logarithm, their variance is median^2 u (u - 1).
    """
    variance = math.log((1 + math.sqrt(1 + 4 * (deviation / median) ** 2)) / 2)
    return deviations.mul_(math.sqrt(variance)).exp_().mul_(median)
