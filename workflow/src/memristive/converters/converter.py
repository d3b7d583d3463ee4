"""The interface of a converter, and the rounding that converters share."""

from typing import Protocol

import torch


class Converter(Protocol):
    """Transfer curve of an analogue-to-digital converter whose range is a power of two."""

    def magnitude(self, y: torch.Tensor) -> torch.Tensor:
        """Size of each value, which the range has to hold, float32 of the shape of `y`."""
        ...

    def convert(self, y: torch.Tensor, bits: int, exponent: torch.Tensor) -> torch.Tensor:
        """Values that the codes of `y` stand for, in a range of 2**exponent; beyond it, the outermost code's.

        Args:
            y: float32 [..., n].
            bits: resolution, at least 2.
            exponent: float32 of whole numbers, with one axis for each of `y`'s, or none.
        """
        ...


def round_to(y: torch.Tensor, exponent: torch.Tensor, bits: int) -> torch.Tensor:
    """Nearest multiple of 2**exponent, halves upwards, clamped to `bits` bits of two's complement."""
    step = torch.exp2(exponent)
    bound = 2.0 ** (bits - 1)
    return torch.floor(y / step + 0.5).clamp(-bound, bound - 1) * step
