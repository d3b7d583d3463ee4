"""Resistive memory of the NeuRRAM chip: written and verified, then it relaxes within seconds and hardly afterwards.

W. Wan et al., "A compute-in-memory chip based on resistive random-access memory", Nature 608, 504 (2022),
doi:10.1038/s41586-022-04992-8, Extended Data Figure 3, from 1 to 40 uS. Two fits to it exist:

- after 1 s, the cubic of CrossSim (`simulator/devices/custom/RRAM_Wan.py`), up to 39.26 uS:
  sigma = 1.053 + 0.2374 G - 0.01167 G^2 + 1.536e-4 G^3, in uS; here the error of programming;
- after 1 s, 1 day and 2 days, the quartics of aihwkit (`src/aihwkit/inference/noise/reram.py`) in G / 40 uS.

They differ by up to 0.7 uS after 1 s. A device that ages gets as much further from where it was that the spread about
its target is aihwkit's after one and after two days; between those times it is interpolated in the logarithm of
time, and where it would be less than after programming it stays as it was. The mean does not move.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from memristive.devices.measured import DAY, MICRO, Measured, normal, polynomial, widened

if TYPE_CHECKING:
    import torch

LARGEST = 40 * MICRO  # S, of the quartics
AGED = {  # s: uS by rising powers of G / 40 uS
    DAY: (0.701, 22.086, -50.773, 47.095, -16.458),
    2 * DAY: (0.782, 20.274, -43.507, 37.062, -11.934),
}


@dataclasses.dataclass(frozen=True)
class Wan(Measured):
    """See above."""

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return MICRO * polynomial((1.053, 0.2374, -1.167e-2, 1.536e-4), g / MICRO)

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        start = self._programming_sigma(target)
        added = [start * 0, *(widened(start, MICRO * polynomial(fit, target / LARGEST)) for fit in AGED.values())]
        times = [math.log(time) for time in (1.0, *AGED)]
        now = min(max(math.log(max(seconds, 1.0)), times[0]), times[-1])
        later = next(number for number, time in enumerate(times) if number and now <= time)
        share = (now - times[later - 1]) / (times[later] - times[later - 1])
        return g + (added[later - 1] * (1 - share) + added[later] * share) * normal(g, generator)


DEVICE = Wan(
    name="RRAM (Wan 2022)",
    source="Wan et al., Nature 608, 504 (2022), Extended Data Figure 3, as CrossSim and aihwkit fit it",
    bounds=(1 * MICRO, 39.26 * MICRO),
    times=(1.0, 2 * DAY),
    programmed_in="up to 30 pulses, each after a read",
)
