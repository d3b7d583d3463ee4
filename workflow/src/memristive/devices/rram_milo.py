"""Resistive memory (HfO2 on transistors), written by a gate-controlled, verified algorithm; its current is not linear.

V. Milo et al., "Optimized programming algorithms for multilevel RRAM in hardware neural networks", IRPS 2021,
doi:10.1109/IRPS46558.2021.9405119, Figure 4 (IGVVA-100), 50 to 225 uS. Both fits were read in CrossSim,
`simulator/devices/custom/RRAM_Milo.py`:

- programming: sigma = 4.782321 - 0.009107 G uS;
- current from -0.5 to 0.5 V: I = G V + a V^2 + b V^3, a (A/V^2) and b (A/V^3) polynomials in log10 of G in siemens,
  fitted to Figure 1's curves of 62.5, 76.2, 93.9 and 110 uS and to a = b = 0 at 225 uS, which was assumed.

G is thus the slope at 0 V. The square is that of V with its sign lost: a is negative, so that it lowers the current at
positive voltages and adds to its magnitude at negative ones. No drift and no read noise were published.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memristive.devices.measured import MICRO, Measured, of_tensors, polynomial

if TYPE_CHECKING:
    import torch

SQUARE = (7.063e-3, 5.711e-3, 1.541e-3, 1.388e-4)  # A/V^2 by rising powers of log10(G / S)
CUBE = (1.2968e-3, 6.7919e-4, 8.8710e-5)  # A/V^3


@dataclasses.dataclass(frozen=True)
class Milo(Measured):
    """See above."""

    largest_voltage: float = 0.5  # V, up to which the current was fitted

    polynomial = True

    @of_tensors
    def coefficients(self, g: torch.Tensor) -> torch.Tensor:
        """Factors of V^2 (A/V^2) and V^3 (A/V^3) in the current of devices that hold `g` (S), stacked in front.

        A conductance below the measured ones has those of the lowest: the fit goes astray there.
        """
        import torch

        decades = g.clamp_min(self.bounds[0]).log10()
        return torch.stack([polynomial(SQUARE, decades), polynomial(CUBE, decades)])

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A): G V + a V^2 + b V^3."""
        v, g = np.asarray(voltage, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
        square, cube = self.coefficients(g)
        return v * (g + v * (square + v * cube))

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        return MICRO * polynomial((4.782321, -0.009107), g / MICRO)


DEVICE = Milo(
    name="RRAM (Milo 2021)",
    source="Milo et al., IRPS 2021, doi:10.1109/IRPS46558.2021.9405119, Figure 4, as CrossSim's RRAM_Milo.py fits it",
    bounds=(50 * MICRO, 225 * MICRO),
    programmed_in="several pulses, each after a read",
)
