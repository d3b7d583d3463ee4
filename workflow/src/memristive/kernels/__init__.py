"""Compiled kernels of the crossbar's forward pass; `product.multiply` and its neighbours are their definition."""

from memristive.kernels import ranges, slices
from memristive.kernels.chain import (
    BatchNorm,
    Chain,
    Crossbar,
    Flatten,
    MaxPool,
    OutputLine,
    ReLU,
    batch_norm,
    fused_chain,
    has_counterpart,
)
from memristive.kernels.layers import available, carry_out, codes, conv2d, linear, run, single, sums, sums_of
from memristive.kernels.native import Unsupported, level

__all__ = [
    "BatchNorm",
    "Chain",
    "Crossbar",
    "Flatten",
    "MaxPool",
    "OutputLine",
    "ReLU",
    "Unsupported",
    "available",
    "batch_norm",
    "carry_out",
    "codes",
    "conv2d",
    "fused_chain",
    "has_counterpart",
    "level",
    "linear",
    "ranges",
    "run",
    "single",
    "slices",
    "sums",
    "sums_of",
]
