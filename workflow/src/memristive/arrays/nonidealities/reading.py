"""Reading: what a device adds to its conductance each time a voltage is applied.

- Read noise: each device, each time, another conductance, normal about the one it holds. The current of a bit line is
  a sum over its devices, so that its noise is normal too, of variance sum_i V_i^2 sigma_i^2: it is drawn for each
  vector and bit line at once (`memristive.arrays.noise`), which is exact.
- Current: by Ohm's law, or a measured device's own. A polynomial G V + a V^2 + b V^3 is a sum of three matrix
  products; any other is split into as many as it needs (`memristive.arrays.laws`).

The conductances themselves stay as they are: see `memristive.arrays.reading` for what layers hold besides them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array


class Reading(Group):
    """Read noise and the law of the devices' current."""

    noise: Literal["none", "measured", "relative"] = field(
        "none",
        "Noise of each read: none, that of a measured device, or `reading.sigma` times the conductance.",
        short="read_noise",
    )
    sigma: float = field(
        0.0, "Standard deviation of a read as a proportion of the conductance.", short="read_sigma", ge=0
    )
    current: Literal["ohmic", "device"] = field(
        "ohmic", "Current of a device: conductance times voltage, or the device's own law.", short="device_current"
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Reading:
        if (self.noise == "relative") != (self.sigma > 0):
            allowed = "above 0" if self.noise == "relative" else "0, as it must be unless the noise is relative"
            raise WrongValue("reading.sigma", self.sigma, allowed)
        return self

    @property
    def active(self) -> bool:
        """Whether a read is more than conductance times voltage."""
        return self.noisy or self.current != "ohmic"

    @property
    def noisy(self) -> bool:
        """Whether each read draws."""
        return self.noise != "none"


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """The conductances, unchanged: reading acts on currents."""
    return conductance
