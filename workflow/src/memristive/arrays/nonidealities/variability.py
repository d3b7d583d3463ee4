"""Variability from device to device: each device has its own resistance states.

Source: MemTorch 1.1.6, memtorch/bh/StochasticParameter.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memristive.core.fields import Group, field

if TYPE_CHECKING:
    import torch

LEAST_R_ON, LEAST_R_OFF = 1.0, 2.0  # ohm; a normal distribution reaches below 0


class Variability(Group):
    """Spread of the resistance states."""

    sigma: float = field(
        0.0,
        "Standard deviation of the low resistance; the high one varies twice as much.",
        unit="ohm",
        ge=0,
        allowed="a resistance of 0 ohm or more",
    )


def vary(r_on: float, r_off: float, sigma: float, deviations: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Resistances (ohm) of devices: r_on ~ N(r_on, sigma) of at least 1 ohm, r_off ~ N(r_off, 2 sigma) of at least 2.

    Args:
        deviations: standard normal, float32 [2, rows, columns]; the resistances take their place.
    """
    low, high = deviations
    return (
        low.mul_(sigma).add_(r_on).clamp_min_(LEAST_R_ON),
        high.mul_(2 * sigma).add_(r_off).clamp_min_(LEAST_R_OFF),
    )
