"""What every device has: a name, a source, bounds of its conductance and a current."""

import dataclasses
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memristive.core.errors import InputError


@runtime_checkable
class Device(Protocol):
    """A two-terminal device that holds a conductance.

    Attributes:
        name: as in figures and tables.
        source: publication or measurement of each number.
        ohmic: whether the current is proportional to the voltage, so that a crossbar is one matrix product.
    """

    name: str
    source: str
    ohmic: bool

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest conductance (S) that can be programmed."""
        ...

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A) at `voltage` (V) through a device programmed to `conductance` (S); the two broadcast."""
        ...


def resistances(device: Device) -> tuple[float, float]:
    """r_on and r_off (ohm): the states that a device names, else the reciprocals of its bounds."""
    if isinstance(device, Ohmic):
        return device.r_on, device.r_off
    lowest, highest = device.bounds
    return 1 / highest, 1 / lowest


@dataclasses.dataclass(frozen=True)
class Ohmic:
    """A device that is nothing but its two resistance states (ohm)."""

    name: str
    r_on: float
    r_off: float
    source: str = "given by the user"

    ohmic = True

    def __post_init__(self) -> None:
        for key in ("r_on", "r_off"):
            check_number(f"device {self.name}", key, getattr(self, key), "a number above 0")
        if self.r_off <= self.r_on:
            raise InputError(f"device {self.name}: r_off is {self.r_off!r}; allowed: above r_on ({self.r_on!r})")

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest conductance (S)."""
        return 1 / self.r_off, 1 / self.r_on

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A) by Ohm's law."""
        return np.asarray(voltage, dtype=np.float64) * np.asarray(conductance, dtype=np.float64)


def check_number(owner: str, key: str, value: object, allowed: str) -> None:
    """InputError unless `value` is finite and, as `allowed` says, a number above or below 0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    if not is_number or not (value < 0 if allowed == "a number below 0" else value > 0):
        raise InputError(f"{owner}: {key} is {value!r}; allowed: {allowed}")
