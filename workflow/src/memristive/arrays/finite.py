"""Whether all values of a tensor are finite."""

import torch


def all_finite(tensor: torch.Tensor) -> bool:
    """Whether a real floating-point tensor holds neither NaN nor an infinity; makes no copy, as torch.isfinite does."""
    if not tensor.numel():
        return True
    low, high = torch.aminmax(tensor)
    return bool(torch.isfinite(low) & torch.isfinite(high))
