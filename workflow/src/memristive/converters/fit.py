"""Steps of converters of a fixed range, from values that they are to convert.

A converter of b bits has the codes -2**(b - 1) to 2**(b - 1) - 1, or 0 to 2**b - 1 where nothing is negative; code c
stands for c steps, so that 0 is always exact. The step makes its highest code what `fit` says:

- largest: the largest magnitude;
- percentile: the magnitude below which that percentage of the values lies;
- least_error: of `CANDIDATES` proportions of the largest magnitude the one for which the sum of |converted - value|**p
  is least, each error times the weight of its value, as CrossSim searches ranges (`applications/dnn/calibration.py`);
- power_of_two: the power of two above the largest magnitude, which the code behind the highest one would be.
"""

from __future__ import annotations

import dataclasses
import math

import torch

from memristive.converters.adc import OFFSET, ceil_log2

CANDIDATES = 64
# About as many values of one cycle, evenly spread, decide on a percentile or an error; all do on the largest one.
MOST_VALUES = 2**13


@dataclasses.dataclass(frozen=True)
class Fit:
    """How a range is found; fields as those of `adc` and `dac` in a Setting."""

    method: str
    percentile: float
    norm: float

    @property
    def keeps(self) -> bool:
        """Whether other values than the largest one decide."""
        return self.method in ("percentile", "least_error")


def highest_code(bits: int, signed: bool) -> int:
    """The highest code of a converter of so many bits; one bit with a sign counts 0 and 1 steps upwards, too."""
    return max(1, 2 ** (bits - signed) - 1)


def chosen(count: int) -> torch.Tensor:
    """Numbers of those of so many values that decide on a percentile or an error, int64, evenly spread."""
    every = -(-count // MOST_VALUES) | 1  # odd: an even number would meet the same few columns
    return torch.arange(0, count, every)


class Values:
    """Values that one converter is to convert, of which as many are kept as decide on its step, found by `fit`."""

    def __init__(self, fit: Fit) -> None:
        self._fit = fit
        self.largest = 0.0
        self._kept: list[tuple[torch.Tensor, float]] = []

    def add(self, values: torch.Tensor, weight: float = 1.0) -> None:
        """Take values [vectors ..., columns] into account whose errors count `weight`."""
        if not values.numel():
            return
        low, high = torch.aminmax(values)
        self.widen(max(-float(low), float(high)))
        if self._fit.keeps:
            self.keep(values[torch.unravel_index(chosen(values.numel()), values.shape)], weight)

    def widen(self, largest: float) -> None:
        """Take values into account of which this is the largest magnitude."""
        self.largest = max(self.largest, largest)

    def keep(self, values: torch.Tensor, weight: float) -> None:
        """Let values that are `chosen`, whose errors count `weight`, decide besides the largest one."""
        self._kept.append((values, weight))

    def step(self, bits: int, signed: bool, least: float = 0.0) -> float:
        """Step of a converter of so many bits, not below `least`; 1 where all values are 0."""
        if not self.largest:
            return max(least, 1.0)
        fit, codes = self._fit, highest_code(bits, signed)
        if fit.method == "power_of_two":
            exponent = float(ceil_log2(torch.tensor(self.largest, dtype=torch.float32) + OFFSET))
            return max(least, 2.0 ** (exponent - (bits - signed)))
        return max(least, self._range(fit, bits, signed, least) / codes)

    def _range(self, fit: Fit, bits: int, signed: bool, least: float) -> float:
        if fit.method == "largest" or (fit.method == "percentile" and fit.percentile == 100):
            return self.largest
        if fit.method == "percentile":
            magnitudes = torch.cat([values for values, _ in self._kept]).abs()
            rank = min(len(magnitudes), max(1, math.ceil(len(magnitudes) * fit.percentile / 100)))
            found = float(magnitudes.kthvalue(rank).values)
            return found or self.largest
        candidates = [self.largest * number / CANDIDATES for number in range(1, CANDIDATES + 1)]
        return min(candidates, key=lambda end: self._error(end, fit.norm, bits, signed, least))

    def _error(self, end: float, norm: float, bits: int, signed: bool, least: float) -> float:
        step = max(least, end / highest_code(bits, signed))
        total = 0.0
        for values, weight in self._kept:
            error = (codes(values, torch.tensor(1 / step), bits, signed) * step - values).abs() * weight
            total += float(error.double().pow(norm).sum())
        return total


def codes(values: torch.Tensor, inverse: torch.Tensor, bits: int, signed: bool) -> torch.Tensor:
    """Codes of values, whole numbers as float32 of their shape: the nearest one, halves upwards, within the range.

    `inverse` is 1 / step, float32 of a shape that broadcasts.
    """
    half = 2 ** (bits - 1)
    lowest, highest = (-half, half - 1) if signed else (0, 2**bits - 1)
    return torch.floor(values * inverse + 0.5).clamp(lowest, highest)
