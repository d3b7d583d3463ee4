"""Errors of real ADCs besides rounding and saturation: offset, gain, non-linearity and noise.

A converter whose range ends h steps from 0 makes of v steps

    v (1 + gain) + offset + inl (cos(a) (1 - u**2) + sin(a) 3 sqrt(3) / 2 u (1 - u**2)) + noise,  u = v / h,

rounded and clamped. Gain, offset and the angle a are a converter's own, the noise that of each conversion. The curve
is 0 at both ends of the range, as the integral non-linearity by end points is (IEEE Std 1241); a mixes its even part,
which gives a sine its second harmonic, with its odd one, which gives the third; the largest deviation of each is 1.
"""

from __future__ import annotations

import dataclasses
import math

import torch

from memristive.core.seeding import generator


@dataclasses.dataclass(frozen=True)
class Errors:
    """Of all converters of a layer.

    Attributes:
        offset, gain: float32 [slices, groups, tile rows, columns]; in steps, and as proportions.
        bow: inl * (cos(a), sin(a)), float32 [2, slices, groups, tile rows, columns], in steps.
        noise: standard deviation, in steps.
        seed: of the noise.
    """

    offset: torch.Tensor
    gain: torch.Tensor
    bow: torch.Tensor
    noise: float
    seed: int

    @classmethod
    def drawn(
        cls, normal: torch.Tensor, widths: list[int], shared: int, sizes: tuple[float, float, float, float], seed: int
    ) -> Errors:
        """Errors from standard normal numbers [4, slices, groups, tile rows, converters], see `converters`.

        Args:
            widths: columns of each column of tiles.
            shared: columns of a tile that have one converter.
            sizes: offset, gain, inl and noise, as in a Setting.
        """
        number, of_column = 0, []
        for width in widths:
            of_column += [number + column // shared for column in range(width)]
            number = of_column[-1] + 1
        offset, gain, x, y = normal[..., of_column]
        # The angle of two independent normal numbers is uniform.
        length = torch.hypot(x, y).clamp_min(1e-30)
        return cls(sizes[0] * offset, sizes[1] * gain, sizes[2] * torch.stack([x, y]) / length, sizes[3], seed)

    def distorted(
        self, steps: torch.Tensor, slice_: int, group: int, highest: int, use: tuple[int, ...]
    ) -> torch.Tensor:
        """Sums in steps [tile rows, ..., columns] as they are rounded; `use` names the draws of the noise."""
        at = (slice_, group)
        offset, gain, even, odd = (
            part.view(len(part), *(1,) * (steps.dim() - 2), -1)
            for part in (self.offset[at], self.gain[at], self.bow[0][at], self.bow[1][at])
        )
        u = steps / highest
        curve = (even + odd * (1.5 * math.sqrt(3)) * u) * (1 - u * u)
        found = steps + steps * gain + offset + torch.where(u.abs() <= 1, curve, 0.0)
        if not self.noise:
            return found
        drawn = torch.randn(steps.shape, generator=generator(self.seed, "conversion", slice_, group, *use))
        return found + self.noise * drawn


def converters(widths: list[int], shared: int) -> int:
    """Converters of a row of tiles."""
    return sum(-(-width // shared) for width in widths)
