"""Inputs as voltages on the word lines. Source: MemTorch 1.1.6, memtorch/map/Input.py (naive_scale)."""

import torch


def encode(x: torch.Tensor, max_input_voltage: float | None, per_sample: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale inputs whose largest magnitude exceeds the maximum input voltage.

    Args:
        x: float32 [samples, ...], zero padding included.
        max_input_voltage: V; None leaves every input as it is.
        per_sample: whether each sample has its own scale, or the whole batch one.

    Returns:
        The voltages, and the factor that undoes the scaling on a linear layer's output,
        [samples, 1, ...] or [1, 1, ...].
    """
    axes = tuple(range(1, x.dim())) if per_sample else tuple(range(x.dim()))
    if max_input_voltage is None or x.numel() == 0:
        return x, torch.ones((1,) * x.dim(), dtype=x.dtype, device=x.device)
    largest = x.abs().amax(axes, keepdim=True)
    fits = largest <= max_input_voltage
    if bool(fits.all()):  # usual, and four passes over the inputs less
        return x, torch.ones_like(largest)
    # This form, not x * V / r: its rounding is MemTorch's (convert_range), also for zeros.
    scaled = ((x + largest) * (2 * max_input_voltage)) / (2 * largest) - max_input_voltage
    undo = torch.where(fits, torch.ones_like(largest), largest / max_input_voltage)
    return torch.where(fits, x, scaled), undo
