"""A Linear whose padding columns spill over a batch: every row of tiles by the kernels, added by the definition."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from memristive.arrays.spill import add_spilled
from memristive.kernels.native import Unsupported

if TYPE_CHECKING:
    from memristive.kernels.chain import Chain, Crossbar


class Linear:
    """One stage of a chain, run by batches.

    Args:
        stage: a Linear with `arithmetic.spills` "batch".
        build: makes a chain of one stage.

    Raises:
        Unsupported: something that the kernels do not carry out.
    """

    def __init__(self, stage: Crossbar, build: Callable[[Crossbar], Chain]) -> None:
        rows, columns = stage.conductance.shape
        if stage.kernel_size is not None or stage.arithmetic.tile_shape is None or stage.arithmetic.rescale_output:
            raise Unsupported
        first, end = stage.tile_rows or (0, -(-rows // stage.arithmetic.tile_shape[0]))
        # A range over the batch is handed to `run`.
        arithmetic = dataclasses.replace(stage.arithmetic, scale_scope="sample", spills="none")
        used = max([stage.columns, *(stage.conductance.any(0).nonzero().flatten() + 1).tolist()])
        bare = dataclasses.replace(stage, columns=used, arithmetic=arithmetic, line=None, bias=None)
        # Of the zeros of further columns a logarithmic ADC makes 1; others leave them.
        self._ones = columns - used if arithmetic.adc_bits and arithmetic.adc_quantisation == "log" else 0
        self._rows = [build(dataclasses.replace(bare, tile_rows=(row, row + 1))) for row in range(first, end)]
        self._stage = stage

    def run(self, x: torch.Tensor, threads: int, ranges: torch.Tensor | None, batch_size: int) -> torch.Tensor | None:
        """Outputs, float32 [images, columns]; arguments and None as for `native.Handle.run`."""
        stage = self._stage
        found = [row(x, threads, ranges=ranges) for row in self._rows]
        if any(row is None for row in found):
            return None
        total = x.new_zeros(len(x), stage.columns)
        for row in found:
            total += row[:, : stage.columns]
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            padding = [F.pad(row[None, batch, stage.columns :], (0, self._ones), value=1.0) for row in found]
            total[batch] = add_spilled(total[None, batch], padding)[0]
        if stage.line is not None:
            coefficient, intercept = stage.line
            total = total * coefficient + intercept
        return total if stage.bias is None else total + stage.bias
