"""The converters of MemTorch 1.1.6 on a GPU: signed values set the range.

`sort_` of memtorch/cu/utils.cuh sorts the values themselves, where the CPU build sorts their magnitudes. The range is
then the next power of two above the largest positive value, zeros of padding columns among them, and what is more
negative takes the lowest code. Where the value that sets the range is negative, its logarithm is not a number, nor is
any code, and memtorch/cu/quantize.cuh replaces that by 0.
"""

import torch

from memristive.converters.converter import round_to


class SignedLinear:
    """Steps of 2**(exponent + 1 - bits); without a range all values become 0."""

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        return y

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        return _zero_without_range(round_to(y, exponent + (1 - bits), bits))


class SignedLogarithmic:
    """As `MemTorchLogarithmic`, in a signed range and with two signs: 0 counts as positive and so becomes 1."""

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        return y

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        logarithm = y.abs().log().clamp_min(1e-20)
        magnitude = _zero_without_range(round_to(logarithm, exponent + (1 - bits), bits - 1)).exp()
        return torch.where(y >= 0, magnitude, -magnitude)


def _zero_without_range(values: torch.Tensor) -> torch.Tensor:
    return torch.where(values.isnan(), 0.0, values)
