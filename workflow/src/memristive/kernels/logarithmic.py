"""Tables by which the kernels repeat torch's logarithm and exponential in the logarithmic ADC, to the last bit.

Both functions differ from library to library in the last bit. A code, however, is a step function
of the magnitude, and it stands for one of few values: the steps are found by bisection, with
torch's own functions, and so are the values.
"""

import dataclasses
import functools
from collections.abc import Callable

import torch

from memristive.kernels import native

MOST_BITS = 12  # beyond, the tables take longer to make than they save
MEMTORCH_EXPONENTS = 71  # linear ranges up to 2**30; larger ones are left to the plain path
LOG_EXPONENTS = 48  # |log y| of a float32 is below 2**7
INFINITY = 0x7F800000


@dataclasses.dataclass(frozen=True)
class Tables:
    """Row e belongs to a range of 2**(e + native.FIRST_EXPONENT).

    Attributes:
        limits: float32 [exponents, codes], the smallest magnitude that gets this code or a higher one.
        values: float32 [exponents, codes], the magnitude that the code stands for.
        bounds: float32 [2, exponents], smallest and largest magnitude whose logarithm lies in the range.
    """

    limits: torch.Tensor
    values: torch.Tensor
    bounds: torch.Tensor


@functools.cache
def tables(bits: int, memtorch: bool) -> Tables:
    """Tables of an ADC of `bits` bits, the sign among them; `memtorch`: as in `adc.quantise`.

    Raises Unsupported for more than 12 bits, and where torch's logarithm does not rise with its argument.
    """
    if bits > MOST_BITS:
        raise native.Unsupported
    exponents = torch.arange(MEMTORCH_EXPONENTS if memtorch else LOG_EXPONENTS) + native.FIRST_EXPONENT
    step = torch.exp2((exponents + (1 if memtorch else 2) - bits).float())[:, None]
    bound = 2.0 ** (bits - 2)
    codes = torch.arange(-bound, bound)

    def reaches(magnitude: torch.Tensor) -> torch.Tensor:
        logarithm = magnitude.log()
        if memtorch:
            logarithm = logarithm.clamp_min(1e-20)
        return torch.floor(logarithm / step + 0.5) >= codes

    limits = _first(reaches, len(exponents), len(codes))
    limits[:, 0] = 0  # the lowest code takes everything below
    range_limits = native.exponent_limits()[: len(exponents), None]
    lower = _first(lambda magnitude: magnitude.log() >= -range_limits, len(exponents), 1)
    above = _first(lambda magnitude: magnitude.log() > range_limits, len(exponents), 1)
    upper = torch.nextafter(above, torch.zeros(()))
    return Tables(limits, (codes * step).exp(), torch.cat([lower, upper], 1).t().contiguous())


def _first(holds: Callable[[torch.Tensor], torch.Tensor], *shape: int) -> torch.Tensor:
    """Smallest float32 from which on `holds`; infinity where it never does. Raises Unsupported if it stops again."""
    below = torch.full(shape, -1, dtype=torch.int32)
    above = torch.full(shape, INFINITY, dtype=torch.int32)
    while bool((above - below > 1).any()):
        middle = below + (above - below) // 2
        found = holds(middle.clamp_min(0).view(torch.float32)) & (middle >= 0)
        above = torch.where(found, middle, above)
        below = torch.where(found, below, middle)
    for distance in range(1, 5):
        low, high = above - distance, above + (distance - 1)
        early = holds(low.clamp_min(0).view(torch.float32)) & (low >= 0)
        missing = ~holds(high.clamp_max(INFINITY - 1).view(torch.float32)) & (high < INFINITY)
        if bool((early | missing).any()):
            raise native.Unsupported
    return above.view(torch.float32)
