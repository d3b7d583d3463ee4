"""A linear converter: codes stand for evenly spaced values. Source: MemTorch 1.1.6, memtorch/cpp/quantize.h."""

import torch

from memristive.converters.converter import round_to


class Linear:
    """Steps of 2**(exponent + 1 - bits)."""

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        return y.abs()

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        return round_to(y, exponent + (1 - bits), bits)
