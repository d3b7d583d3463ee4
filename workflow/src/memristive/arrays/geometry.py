"""How inputs meet the arrays of a layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
import torch.nn.functional as F


@dataclasses.dataclass(frozen=True, kw_only=True)
class Geometry:
    """Of a Conv2d or a Linear, the common part of `stage.Stage` and `slices.stage.SlicedStage`.

    Attributes:
        kernel_size: rows, columns; None: Linear. Likewise stride and dilation.
        padding: left, right, top, bottom.
        padding_mode: as torch.nn.Conv2d has it.
    """

    kernel_size: tuple[int, int] | None = None
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    padding_mode: str = "zeros"

    def by_output(self, values: torch.Tensor) -> torch.Tensor:
        """`values` [outputs] in a shape that goes with the layer's outputs."""
        return values if self.kernel_size is None else values.view(-1, 1, 1)

    def padded(self, x: torch.Tensor) -> torch.Tensor:
        """Images with their padding."""
        return F.pad(x, self.padding, "constant" if self.padding_mode == "zeros" else self.padding_mode)

    def laid_out(self, x: torch.Tensor) -> torch.Tensor:
        """Inputs as they are encoded: padded images, or a Linear's as [samples, vectors, rows]."""
        if self.kernel_size is not None:
            return self.padded(x)
        return x.reshape(1 if x.dim() == 1 else x.shape[0], -1, x.shape[-1])

    def output_size(self, padded: Sequence[int]) -> tuple[int, int]:
        """Height and width of a convolution's output for padded images of this height and width."""
        return tuple(
            (padded[axis] - self.dilation[axis] * (self.kernel_size[axis] - 1) - 1) // self.stride[axis] + 1
            for axis in (0, 1)
        )
