"""Currents that are not proportional to the voltage, as a few matrix products more.

A current I(V, G) is Ohm's law and what is left: I = G V + sum_k f_k(V) h_k(G). Each term is one more product, of the
matrix h_k of the conductances with f_k of the voltages. A polynomial has two, the square and the cube of the voltage.
Any other law is tabulated on Chebyshev points of voltage and logarithm of conductance, and its table split by singular
values: a law that is a product of the two, such as Stanford-PKU's, leaves one term, the memdiode's four up to 1 V. The
last bits of that split are those of NumPy's LAPACK, which may differ between processors.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Protocol

import numpy as np
import torch

POINTS = 48  # of the table, each way
NEGLIGIBLE = 1e-11  # coefficients of a series below this part of the largest are 0
LEFT_OUT = 1e-8  # singular values below this part of the largest


class Law(Protocol):
    """What a law adds to conductance times voltage."""

    def inputs(self, voltages: torch.Tensor) -> list[torch.Tensor]:
        """f_k of the voltages (V) by term, each of their shape and kind; differentiable.

        This is the readable definition of what level/further.inc computes.
        """
        ...

    def coefficients(self, conductance: torch.Tensor) -> torch.Tensor:
        """h_k of conductances (S) by term, float64 [terms, ...]."""
        ...


class Polynomial:
    """a V^2 + b V^3 with the factors of a device's `coefficients`."""

    def __init__(self, device: Any) -> None:
        self.coefficients = device.coefficients

    def inputs(self, voltages: torch.Tensor) -> list[torch.Tensor]:
        return [voltages.square(), voltages.square() * voltages]


@dataclasses.dataclass(frozen=True)
class Series:
    """Functions as sums of Chebyshev polynomials: f(x) = sum_k even[k] T_2k(x) + odd[k] T_2k+1(x).

    Attributes:
        even, odd: float64 [functions, orders]; functions of one parity have no orders of the other.
    """

    even: torch.Tensor
    odd: torch.Tensor

    @classmethod
    def through(cls, values: np.ndarray) -> Series:
        """Through `values` [points, functions] at the points of `Separated`."""
        angle = np.pi * np.outer(np.arange(POINTS), np.arange(POINTS) + 0.5) / POINTS
        found = 2 / POINTS * np.cos(angle) @ values
        found[0] /= 2
        found[np.abs(found) < NEGLIGIBLE * np.abs(found).max()] = 0
        return cls(*(_without_end(found[first::2]) for first in (0, 1)))

    def of(self, x: torch.Tensor) -> list[torch.Tensor]:
        """By function, at `x` (float64) from -1 to 1 (C. W. Clenshaw, Mathematics of Computation 9, 118, 1955)."""
        y = x * x * 4.0 - 2.0  # 2 T_2, by which every second order follows from the two before
        first_of_even, first_of_odd = torch.ones_like(x), x
        seconds = y * 0.5, x * (y - 1.0)
        found = []
        for function in zip(self.even.tolist(), self.odd.tolist(), strict=True):
            total = torch.zeros_like(x)
            for coefficients, first, second in zip(function, (first_of_even, first_of_odd), seconds, strict=True):
                if not coefficients:
                    continue
                later, last = torch.zeros_like(x), torch.zeros_like(x)
                for coefficient in reversed(coefficients[1:]):
                    later, last = y * later + coefficient - last, later
                total = total + ((coefficients[0] - last) * first + second * later)
            found.append(total)
        return found


class Separated:
    """The terms of a device's own `current` between -largest and largest (V) and between its bounds.

    Beyond the largest voltage the current is that of the largest; a device beyond a bound has the current of the bound
    times the ratio of the two conductances.
    """

    def __init__(self, device: Any, largest: float) -> None:
        self._bounds, self.scale = device.bounds, 1 / largest  # 1/V
        points = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
        low, high = np.log(device.bounds)
        conductance = np.exp((low + high) / 2 + points * (high - low) / 2)
        voltage = points * largest
        left = device.current(voltage[:, None], conductance) / conductance - voltage[:, None]
        of_voltage, sizes, of_conductance = np.linalg.svd(left)
        kept = int((sizes > LEFT_OUT * max(sizes[0], LEFT_OUT * largest)).sum())
        roots = np.sqrt(sizes[:kept])
        self.of_voltage = Series.through(of_voltage[:, :kept] * roots)
        self._of_conductance = Series.through(of_conductance[:kept].T * roots)

    def inputs(self, voltages: torch.Tensor) -> list[torch.Tensor]:
        values = self.of_voltage.of((voltages.double() * self.scale).clamp(-1, 1))
        return [value.to(voltages.dtype) for value in values]

    def coefficients(self, conductance: torch.Tensor) -> torch.Tensor:
        low, high = self._bounds
        within = conductance.double().clamp(low, high)
        place = (within / (low * high) ** 0.5).log() * 2 / np.log(high / low)
        return torch.stack(self._of_conductance.of(place)) * conductance


def _without_end(coefficients: np.ndarray) -> torch.Tensor:
    """`coefficients` [orders, functions] without the last orders that are all 0, float64 [functions, orders]."""
    orders = np.flatnonzero(coefficients.any(1))
    return torch.from_numpy(coefficients[: orders[-1] + 1 if len(orders) else 0].T.copy())


@functools.lru_cache(32)
def law_of(device: Any, largest: float | None) -> Law:
    """The law of a device that does not obey Ohm's, up to `largest` (V)."""
    return Polynomial(device) if getattr(device, "polynomial", False) else Separated(device, largest)
