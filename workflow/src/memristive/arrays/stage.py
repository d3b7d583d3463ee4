"""A layer on crossbar arrays as one record: all that its outputs depend on besides its inputs.

`memristive.arrays.definition.run` computes a stage readably, `memristive.kernels.layers.carry_out` fast; both give the
same bits.
"""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F

from memristive.arrays.laws import Law
from memristive.arrays.product import Arithmetic


@dataclasses.dataclass(frozen=True)
class Stage:
    """A Conv2d or Linear on crossbars.

    Attributes:
        conductance: signed conductances (S) that inputs are multiplied with, float32 [groups, rows, padded columns];
            rows are (channel, kernel row, kernel column).
        columns: outputs of one group.
        arithmetic: how products are formed and converted.
        kernel_size: rows, columns; None: Linear. Likewise stride and dilation.
        padding: left, right, top, bottom.
        padding_mode: as torch.nn.Conv2d has it.
        line: coefficient and intercept on the converted sums; None: the sums themselves.
        bias: float32 [groups * columns], or None.
        adc_ranges: of converters with a fixed range, float32 [groups, tile rows, tile columns], exponents of powers of
            two; None: each converter ranges itself.
        terms: what a current beyond Ohm's law multiplies (see `memristive.arrays.laws`), float32 [terms, groups, rows,
            padded columns]; None: devices obey it.
        law: what it makes of the voltages, for each of the terms.
        variance: of the conductance at each read (S^2), of both sides together; None: no read noise.
        draw: the generator of that noise.
        column_line: coefficient and intercept of each output, in place of `line` and `bias`, float32
            [2, groups * columns]; None: these.
    """

    conductance: torch.Tensor
    columns: int
    arithmetic: Arithmetic
    kernel_size: tuple[int, int] | None = None
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    padding_mode: str = "zeros"
    line: tuple[float, float] | None = None
    bias: torch.Tensor | None = None
    adc_ranges: torch.Tensor | None = None
    terms: torch.Tensor | None = None
    law: Law | None = None
    variance: torch.Tensor | None = None
    draw: torch.Generator | None = None
    column_line: torch.Tensor | None = None

    @property
    def groups(self) -> int:
        """Groups of a convolution; 1 of a Linear."""
        return self.conductance.shape[0]

    def by_output(self, values: torch.Tensor) -> torch.Tensor:
        """`values` [outputs] in a shape that goes with the stage's outputs."""
        return values if self.kernel_size is None else values.view(-1, 1, 1)

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

    def padded(self, x: torch.Tensor) -> torch.Tensor:
        """Images with their padding."""
        return F.pad(x, self.padding, "constant" if self.padding_mode == "zeros" else self.padding_mode)

    def laid_out(self, x: torch.Tensor) -> torch.Tensor:
        """Inputs as they are encoded: padded images, or a Linear's as [samples, vectors, rows]."""
        if self.kernel_size is not None:
            return self.padded(x)
        return x.reshape(1 if x.dim() == 1 else x.shape[0], -1, x.shape[-1])

    def parts(self, x: torch.Tensor, numbers: int) -> list[torch.Tensor]:
        """`x` in parts of some samples, of which each has about `numbers` sums before conversion."""
        tile_rows = len(self.arithmetic.tile_rows(self.conductance.shape[1]))
        # No layer's output has more positions than its input has numbers a channel.
        positions = max(1, x[0].numel() // max(1, x.shape[1])) if x.dim() > 2 else 1
        return list(x.split(max(1, numbers // (tile_rows * self.columns * self.groups * positions))))

    def output_size(self, padded: torch.Tensor) -> tuple[int, int]:
        """Height and width of a convolution's output for padded images."""
        return tuple(
            (padded.shape[2 + axis] - self.dilation[axis] * (self.kernel_size[axis] - 1) - 1) // self.stride[axis] + 1
            for axis in (0, 1)
        )
