"""Errors of real ADCs besides rounding and saturation: offset, gain, non-linearity and noise.

A converter whose range ends h steps from 0 makes of v steps

    v (1 + gain) + offset + inl (cos(a) (1 - u**2) + sin(a) 3 sqrt(3) / 2 u (1 - u**2)) + noise,  u = v / h,

rounded and clamped. Gain, offset and the angle a are a converter's own, the noise that of each conversion: normal
numbers that depend on where they are used alone, as those of reads do (`memristive.arrays.noise`). The curve is 0
at both ends of the range, as the integral non-linearity by end points is (IEEE Std 1241); a mixes its even part, which
gives a sine its second harmonic, with its odd one, which gives the third; the largest deviation of each is 1.
"""

from __future__ import annotations

import dataclasses
import math

import torch

from memristive.arrays.noise import Noise

ODD = 1.5 * math.sqrt(3)  # makes 1 the largest value of its product with u (1 - u**2)
OF_CONVERSIONS = 2**63  # added to the seed of their noise: seeds of reads are smaller, so that no number serves both


@dataclasses.dataclass(frozen=True)
class Errors:
    """Of all converters of a layer, whose noise `memristive.arrays.slices.definition` adds.

    Attributes:
        offset, gain: float32 [slices, groups, tile rows, columns]; in steps, and as proportions.
        bow: inl * (cos(a), sin(a)), float32 [2, slices, groups, tile rows, columns], in steps.
        noise: standard deviation, in steps.
        draw: that noise; conversions count its samples on.
    """

    offset: torch.Tensor
    gain: torch.Tensor
    bow: torch.Tensor
    noise: float
    draw: Noise

    @classmethod
    def drawn(
        cls, normal: torch.Tensor, widths: list[int], shared: int, sizes: tuple[float, float, float, float], seed: int
    ) -> Errors:
        """Errors from standard normal numbers [4, slices, groups, tile rows, converters], see `converters`.

        Args:
            widths: columns of each column of tiles.
            shared: columns of a tile that have one converter.
            sizes: offset, gain, inl and noise, as in a Setting.
            seed: of the noise, below 2**63.
        """
        number, of_column = 0, []
        for width in widths:
            of_column += [number + column // shared for column in range(width)]
            number = of_column[-1] + 1
        offset, gain, x, y = normal[..., of_column]
        # The angle of two independent normal numbers is uniform.
        length = torch.hypot(x, y).clamp_min(1e-30)
        bow = sizes[2] * torch.stack([x, y]) / length
        return cls(sizes[0] * offset, sizes[1] * gain, bow, sizes[3], Noise(seed + OF_CONVERSIONS))

    def of(self, group: int) -> torch.Tensor:
        """Offset, gain, even and odd part of the curve of a group, float32 [4, slices, tile rows, columns].

        The curve is (even + odd u) (1 - u**2).
        """
        even, odd = self.bow
        return torch.stack([self.offset, self.gain, even, odd * ODD])[:, :, group]

    def distorted(self, steps: torch.Tensor, slice_: int, group: int, highest: int) -> torch.Tensor:
        """Sums in steps [tile rows, ..., columns] as converters of that highest code take them, without noise."""
        offset, gain, even, odd = (
            part.view(len(part), *(1,) * (steps.dim() - 2), -1) for part in self.of(group)[:, slice_]
        )
        u = steps / highest
        curve = (even + odd * u) * (1 - u * u)
        return steps + steps * gain + offset + torch.where(u.abs() <= 1, curve, 0.0)


def converters(widths: list[int], shared: int) -> int:
    """Converters of a row of tiles."""
    return sum(-(-width // shared) for width in widths)
