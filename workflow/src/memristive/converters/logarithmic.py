"""Logarithmic converters: codes stand for a sign and the logarithm of a magnitude, in `bits` bits together."""

import torch

from memristive.converters.converter import round_to


class Logarithmic:
    """The range holds the logarithms; one of the bits is the sign's."""

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        return self._logarithm(y.abs()).abs()

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        return round_to(self._logarithm(y.abs()), exponent + (2 - bits), bits - 1).exp() * y.sign()

    @staticmethod
    def _logarithm(magnitude: torch.Tensor) -> torch.Tensor:
        return torch.where(magnitude == 0, 0.0, magnitude.log())


class MemTorchLogarithmic:
    """As MemTorch 1.1.6 computes it (memtorch/cpp/quantize.h): the range holds the linear magnitudes.

    Logarithms below 0 are replaced by 1e-20, so that every magnitude below 1 becomes 1.
    """

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        return y.abs()

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        logarithm = y.abs().log().clamp_min(1e-20)
        return round_to(logarithm, exponent + (1 - bits), bits - 1).exp() * y.sign()
