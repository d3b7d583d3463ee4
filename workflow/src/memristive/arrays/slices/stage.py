"""A layer whose inputs or weights are digits, or whose converters have fitted ranges, as one record."""

from __future__ import annotations

import dataclasses

import torch

from memristive.arrays.gates import Gates
from memristive.arrays.geometry import Geometry
from memristive.arrays.noise import Noise
from memristive.arrays.product import Arithmetic
from memristive.arrays.slices.layout import reference_columns
from memristive.converters.dac import Codes
from memristive.converters.errors import Errors


@dataclasses.dataclass(frozen=True)
class SlicedStage(Geometry):
    """A Conv2d or Linear; all that its outputs depend on besides its inputs.

    Attributes:
        digits: what the arrays multiply inputs with, float32 [slices, groups, rows, columns], references among the
            columns.
        columns: outputs of one group.
        arithmetic: tiles, order of summation, ADC and, without `codes`, the encoding of inputs.
        factors: what each slice counts.
        signed: whether sums of each slice can be negative.
        offset: taken from each weight once the sum of the inputs is known, in digits.
        references: the last column of each tile is subtracted from its others after conversion.
        whole: the digits were meant to be whole numbers.
        weight_step: weight that 1 stands for.
        codes: how inputs become whole numbers; None: they stay voltages.
        steps: of ADCs of a fixed range, in units of the sums, float32 [slices, groups, tile rows, tile columns]; None:
            ADCs range themselves, by powers of two.
        errors: of these ADCs, or None.
        line: coefficient and intercept on the sums in units of the weights; None: the sums themselves.
        bias: float32 [groups * columns], or None.
        column_line: coefficient and intercept of each output, in place of `line` and `bias`, float32
            [2, groups * columns]; None: these.
        gates: arrays [sides, slices, groups, rows, columns] whose rows the bits of the inputs switch, in place of
            `digits`, which are what they hold without wires; None: all rows are connected.
        variance: of the digits at each read, that of both cells of a pair together, float32 of the shape of `digits`;
            None: no read noise.
        draw: that noise; reads count its samples on.
    """

    digits: torch.Tensor
    columns: int
    arithmetic: Arithmetic
    factors: tuple[float, ...]
    signed: tuple[bool, ...]
    offset: float = 0.0
    references: bool = False
    whole: bool = False
    weight_step: float = 1.0
    codes: Codes | None = None
    steps: torch.Tensor | None = None
    errors: Errors | None = None
    line: tuple[float, float] | None = None
    bias: torch.Tensor | None = None
    column_line: torch.Tensor | None = None
    gates: Gates | None = None
    variance: torch.Tensor | None = None
    draw: Noise | None = None

    @property
    def groups(self) -> int:
        """Groups of a convolution; 1 of a Linear."""
        return self.digits.shape[1]

    @property
    def least_step(self) -> float:
        """No step of an ADC is smaller: that of the sums where inputs and states are whole numbers, else 0."""
        return 1.0 if self.whole and self.codes is not None else 0.0

    def sums_signed(self, slice_: int) -> bool:
        """Whether what the ADCs of a slice convert can be negative; bits of inputs are not."""
        if self.signed[slice_]:
            return True
        return self.codes is None or (self.codes.signed and not self.codes.serial)

    @property
    def data(self) -> tuple[list[int], list[int]]:
        """Columns of weights, and of each one's reference."""
        return reference_columns(self.digits.shape[-1], self.arithmetic.tile_shape and self.arithmetic.tile_shape[1])

    @property
    def widths(self) -> list[int]:
        """Columns of each column of tiles."""
        return [part.stop - part.start for part in self.arithmetic.tile_columns(self.digits.shape[-1])]

    def effective(self) -> torch.Tensor:
        """The weights that the digits stand for, float32 [groups, rows, outputs]."""
        total = sum(digits.double() * factor for digits, factor in zip(self.digits, self.factors, strict=True))
        if self.references:
            data, reference = self.data
            total = total[..., data] - total[..., reference]
        return ((total - self.offset) * self.weight_step).float()
