"""Whether all values of a tensor are finite."""

import math

import torch


def all_finite(tensor: torch.Tensor) -> bool:
    """Whether a real floating-point tensor holds neither NaN nor an infinity; makes no copy, as torch.isfinite does."""
    return not tensor.numel() or all(math.isfinite(extreme.item()) for extreme in torch.aminmax(tensor))
