"""Dynamic memdiode: two diodes back to back whose saturation current grows with a state H from 0 to 1.

F. L. Aguirre et al., "SPICE simulation of RRAM-based cross-point arrays using the dynamic memdiode model", Frontiers in
Physics 9, 735021 (2021), doi:10.3389/fphy.2021.735021. The equations and numbers are those of the sheet
`memdiode_HSPICE_DMM_oxidation_0p1.sp` of aguirref/memristive_ANN_sim, in which x_0, the oxidation, sets everything:

    i = I_0(H) (exp(beta A(H) u) - exp(-(1 - beta) A(H) u)),   v = u + 1 ohm * i
    dH/dt = (1 - H) / T_S for v >= 0, -H / T_R for v < 0
    T_S = exp(-eta_set (u - v_set)),   T_R = exp(eta_res (u - v_res))

I_0 and A are linear in H. The sheet's offset of 0.1 nA is left out, so that no current flows at 0 V.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

SERIES = 1.0  # ohm
ITERATIONS = 60  # at most, of Newton's method
READ_VOLTAGE = 0.1  # V, at which a conductance is meant


@dataclasses.dataclass(frozen=True, kw_only=True)
class Memdiode:
    """See above; `i` are currents (A), `alpha` inverse voltages (1/V), for H = 0 (`min`) and H = 1 (`max`)."""

    name: str
    source: str
    i_min: float
    i_max: float
    alpha_min: float
    alpha_max: float
    v_set: float  # V
    v_res: float  # V
    eta_set: float  # 1/V
    eta_res: float  # 1/V
    beta: float = 0.5

    ohmic = False

    @classmethod
    def oxidised(cls, x_0: float, name: str, source: str) -> Memdiode:
        """The device of the sheet with this x_0."""
        return cls(
            name=name,
            source=source,
            i_max=10 ** (-0.07005643624874254 * x_0 - 2.31749382490389),
            i_min=10 ** (-2.233493992404483 * x_0 - 4.186285859587773),
            alpha_max=1.1384749367818683 * x_0 + 2.430231899198936,
            alpha_min=2.2440796366498863 * x_0 + 2.723028742076817,
            v_set=1.0607990611668159 * x_0 + 0.791481114033967,
            v_res=0.8 * x_0 - 1.65,
            eta_set=10 ** (1.5 * math.log10(1.65 * x_0) + 2.45),
            eta_res=10 ** (0.48077237638582676 * x_0 + 0.2798181704934635),
        )

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest conductance (S): at the read voltage with H = 0 and H = 1."""
        low, high = self.at_state([READ_VOLTAGE] * 2, [0.0, 1.0]) / READ_VOLTAGE
        return float(low), float(high)

    def at_state(self, voltage: ArrayLike, state: ArrayLike) -> NDArray[np.float64]:
        """Current (A) at `voltage` (V) in `state`; the two broadcast."""
        voltage, state = np.broadcast_arrays(np.asarray(voltage, dtype=np.float64), np.asarray(state, dtype=np.float64))
        return self._diode(self._inner_voltage(voltage, state), state)[0]

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A) at `voltage` (V) through a device that has `conductance` (S) at the read voltage."""
        return self.at_state(voltage, self.state_of(conductance))

    def state_of(self, conductance: ArrayLike) -> NDArray[np.float64]:
        """The state in which a device has `conductance` (S) at the read voltage, by bisection."""
        wanted = np.asarray(conductance, dtype=np.float64) * READ_VOLTAGE
        low, high = np.zeros_like(wanted), np.ones_like(wanted)
        for _ in range(50):
            middle = (low + high) / 2
            above = self.at_state(READ_VOLTAGE, middle) > wanted
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return (low + high) / 2

    def sweep(
        self, voltage: ArrayLike, dt: float, state: float = 0.0
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Current (A) and H while `voltage` [steps] (V) is applied, one value every `dt` (s).

        Each step solves the state's equation exactly for the voltages at its start, so that no step overshoots.
        """
        voltage = np.asarray(voltage, dtype=np.float64)
        current, states = np.empty_like(voltage), np.empty_like(voltage)
        for step, v in enumerate(voltage.tolist()):
            inner = float(self._inner_voltage(np.float64(v), np.float64(state)))
            if v >= 0:
                state = 1 - (1 - state) * math.exp(-dt * math.exp(min(self.eta_set * (inner - self.v_set), 700)))
            else:
                state *= math.exp(-dt * math.exp(min(-self.eta_res * (inner - self.v_res), 700)))
            current[step], states[step] = float(self.at_state(v, state)), state
        return current, states

    def _diode(
        self, inner: NDArray[np.float64], state: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Current (A) and its derivative (S) at the voltage of the diodes alone."""
        scale = self.i_min + (self.i_max - self.i_min) * state
        alpha = self.alpha_min + (self.alpha_max - self.alpha_min) * state
        forward = np.exp(np.minimum(self.beta * alpha * inner, 700))
        backward = np.exp(np.minimum(-(1 - self.beta) * alpha * inner, 700))
        slope = scale * alpha * (self.beta * forward + (1 - self.beta) * backward)
        return scale * (forward - backward), slope

    def _inner_voltage(self, voltage: NDArray[np.float64], state: NDArray[np.float64]) -> NDArray[np.float64]:
        """Voltage (V) of the diodes: u + 1 ohm * i(u) = voltage, by Newton's method from where it overshoots nothing.

        The function is convex for u > 0 and concave below, and its root lies between 0 and `voltage`: from there each
        step ends on the far side of the root, and the next ones approach it.
        """
        inner = np.array(voltage, dtype=np.float64)
        for _ in range(ITERATIONS):
            current, slope = self._diode(inner, state)
            step = (inner + SERIES * current - voltage) / (1 + SERIES * slope)
            inner = inner - step
            if np.all(np.abs(step) <= 1e-15 * np.maximum(np.abs(voltage), 1e-3)):
                break
        return inner


DEVICE = Memdiode.oxidised(
    0.1,
    "Dynamic memdiode",
    "Aguirre et al., Frontiers in Physics 9, 735021 (2021); sheet memdiode_HSPICE_DMM_oxidation_0p1.sp, x_0 = 0.1",
)
