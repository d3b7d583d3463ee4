"""Weights as digits in cells of few states, and the digits that cells hold back from their conductances.

A weight is a whole number w of `weight_bits` bits, w = round(weight / w_max * L) with L = 2**(bits - 1) - 1, or,
without `weight_bits`, the proportion of w_max itself. Three ways hold its sign:

- double_column: the difference of two cells, of which one is in its lowest state. Either each digit of |w| has the sign
  of w, or w is in two's complement, whose most significant digit alone has a sign (`slices.sign`).
- offset: one cell a slice holds the digits of w + 2**(bits - 1). The sum of the inputs, counted digitally, takes the
  offset away after conversion.
- reference_column: the same cells, but the offset is the last column of each tile, of cells of its own behind a
  converter of its own, whose codes are subtracted.

A cell of c bits holds digit d at the conductance g_off + d / (2**c - 1) * (g_on - g_off). Currents count in digits: the
current of a cell that goes from one state to the next is 1, and what all cells of a column would draw in their lowest
state is taken away before the converter. Slices are counted from the least significant one on. Source of the schemes:
T. P. Xiao et al., "On the accuracy of analog neural network inference accelerators", IEEE Circuits and Systems Magazine
22 (4), 2022; A. Shafiee et al., "ISAAC", ISCA 2016.
"""

from __future__ import annotations

import dataclasses
import functools

import torch

