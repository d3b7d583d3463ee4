"""SONOS charge-trapping memory, 40 nm: a transistor read below its threshold, whose current stands for a conductance.

V. Agrawal et al., "Subthreshold operation of SONOS analog memory to enable accurate low-power neural network
inference", IEDM 2022, 21.7.1, doi:10.1109/IEDM45625.2022.10019564, Figures 10 and 11, from 128 thousand devices. The
fits were read in CrossSim, `simulator/devices/custom/SONOS.py`, in nA of cell current I, to 1600 nA. That is taken for
16 uS, as CrossSim suggests, so that 0.1 V is applied.

- spread about the mean after 0 to 5 days: A (1 - exp(-I / B)), I being the mean then;
- shift of the mean after 1 to 5 days: a polynomial of the target;
- read noise at any time: 12.58037 (1 - exp(-I / 215.36557)).

Between two days everything is interpolated linearly in time. After the fifth it stays, where CrossSim extrapolates.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from memristive.devices.measured import DAY, Measured, normal, polynomial, widened

if TYPE_CHECKING:
    import torch

READ_VOLTAGE = 0.1  # V
NANO = 1e-9 / READ_VOLTAGE  # S that are 1 nA
LARGEST = 1600 * NANO
READ = (12.58037, 215.36557)  # nA

# After 0 to 5 days: A and B (nA) of the spread.
SPREAD = (
    (19.88665, 176.3115),
    (25.59102, 186.85544),
    (28.72753, 193.56834),
    (31.04318, 198.90332),
    (33.76214, 204.77023),
    (34.57909, 207.34309),
)
# After 0 to 5 days: shift of the mean (nA) by rising powers of the target (nA).
SHIFT = (
    (0.0,) * 11,
    (
        *(6.83650e-01, 6.51250e-03, -4.03163e-04, 3.37944e-06, -1.87435e-08, 5.88902e-11),
        *(-1.07685e-13, 1.17751e-16, -7.60016e-20, 2.67255e-23, -3.94954e-27),
    ),
    (
        *(6.60925e-01, 8.60627e-03, -1.72936e-04, 7.44096e-07, -5.94866e-09, 2.36734e-11),
        *(-4.83740e-14, 5.56072e-17, -3.65397e-20, 1.28405e-23, -1.87450e-27),
    ),
    (
        *(1.15821e00, 1.96116e-02, -4.70807e-04, 3.67510e-06, -2.08786e-08, 6.59752e-11),
        *(-1.19499e-13, 1.28435e-16, -8.11574e-20, 2.78802e-23, -4.02057e-27),
    ),
    (
        *(8.72216e-01, 1.70926e-02, -2.23370e-04, 1.57526e-06, -1.32779e-08, 5.08256e-11),
        *(-1.01251e-13, 1.14633e-16, -7.46124e-20, 2.60559e-23, -3.78724e-27),
    ),
    (
        *(1.15294e00, 1.03149e-02, -6.05199e-05, 1.76086e-08, -6.46690e-09, 3.39044e-11),
        *(-7.53872e-14, 8.98185e-17, -6.00346e-20, 2.12615e-23, -3.11099e-27),
    ),
)


def between(days: float, values: tuple[tuple[float, ...], ...]) -> list[float]:
    """Each column of `values`, one row a day, interpolated at `days`."""
    last = len(values) - 1
    before = min(int(days), last - 1)
    share = min(days, last) - before
    return [low * (1 - share) + high * share for low, high in zip(values[before], values[before + 1], strict=True)]


def saturating(current: torch.Tensor, amplitude: float, scale: float) -> torch.Tensor:
    """A (1 - exp(-I / B)), nA."""
    return amplitude * (1 - (-current / scale).exp())


@dataclasses.dataclass(frozen=True)
class Sonos(Measured):
    """See above."""

    noisy = True

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return NANO * saturating(g / NANO, *SPREAD[0])

    def _read_sigma(self, g: torch.Tensor, seconds: float) -> torch.Tensor:
        return NANO * saturating(g / NANO, *READ)

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        days = seconds / DAY
        shift = NANO * polynomial(between(days, SHIFT), target / NANO)
        spread = NANO * saturating((target + shift) / NANO, *between(days, SPREAD))
        added = widened(self._programming_sigma(target), spread)
        return g + shift + added * normal(g, generator)


DEVICE = Sonos(
    name="SONOS (Agrawal 2022)",
    source="Agrawal et al., IEDM 2022, 21.7.1, doi:10.1109/IEDM45625.2022.10019564, as CrossSim's SONOS.py fits it",
    bounds=(1e-7 * LARGEST, LARGEST),
    times=(0.0, 5 * DAY),
    programmed_in="pulses, each after a read",
)
