"""What a device was measured to do: how far from its target it is programmed, how it ages, how it is read.

Times are seconds since programming. A function of conductances takes a number, a NumPy array or a torch tensor (S) and
returns its like: a float64 tensor for a tensor, else a float64 array.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memristive.core.errors import InputError

if TYPE_CHECKING:
    import torch

MICRO = 1e-6  # S; publications give conductances in microsiemens
DAY = 86400.0  # s


def of_tensors(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method`, whose first argument may be any kind of numbers, from one that takes and returns a float64 tensor."""

    @functools.wraps(method)
    def called(self: Any, g: Any, *args: Any, **named: Any) -> Any:
        import torch

        if isinstance(g, torch.Tensor):
            return method(self, g.double(), *args, **named)
        return method(self, torch.as_tensor(np.asarray(g, dtype=np.float64)), *args, **named).numpy()

    return called


@dataclasses.dataclass(frozen=True)
class Measured:
    """A device known by the statistics of many measured ones. Each preset is a class of its own with its formulas.

    Attributes:
        name: as in figures and tables.
        source: publication of each number, and where it was read.
        bounds: lowest and highest conductance (S), between which targets were measured.
        times: first and last time (s) of the retention that was measured; None: none was published.
        programmed_in: how the devices of the publication had been programmed.
    """

    name: str
    source: str
    bounds: tuple[float, float]
    times: tuple[float, float] | None = None
    programmed_in: str = "one go"
    given_up: float | None = None  # proportion of devices that were counted as failed; None: none was published

    ohmic = True
    polynomial = False  # whether `coefficients` gives terms of a current beyond Ohm's law
    noisy = False  # whether `read_sigma` was measured

    @of_tensors
    def programming_sigma(self, g: Any) -> Any:
        """Standard deviation (S) of what devices that were asked for `g` (S) hold once they are programmed."""
        return self._programming_sigma(g).clamp_min(0)

    @of_tensors
    def programming_mean(self, g: Any) -> Any:
        """Mean (S) of what devices that were asked for `g` (S) hold once they are programmed."""
        return self._programming_mean(g)

    @of_tensors
    def read_sigma(self, g: Any, seconds: float = 0.0) -> Any:
        """Standard deviation (S) of one read of a device that holds `g` (S), `seconds` after programming.

        Zero where no read noise was published; then `noisy` is False.
        """
        return self._read_sigma(g, seconds).clamp_min(0)

    @of_tensors
    def programmed(self, g: Any, generator: torch.Generator) -> Any:
        """What devices that were asked for `g` (S) hold (S): normally distributed, and never below 0."""
        sigma = self._programming_sigma(g).clamp_min(0)
        return (self._programming_mean(g) + sigma * normal(g, generator)).clamp_min(0)

    def stuck(self, g: Any, generator: torch.Generator) -> Any:
        """What devices that were asked for `g` (S) and gave up are left with (S).

        Raises:
            InputError: no failures were published for this device.
        """
        if self.given_up is None:
            raise InputError(f"device {self.name}: no failures were published for it")
        return self._stuck_as_tensors(g, generator)

    @of_tensors
    def _stuck_as_tensors(self, g: Any, generator: torch.Generator) -> Any:
        return self._stuck(g, generator)

    def drifted(self, g: Any, seconds: float, generator: torch.Generator, target: Any = None) -> Any:
        """What devices that held `g` (S) when they were programmed hold `seconds` later (S), never below 0.

        The same generator gives each device the same fate at all times.

        Args:
            target: what they were asked for (S), by which publications give their statistics; None: `g`.

        Raises:
            InputError: no retention was published for this device, or a time that is none.
        """
        if self.times is None:
            raise InputError(f"device {self.name}: seconds: {seconds!r}, but no drift was published for it")
        if not 0 <= seconds < float("inf"):
            raise InputError(f"device {self.name}: seconds: {seconds!r} is not a number of at least 0")
        return self._drifted_as_tensors(g, seconds, generator, target)

    @of_tensors
    def _drifted_as_tensors(self, g: Any, seconds: float, generator: torch.Generator, target: Any) -> Any:
        import torch

        target = g if target is None else torch.as_tensor(target).double()
        return self._drifted(g, seconds, generator, target).clamp_min(0)

    def current(self, voltage: ArrayLike, conductance: ArrayLike) -> NDArray[np.float64]:
        """Current (A) by Ohm's law."""
        return np.asarray(voltage, dtype=np.float64) * np.asarray(conductance, dtype=np.float64)

    # The formulas of a preset, of float64 tensors in S.

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def _programming_mean(self, g: torch.Tensor) -> torch.Tensor:
        return g

    def _read_sigma(self, g: torch.Tensor, seconds: float) -> torch.Tensor:
        return g * 0

    def _stuck(self, g: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        raise NotImplementedError

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        raise NotImplementedError


def normal(like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Standard normal numbers, float64, of the shape of `like`."""
    import torch

    return torch.randn(like.shape, generator=generator, dtype=torch.float64)


def polynomial(coefficients: Sequence[float], x: torch.Tensor) -> torch.Tensor:
    """Sum of coefficients[k] * x**k (Horner)."""
    total = x * 0 + coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def widened(start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Standard deviation of what must be added to a spread of `start` for one of `end`; 0 where that is narrower."""
    return (end.square() - start.square()).clamp_min(0).sqrt()
