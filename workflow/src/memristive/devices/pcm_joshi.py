"""Phase-change memory as programmed on IBM's chip; no drift that could be repeated was published.

V. Joshi et al., "Accurate deep neural network inference using computational phase-change memory", Nature Communications
11, 2473 (2020), doi:10.1038/s41467-020-16108-9, Figure 3b, 27.36 s after programming. The quadratic fit was read in
CrossSim, `simulator/devices/custom/PCM_Joshi.py`, with its suggested range of 0.25 to 25 uS:
sigma = 0.28638599 + 0.07585724 G - 0.00178767 G^2, both in uS.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from memristive.devices.measured import MICRO, Measured, polynomial

if TYPE_CHECKING:
    import torch


@dataclasses.dataclass(frozen=True)
class Joshi(Measured):
    """See above."""

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return MICRO * polynomial((0.28638599, 0.07585724, -0.00178767), g / MICRO)


DEVICE = Joshi(
    name="PCM (Joshi 2020)",
    source="Joshi et al., Nature Communications 11, 2473 (2020), Figure 3b, as CrossSim's PCM_Joshi.py fits it",
    bounds=(0.25 * MICRO, 25 * MICRO),
    programmed_in="several pulses, each after a read",
)
