"""VTEAM, a threshold model of voltage-controlled memristors: state equation, current, sweeps.

S. Kvatinsky, M. Ramadan, E. G. Friedman and A. Kolodny, "VTEAM: A General Model for
Voltage-Controlled Memristors", IEEE Trans. Circuits Syst. II 62, 786 (2015),
doi:10.1109/TCSII.2015.2433536.

The state x (m) runs from 0, where the device has its low resistance r_on, to d, where it has its
high resistance r_off. It moves only while the voltage is beyond a threshold:

    dx/dt = k_off (v / v_off - 1)^alpha_off    v > v_off > 0   (towards d: resistance rises)
    dx/dt = 0                                  v_on <= v <= v_off
    dx/dt = k_on  (v / v_on  - 1)^alpha_on     v < v_on < 0    (towards 0: resistance falls)

and stops at both ends (the model's windows f_on and f_off are 1 inside and 0 outside, as in
MemTorch). Current follows voltage through a resistance that is linear in the state,

    i = v / (r_on + (r_off - r_on) x / d),

so it is zero whenever the voltage is. The publication lets x run from x_on to x_off; only
(x - x_on) / (x_off - x_on) enters the equations, so x_on = 0 and x_off = d lose nothing.
"""

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memristive.devices.device import Ohmic, check_number

# What each parameter must be, in the order of the tables; units in the docstring of `VTEAM`.
POSITIVE = "a number above 0"
NEGATIVE = "a number below 0"
ALLOWED = {
    "r_on": POSITIVE,
    "r_off": POSITIVE,
    "d": POSITIVE,
    "k_on": NEGATIVE,
    "k_off": POSITIVE,
    "alpha_on": POSITIVE,
    "alpha_off": POSITIVE,
    "v_on": NEGATIVE,
    "v_off": POSITIVE,
}


@dataclasses.dataclass(frozen=True)
class Drive:
    """A periodic voltage: sine or triangle from 0 to `v_max`, to `v_min` and back, `frequency` times a second.

    The two extremes are separate because the thresholds of a real device are.
    """

    v_min: float  # V, below 0
    v_max: float  # V, above 0
    frequency: float  # Hz

    def __post_init__(self) -> None:
        check_number("drive", "v_min", self.v_min, NEGATIVE)
        check_number("drive", "v_max", self.v_max, POSITIVE)
        check_number("drive", "frequency", self.frequency, POSITIVE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class VTEAM(Ohmic):
    """One calibrated device. Raises InputError, naming the parameter, for a value that is not allowed.

    `source` says where each number is from; `assumed` names the parameters that no publication
    gives and that were chosen here. `hysteresis` and `switching` are the voltages of its curves
    (Figure 6); None: `curves.suggested_drive`.
    """

    name: str  # as in figures and tables
    source: str
    r_on: float  # low resistance, ohm
    r_off: float  # high resistance, ohm
    d: float  # range of the state, m
    k_on: float  # speed below v_on, m/s
    k_off: float  # speed above v_off, m/s
    alpha_on: float
    alpha_off: float
    v_on: float  # lower threshold, V
    v_off: float  # upper threshold, V
    hysteresis: Drive | None = None
    switching: Drive | None = None
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key, allowed in ALLOWED.items():
            check_number(f"device {self.name}", key, getattr(self, key), allowed)
        super().__post_init__()

    def parameters(self) -> dict[str, float]:
        """The nine parameters of the equations, by the names that MemTorch's VTEAM takes too."""
        return {key: getattr(self, key) for key in ALLOWED}

    def state_rate(self, voltage: ArrayLike) -> NDArray[np.float64]:
        """dx/dt (m/s) at each `voltage` (V), away from the ends of the state's range."""
        voltage = np.asarray(voltage, dtype=np.float64)
        # Below a threshold the overdrive is 0, which also keeps negative numbers out of the powers.
        beyond_off = np.maximum(voltage / self.v_off - 1, 0)
        beyond_on = np.maximum(voltage / self.v_on - 1, 0)
        return self.k_off * beyond_off**self.alpha_off + self.k_on * beyond_on**self.alpha_on

    def seconds_through(self, voltage: float) -> float:
        """Seconds in which a constant `voltage` (V) moves the state through its whole range, by the state equation.

        Infinite where it crosses no threshold.
        """
        rate = abs(float(self.state_rate(voltage)))
        return self.d / rate if rate else float("inf")

    def resistance(self, state: ArrayLike) -> NDArray[np.float64]:
        """Resistance (ohm) at each `state` (m)."""
        state = np.asarray(state, dtype=np.float64)
        return self.r_off * state / self.d + self.r_on * (1 - state / self.d)


def sweep(
    device: VTEAM, voltage: ArrayLike, dt: float, state: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Current (A) and state (m) while `voltage` [steps] (V) is applied, one value every `dt` (s).

    Explicit Euler as in MemTorch's VTEAM.simulate: at each step the state moves by dx/dt times
    `dt`, is clipped to [0, d], and then the current flows through the new state. A device starts
    in `state`: 0, the low resistance, as MemTorch's do.
    """
    voltage = np.asarray(voltage, dtype=np.float64)
    states = np.empty_like(voltage)
    for step, move in enumerate((device.state_rate(voltage) * dt).tolist()):
        state = min(max(state + move, 0.0), device.d)
        states[step] = state
    return voltage / device.resistance(states), states
