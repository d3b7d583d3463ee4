"""Linear ion drift: the first model of a memristor, a film whose doped part grows with the charge that has flowed.

D. B. Strukov, G. S. Snider, D. R. Stewart and R. S. Williams, "The missing memristor found", Nature 453, 80 (2008),
doi:10.1038/nature06932. With x the doped part of the film, from 0 to 1:

    v = (r_on x + r_off (1 - x)) i
    dx/dt = u_v (r_on / d^2) i w(x)      where |v| reaches a threshold

w is a window that stops the state at its ends: Joglekar's, 1 - (2 x - 1)^(2 p) (Y. N. Joglekar and S. J. Wolf, European
Journal of Physics 30, 661, 2009), which is 0 at both ends, so that a device starts between them. MemTorch 1.1.6
(memtorch/bh/memristor/LinearIonDrift.py), from which the numbers are, has a parenthesis in another place,
(1 - (2 x - 1))^(2 p): 4 at x = 0, 1 in the middle and 0 at x = 1. `window="memtorch"` repeats it.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memristive.devices.device import Ohmic

WINDOWS = {
    "joglekar": lambda x, p: 1 - (2 * x - 1) ** (2 * p),
    "memtorch": lambda x, p: (1 - (2 * x - 1)) ** (2 * p),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LinearIonDrift(Ohmic):
    """See above.

    Attributes:
        u_v: mobility of the dopants, m^2/(V s).
        d: thickness of the film, m.
        threshold: voltage (V) of either sign from which on ions move.
        p: exponent of the window.
        window: a name of `WINDOWS`.
    """

    u_v: float
    d: float
    threshold: float = 0.0
    p: int = 1
    window: str = "joglekar"

    def resistance(self, state: ArrayLike) -> NDArray[np.float64]:
        """Resistance (ohm) at each `state`, from 0 to 1."""
        state = np.asarray(state, dtype=np.float64)
        return self.r_on * state + self.r_off * (1 - state)

    def sweep(
        self, voltage: ArrayLike, dt: float, state: float = 0.5
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Current (A) and state while `voltage` [steps] (V) is applied, one value every `dt` (s).

        Explicit Euler as in MemTorch's LinearIonDrift.simulate: the current flows through the state before the step
        moves it; the states are those after each step.
        """
        voltage = np.asarray(voltage, dtype=np.float64)
        current, states = np.empty_like(voltage), np.empty_like(voltage)
        rate = self.u_v * self.r_on / self.d**2
        for step, v in enumerate(voltage.tolist()):
            current[step] = flowing = v / (self.r_on * state + self.r_off * (1 - state))
            if abs(v) >= self.threshold:
                moved = state + rate * flowing * WINDOWS[self.window](state, self.p) * dt
                state = min(max(moved, 0.0), 1.0)
            states[step] = state
        return current, states


DEVICE = LinearIonDrift(
    name="Linear ion drift",
    source="Strukov et al., Nature 453, 80 (2008); parameters and threshold of MemTorch 1.1.6's LinearIonDrift",
    r_on=100.0,
    r_off=16e3,
    u_v=1e-14,
    d=10e-9,
    threshold=0.55,
)