from memristive.arrays import mapping
from memristive.arrays.cells import Cells
from memristive.arrays.slices.fields import WITH_OFFSET, held_bits, in_digits
from memristive.arrays.tiling import parts
from memristive.core.setting import Setting


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a layer's weights lie in cells; a `mapping.Scheme` of weights in units of a step.

    Attributes:
        scheme: "double_column", "offset" or "reference_column".
        whole: weights are whole numbers.
        levels: L, the number that stands for the largest weight.
        shift: what is added to a number so that it is positive; 0 in the double-column scheme.
        slices, bits: number of digits and bits of each.
        top: digit that a cell in its highest state holds.
        signed_top: the most significant digit alone has a sign.
        data_columns: weights in a row of a tile, besides its reference; None: no references.
    """

    scheme: str
    whole: bool
    levels: float
    shift: float
    slices: int
    bits: int
    top: float
    signed_top: bool
    data_columns: int | None = None

    @classmethod
    def of(cls, setting: Setting) -> Layout | None:
        """The layout of `setting`; None where arrays hold the weights themselves."""
        if not in_digits(setting):
            return None
        scheme, slices = setting.array.scheme, setting.slices
        tile = setting.array.tile_shape
        data = None if scheme != "reference_column" else 2**31 if tile is None else max(1, tile[1] - 1)
        if slices.weight_bits is None:
            return cls(scheme, False, 1.0, 1.0, 1, 1, 2.0, False, data)
        count, bits = slices.digits(scheme)
        half = 2 ** (slices.weight_bits - 1)
        shift = half if scheme in WITH_OFFSET else 0
        signed_top = scheme == "double_column" and slices.sign == "most_significant"
        if slices.cell_bits is None and count == 1:
            bits = held_bits(slices, scheme)
        return cls(scheme, True, half - 1.0, float(shift), count, bits, 2.0**bits - 1, signed_top, data)

    def step(self, limits: tuple[float, float]) -> float:
        """What 1 stands for in a layer whose weights are mapped between these magnitudes; see `weight_range`."""
        return limits[1] / self.levels

    def numbers(self, weights: torch.Tensor, limits: tuple[float, float]) -> torch.Tensor:
        """Weights in units of a step, float32; larger magnitudes than w_max count as it. Halves are rounded upwards."""
        found = (weights.double() / limits[1]).clamp(-1, 1) * self.levels
        return (torch.floor(found + 0.5) if self.whole else found).float()

    def with_references(self, numbers: torch.Tensor) -> torch.Tensor:
        """Numbers [..., columns] with a 0 behind those of each tile; what stays is the offset alone."""
        if self.data_columns is None:
            return numbers
        split = [numbers[..., part] for part in parts(numbers.shape[-1], self.data_columns)]
        zero = numbers.new_zeros(*numbers.shape[:-1], 1)
        return torch.cat([piece for part in split for piece in (part, zero)], -1)

    def split(self, matrix: torch.Tensor) -> list[list[torch.Tensor]]:
        """Digits of numbers, by slice and side, each float32 of the shape of `matrix` and from 0 to `top`."""
        if self.shift:
            held = matrix + self.shift
            return [[digit] for digit in self._digits(held)]
        if self.signed_top:
            digits = self._digits(matrix)  # floors: two's complement
            return [[digit.clamp_min(0), (-digit).clamp_min(0)] for digit in digits]
        digits, negative = self._digits(matrix.abs()), matrix < 0
        zero = torch.zeros_like(matrix)
        return [[torch.where(negative, zero, digit), torch.where(negative, digit, zero)] for digit in digits]

    def _digits(self, held: torch.Tensor) -> list[torch.Tensor]:
        """Digits to the base 2**bits; the most significant one takes all that is left, its sign included."""
        if not self.whole:
            return [held]
        base, found = 2**self.bits, []
        for _ in range(self.slices - 1):
            rest = torch.floor(held / base)
            found.append(held - rest * base)
            held = rest
        return [*found, held]

    def combine(self, sides: list[torch.Tensor], reference: float) -> torch.Tensor:
        """Signed digits that the arrays of one slice multiply inputs with."""
        return sides[0] - sides[1] if len(sides) > 1 else sides[0]

    def factors(self, slices: int) -> tuple[float, ...]:
        """What each slice's digit counts."""
        return tuple(float(2 ** (self.bits * number)) for number in range(slices))

    def signed(self, slice_: int) -> bool:
        """Whether a digit of this slice can be negative."""
        return not self.shift and (not self.signed_top or slice_ == self.slices - 1)

    def unit(self, aim: tuple[float, float]) -> float:
        """Conductance (S) by which a cell of r_on and r_off `aim` (ohm) goes from one digit to the next."""
        return (1 / aim[0] - 1 / aim[1]) / self.top

    def cells(self, numbers: torch.Tensor, aim: tuple[float, float], slice_: int, side: int) -> torch.Tensor:
        """Conductances (S) of ideal cells that hold `numbers` on one array, float32.

        Args:
            aim: r_on and r_off (ohm) of the device that is mapped to.
        """
        return _conductances(self.split(numbers)[slice_][side], self.top, aim)

    def read(
        self, conductance: torch.Tensor, numbers: torch.Tensor, aim: tuple[float, float], slice_: int, side: int
    ) -> torch.Tensor:
        """Digits, float32, as which cells of this conductance (S) count that were to hold `numbers`.

        A cell that is as it was meant to be counts as the whole number that it holds, without rounding.
        """
        digits = self.split(numbers)[slice_][side]
        ideal = _conductances(digits, self.top, aim)
        return (digits + (conductance.double() - ideal.double()) / self.unit(aim)).float()


def _conductances(digits: torch.Tensor, top: float, aim: tuple[float, float]) -> torch.Tensor:
    g_on, g_off = 1 / aim[0], 1 / aim[1]
    found = (g_off + digits.double() * ((g_on - g_off) / top)).float()
    return Cells.alike(*aim).reach(found)


def scheme_of(setting: Setting) -> mapping.Scheme:
    """How arrays of `setting` hold signed weights."""
    return Layout.of(setting) or mapping.SCHEMES[setting.array.scheme]


@functools.cache
def reference_columns(columns: int, width: int | None) -> tuple[list[int], list[int]]:
    """Of a matrix with references: its columns of weights, and for each of them the column of its reference."""
    data, reference = [], []
    for part in parts(columns, width):
        data += range(part.start, part.stop - 1)
        reference += [part.stop - 1] * (part.stop - 1 - part.start)
    return data, reference
