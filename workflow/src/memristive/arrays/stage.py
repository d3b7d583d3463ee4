"""A layer on crossbar arrays as one record: all that its outputs depend on besides its inputs.

`memristive.arrays.definition.run` computes a stage readably, `memristive.kernels.layers.carry_out` fast; both give the
same bits.
"""

from __future__ import annotations

import dataclasses

import torch

from memristive.arrays.gates import Gates
from memristive.arrays.geometry import Geometry
from memristive.arrays.laws import Law
from memristive.arrays.noise import Noise
from memristive.arrays.product import Arithmetic


@dataclasses.dataclass(frozen=True)
class Stage(Geometry):
    """A Conv2d or Linear on crossbars; see `Geometry` for how inputs meet them.

    Attributes:
        conductance: signed conductances (S) that inputs are multiplied with, float32 [groups, rows, padded columns];
            rows are (channel, kernel row, kernel column).
        columns: outputs of one group.
        arithmetic: how products are formed and converted.
        line: coefficient and intercept on the converted sums; None: the sums themselves.
        bias: float32 [groups * columns], or None.
        adc_ranges: of converters with a fixed range, float32 [groups, tile rows, tile columns], exponents of powers of
            two; None: each converter ranges itself.
        terms: what a current beyond Ohm's law multiplies (see `memristive.arrays.laws`), float32 [terms, groups, rows,
            padded columns]; None: devices obey it.
        law: what it makes of the voltages, for each of the terms.
        variance: of the conductance at each read (S^2), of both sides together; None: no read noise.
        draw: that noise; reads count its samples on.
        column_line: coefficient and intercept of each output, in place of `line` and `bias`, float32
            [2, groups * columns]; None: these.
        gates: arrays whose rows are switched by inputs that are bits, in place of `conductance`, which then says
            nothing but the number of rows and columns; None: all rows are connected.
    """

    conductance: torch.Tensor
    columns: int
    arithmetic: Arithmetic
    line: tuple[float, float] | None = None
    bias: torch.Tensor | None = None
    adc_ranges: torch.Tensor | None = None
    terms: torch.Tensor | None = None
    law: Law | None = None
    variance: torch.Tensor | None = None
    draw: Noise | None = None
    column_line: torch.Tensor | None = None
    gates: Gates | None = None

    @property
    def groups(self) -> int:
        """Groups of a convolution; 1 of a Linear."""
        return self.conductance.shape[0]

    def on_line(self, output: torch.Tensor) -> torch.Tensor:
        """Converted sums as the layer's outputs: on the line, or each on its own, with the bias."""
        if self.column_line is not None:
            coefficients, intercepts = self.column_line
            return output * self.by_output(coefficients) + self.by_output(intercepts)
        if self.line is not None:
            coefficient, intercept = self.line
            output = output * coefficient + intercept
        return output if self.bias is None else output + self.by_output(self.bias)

    def bare(self) -> Stage:
        """The same arrays and converters without line and bias, each converter ranging itself."""
        return dataclasses.replace(self, line=None, bias=None, adc_ranges=None, column_line=None)

    def parts(self, x: torch.Tensor, numbers: int) -> list[torch.Tensor]:
        """`x` in parts of some samples, of which each has about `numbers` sums before conversion."""
        tile_rows = len(self.arithmetic.tile_rows(self.conductance.shape[1]))
        # No layer's output has more positions than its input has numbers a channel.
        positions = max(1, x[0].numel() // max(1, x.shape[1])) if x.dim() > 2 else 1
        return list(x.split(max(1, numbers // (tile_rows * self.columns * self.groups * positions))))
