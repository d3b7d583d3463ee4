"""Conductive metal oxide on HfOx: analogue filamentary resistive memory of IBM Research Europe, Zurich.

D. F. Falcone et al., "All-in-one analog AI hardware: on-chip training and inference with conductive-metal-oxide/HfOx
ReRAM devices", arXiv:2502.04524. The numbers were read in aihwkit, `src/aihwkit/inference/noise/reram.py`
(ReRamCMONoiseModel), for 9 to 88.19 uS. Devices are programmed until a read lies within 0.2 % or 2 % of the target,
which leaves the two spreads of the two presets. In uS, t in seconds:

- relaxation, the same at all conductances: mean -0.08900206 ln t, standard deviation 0.04201137 ln t + 0.41183342;
- a read at t: K log10(G) sqrt(ln((t + 1 us) / 2 us)), K = 0.0277316483.

Before 1 s nothing relaxes here. The authors carry their fit from 1 s to 10 years. aihwkit clips what has relaxed to the
bounds, which is not done here; and its default acceptance range, 2e-2, is no key of its own table (0.2 and 2), so that
it falls back to 0.2 %.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from memristive.devices.measured import DAY, MICRO, Measured, normal, polynomial

if TYPE_CHECKING:
    import torch

READ = 1e-6  # s, duration of a read


@dataclasses.dataclass(frozen=True)
class CmoHfox(Measured):
    """See above; `spread` are the coefficients of the standard deviation (uS) by rising powers of the target in uS."""

    spread: tuple[float, float] = (0.0, 0.0)

    noisy = True

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return MICRO * polynomial(self.spread, g / MICRO)

    def _read_sigma(self, g: torch.Tensor, seconds: float) -> torch.Tensor:
        since = math.sqrt(math.log((max(seconds, 1.0) + READ) / (2 * READ)))
        return MICRO * 0.0277316483 * since * (g / MICRO).clamp_min(1.0).log10()

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        if seconds < 1.0:
            return g
        logarithm = math.log(seconds)
        mean, deviation = -0.08900206 * logarithm, 0.04201137 * logarithm + 0.41183342
        return g + MICRO * (mean + deviation * normal(g, generator))


def accepted_within(per_cent: str, spread: tuple[float, float]) -> CmoHfox:
    """The preset of one acceptance range."""
    return CmoHfox(
        name=f"CMO/HfOx, {per_cent} %",
        source=f"Falcone et al., arXiv:2502.04524, accepted within {per_cent} %, by aihwkit's ReRamCMONoiseModel",
        bounds=(9 * MICRO, 88.19 * MICRO),
        times=(1.0, 3652.5 * DAY),
        programmed_in=f"pulses until a read lies within {per_cent} % of the target",
        spread=spread,
    )
