"""Noise of reads and of conversions: normal numbers that depend on where they are used alone.

So any of them can be drawn by itself. A number is named by the layer's seed, the group, the sample, the vector of that
sample, the row of tiles and the column; where a vector is read several times, also by the slice and the cycle of the
read. Conversions of those reads have another seed. Four columns share a block
of a counter-based generator, Threefry-4x32 with 13 rounds (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw,
"Parallel random numbers: as easy as 1, 2, 3", SC 2011), whose words become normal two by two (G. E. P. Box and M. E.
Muller, Annals of Mathematical Statistics 29, 610, 1958). Logarithm, sine and cosine are polynomials in single
precision, to 1e-7 of their values, so that every processor finds the same bits.

This is the readable definition of what level/noise.inc computes.
"""

from __future__ import annotations

import dataclasses

import torch

from memristive.arrays.summation import fused_multiply_add

WORD = 2**32 - 1
ROUNDS = 13
ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))
PARITY = 0x1BD11BDA  # of the key schedule
BLOCK = 4  # columns

# log(1 + t) = t + t**2 Q(t) between the roots of 1/2 and of 2, sin(pi/4 v) = v S(v**2) and cos(pi/4 v) = C(v**2) for
# v from -1 to 1: least largest errors, 3e-8, 3e-9 and 3e-8. By rising powers.
LOGARITHM = (
    *(-0.49999991059303284, 0.33333951234817505, -0.25001755356788635, 0.19962072372436523),
    *(-0.16570508480072021, 0.14917974174022675, -0.14307518303394318, 0.08734836429357529),
)
SINE = (0.7853981852531433, -0.08074543625116348, 0.002490007085725665, -3.595450834836811e-05)
COSINE = (1.0, -0.3084242641925812, 0.015849914401769638, -0.0003188805130776018)
LN2 = 0.6931471824645996
ROOT_OF_HALF = 0x3F3504F3  # bits of a float32


@dataclasses.dataclass
class Noise:
    """The noise of one layer's reads, or of its conversions.

    Attributes:
        seed: 64 bits.
        used: samples that were read before; the next ones count from there. After 2**32 numbers repeat.
        group: of a convolution.
        slice_, cycle: of the reads, where weights lie on slices and inputs come bit by bit; below 2**16.
    """

    seed: int
    used: int = 0
    group: int = 0
    slice_: int = 0
    cycle: int = 0

    @property
    def key(self) -> tuple[int, int, int, int]:
        """Key of the generator."""
        return self.seed & WORD, self.seed >> 32 & WORD, self.group, self.slice_ << 16 | self.cycle

    def normal(self, samples: int, vectors: int, tile_row: int, columns: int) -> torch.Tensor:
        """Standard normal numbers of the next samples, float32 [samples, vectors, columns]; `used` stays."""
        counts = (torch.arange(samples), torch.arange(vectors), torch.arange(-(-columns // BLOCK)))
        sample, vector, block = (
            count.view([-1 if axis == place else 1 for axis in range(3)]) for place, count in enumerate(counts)
        )
        return self._blocks(sample, vector, tile_row, block).flatten(2)[..., :columns]

    def at(self, sample: torch.Tensor, vector: torch.Tensor, tile_row: int, column: torch.Tensor) -> torch.Tensor:
        """Single numbers of those of `normal`, float32 of the shape that the arguments, int64, have in common."""
        found = self._blocks(sample, vector, tile_row, column // BLOCK)
        return found.gather(-1, (column % BLOCK).expand(found.shape[:-1])[..., None])[..., 0]

    def _blocks(self, sample: torch.Tensor, vector: torch.Tensor, tile_row: int, block: torch.Tensor) -> torch.Tensor:
        """Numbers of blocks of columns, float32 [..., BLOCK]."""
        words = threefry((self.used + sample & WORD, vector, torch.tensor(tile_row), block), self.key)
        pairs = [box_muller(*words[:2]), box_muller(*words[2:])]
        return torch.stack([number for pair in pairs for number in pair], -1)


def threefry(counter: tuple[torch.Tensor, ...], key: tuple[int, int, int, int]) -> list[torch.Tensor]:
    """Four random words of each counter, whose words broadcast; all int64 from 0 to 2**32 - 1."""
    schedule = (*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ PARITY)
    words = [(word + part) & WORD for word, part in zip(torch.broadcast_tensors(*counter), schedule, strict=False)]
    for number in range(ROUNDS):
        to = (1, 3) if number % 2 == 0 else (3, 1)
        for into, other, by in zip((0, 2), to, ROTATIONS[number % 8], strict=True):
            words[into] = (words[into] + words[other]) & WORD
            words[other] = (words[other] << by & WORD | words[other] >> (32 - by)) ^ words[into]
        if number % 4 == 3:
            turn = number // 4 + 1
            words = [(word + schedule[(turn + place) % 5]) & WORD for place, word in enumerate(words)]
            words[3] = (words[3] + turn) & WORD
    return words


def box_muller(of_radius: torch.Tensor, of_angle: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Two independent standard normal numbers, float32, of two random words.

    The radius is sqrt(-2 log u) of an odd multiple u of 2**-31. Of the angle's word the lowest 30 bits say where on a
    quarter of the circle a point lies, the other two on which quarter.
    """
    bits = (of_radius >> 1 | 1).int().float().view(torch.int32)
    exponent = (bits - ROOT_OF_HALF) >> 23
    t = (bits - (exponent << 23)).view(torch.float32) - 1.0
    logarithm = fused_multiply_add(t * t, _polynomial(LOGARITHM, t), t)
    logarithm = fused_multiply_add((exponent - 31).float(), torch.tensor(LN2), logarithm)
    radius = square_root(logarithm * -2.0)
    v = ((of_angle << 2 & WORD ^ 2**31) - 2**31).float() * 2.0**-31  # the word as a signed one, from -1 to 1
    sine, cosine = v * _polynomial(SINE, v * v), _polynomial(COSINE, v * v)
    turned = (of_angle >> 30 & 1).bool()
    sign = 1.0 - 2.0 * (of_angle >> 31).float()
    return radius * torch.where(turned, sine, cosine) * sign, radius * torch.where(turned, cosine, sine) * sign


def square_root(x: torch.Tensor) -> torch.Tensor:
    """Of float32 numbers, rounded to the nearest: torch's own may be that of a library which is not.

    A root in double precision is never so close to the middle of two float32 that its own error could matter.
    """
    return x.double().sqrt().float()


def _polynomial(coefficients: tuple[float, ...], x: torch.Tensor) -> torch.Tensor:
    """Horner's scheme, each step in one rounding."""
    total = torch.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = fused_multiply_add(total, x, torch.tensor(coefficient))
    return total
