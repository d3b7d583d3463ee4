"""Stanford-PKU: a filament with a gap, through which electrons tunnel and which voltage and heat open and close.

Z. Jiang et al., "A compact model for metal-oxide resistive random access memory with experiment verification", IEEE
Transactions on Electron Devices 63, 1884 (2016), doi:10.1109/TED.2016.2545412; the parameters and the form of the
equations are those of MemTorch 1.1.6 (memtorch/bh/memristor/Stanford_PKU.py), without its random part:

    i = I_0 exp(-gap / g_0) sinh(v / V_0)
    d gap/dt = -vel_0 exp(-q E_a / k T) sinh(gamma a_0 q v / (t_ox k T)),   T = T_0 + |v i| R_th

gamma = gamma_0 - beta (gap / nm)^3, and 0 while gamma |v| / t_ox is below F_min. The conductance of a state is that at
the read voltage, since the current is not proportional to the voltage.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

CHARGE, BOLTZMANN = 1.6e-19, 1.3806503e-23  # C, J/K, as MemTorch has them


@dataclasses.dataclass(frozen=True, kw_only=True)
class StanfordPku:
    """See above; lengths in m, `temperature` and `activation` in K and eV."""

    name: str
    source: str
    r_on: float
    r_off: float
    read_voltage: float  # V
    g_0: float
    v_0: float  # V
    i_0: float  # A
    temperature: float
    thermal_resistance: float  # K/W
    gamma_0: float
    beta: float
    t_ox: float
    least_field: float  # V/m
    velocity: float  # m/s
    activation: float
    a_0: float

    ohmic = False

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest conductance (S), at the read voltage."""
        return 1 / self.r_off, 1 / self.r_on

    def gap(self, conductance: ArrayLike) -> NDArray[np.float64]:
        """Gap (m) of a device that has `conductance` (S) at the read voltage."""
        conductance = np.asarray(conductance, dtype=np.float64)
        largest = self.i_0 * math.sinh(self.read_voltage / self.v_0) / self.read_voltage
        return self.g_0 * np.log(largest / conductance)

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A) at `voltage` (V) through a device that has `conductance` (S) at the read voltage."""
        voltage = np.asarray(voltage, dtype=np.float64)
        at_read = self.read_voltage * np.asarray(conductance, dtype=np.float64)
        return at_read * np.sinh(voltage / self.v_0) / math.sinh(self.read_voltage / self.v_0)

    def gap_rate(self, gap: float, voltage: float, current: float) -> float:
        """d gap/dt (m/s)."""
        gamma = self.gamma_0 - self.beta * (gap / 1e-9) ** 3
        if gamma * abs(voltage) / self.t_ox < self.least_field:
            return 0.0
        thermal = BOLTZMANN * (self.temperature + abs(voltage * current * self.thermal_resistance))
        field = gamma * self.a_0 / self.t_ox * CHARGE * voltage / thermal
        return -self.velocity * math.exp(-CHARGE * self.activation / thermal) * math.sinh(field)

    def sweep(
        self, voltage: ArrayLike, dt: float, state: float = 2e-10
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Current (A) and gap (m) while `voltage` [steps] (V) is applied, one value every `dt` (s).

        Explicit Euler as in MemTorch's Stanford_PKU.simulate: the gap moves by what the last step's current heats,
        stays between those of r_on and r_off, and then the current flows.
        """
        voltage = np.asarray(voltage, dtype=np.float64)
        current, gaps = np.empty_like(voltage), np.empty_like(voltage)
        narrow, wide = (float(self.gap(1 / r)) for r in (self.r_on, self.r_off))
        gap, flowing = min(max(state, narrow), wide), 0.0
        for step, v in enumerate(voltage.tolist()):
            gap = min(max(gap + self.gap_rate(gap, v, flowing) * dt, narrow), wide)
            flowing = self.i_0 * math.exp(-gap / self.g_0) * math.sinh(v / self.v_0)
            current[step], gaps[step] = flowing, gap
        return current, gaps


DEVICE = StanfordPku(
    name="Stanford-PKU",
    source="Jiang et al., IEEE TED 63, 1884 (2016); parameters of MemTorch 1.1.6's Stanford_PKU",
    r_on=542.0,
    r_off=218586.0,
    read_voltage=0.1,
    g_0=0.25e-9,
    v_0=0.25,
    i_0=1000e-6,
    temperature=298.0,
    thermal_resistance=2.1e3,
    gamma_0=16.0,
    beta=0.8,
    t_ox=12e-9,
    least_field=1.4e9,
    velocity=10.0,
    activation=0.6,
    a_0=0.25e-9,
)
