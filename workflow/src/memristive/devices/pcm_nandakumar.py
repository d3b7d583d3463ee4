"""Phase-change memory: mushroom cells of doped Ge2Sb2Te5, whose amorphous part relaxes, so that conductances drift.

S. R. Nandakumar et al., "Phase-change memory models for deep learning training and inference", ICECS 2019,
doi:10.1109/ICECS46596.2019.8964852, from more than 10,000 devices. The numbers were read in aihwkit,
`src/aihwkit/inference/noise/pcm.py` (PCMLikeNoiseModel). With g the conductance in units of 25 uS:

- programming: sigma = 0.26348 + 1.9650 g - 1.1731 g^2 uS;
- drift: G (t / 20 s)^-nu from 20 s on; nu is normal of mean clip(-0.0155 ln g + 0.0244, 0.049, 0.1) and standard
  deviation clip(-0.0125 ln g - 0.0059, 0.008, 0.045), g being the target; its magnitude counts;
- 1/f noise of a read at t: G q sqrt(ln((t + 250 ns) / 500 ns)), q = min(0.0088 / g^0.65, 0.2), g being the
  conductance that was programmed.

Here t counts from programming; aihwkit's `t_inference` counts from the first read, 20 s later. The last time that was
measured could not be read in the publication; a day is that of the same group's chip (Joshi et al. 2020).
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from memristive.devices.measured import DAY, MICRO, Measured, normal, polynomial

if TYPE_CHECKING:
    import torch

LARGEST = 25 * MICRO  # S
FIRST_READ = 20.0  # s
READ = 250e-9  # s, duration of a read
LEAST = 1e-7  # of the largest conductance, as aihwkit has it: the logarithm needs one


@dataclasses.dataclass(frozen=True)
class Nandakumar(Measured):
    """See above."""

    noisy = True

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return MICRO * polynomial((0.26348, 1.9650, -1.1731), g / LARGEST)

    def _read_sigma(self, g: torch.Tensor, seconds: float) -> torch.Tensor:
        relative = (0.0088 / (g / LARGEST).clamp_min(LEAST) ** 0.65).clamp_max(0.2)
        return g * relative * math.sqrt(math.log((max(seconds, FIRST_READ) + READ) / (2 * READ)))

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        logarithm = (target / LARGEST).clamp_min(LEAST).log()
        mean = (-0.0155 * logarithm + 0.0244).clamp(0.049, 0.1)
        deviation = (-0.0125 * logarithm - 0.0059).clamp(0.008, 0.045)
        exponent = (mean + deviation * normal(g, generator)).abs()
        return g * (-exponent * math.log(max(seconds / FIRST_READ, 1.0))).exp()


DEVICE = Nandakumar(
    name="PCM (Nandakumar 2019)",
    source="Nandakumar et al., ICECS 2019, doi:10.1109/ICECS46596.2019.8964852, as aihwkit's PCMLikeNoiseModel has it",
    bounds=(LEAST * LARGEST, LARGEST),
    times=(FIRST_READ, DAY),
    programmed_in="several pulses, each after a read",
)
