"""The analogue-to-digital converter behind each tile.

`quantise` is MemTorch's (1.1.6, memtorch/cpp/quantize.h, and memtorch/cu/quantize.cuh for a GPU). One vector is
what a tile puts out for one input vector; its own entries set the range of its conversion, as if each tile had an
ideal auto-ranging ADC. `quantise_in_range` is an ADC of a fixed range, with the same steps.
"""

import ctypes
import ctypes.util
import functools
import struct

import torch

from memristive import converters

OFFSET = 1e-12  # MemTorch adds it before the logarithm, so that a range of 0 has an exponent


def quantise(
    y: torch.Tensor,
    bits: int | None,
    quantisation: str = "linear",
    overflow_rate: float = 0.0,
    ranging: str = "physical",
    equal_entries_pass: bool = True,
) -> torch.Tensor:
    """Convert vectors and return the values that the codes stand for.

    Args:
        y: float32 [..., n], one vector along the last axis.
        bits: resolution, at least 2; None returns `y` itself.
        quantisation: "linear", "log" (sign and logarithm of the magnitude, in `bits` bits together), or another
            entry of `memristive.converters.CONVERTERS`.
        overflow_rate: proportion of a vector's entries that may lie above the range.
        ranging: what sets the range. "physical": the magnitudes of what is converted, for "log" the logarithms.
            "memtorch": linear magnitudes also for "log" (whose logarithms below 0 become 1e-20), as MemTorch on a
            CPU. "memtorch_cuda": signed values, see `memristive.converters.signed`.
        equal_entries_pass: a vector whose entries are all equal, or that has one, is returned as it is, as MemTorch
            on a CPU does, instead of being converted like any other.

    Returns:
        float32 [..., n].
    """
    if bits is None or y.numel() == 0:
        return y
    exponent = needed_range(y, quantisation, overflow_rate, ranging)
    converted = quantise_in_range(y, bits, exponent, quantisation, ranging)
    if not equal_entries_pass:
        return converted
    return torch.where((y == y[..., :1]).all(-1, keepdim=True), y, converted)


def needed_range(
    y: torch.Tensor, quantisation: str = "linear", overflow_rate: float = 0.0, ranging: str = "physical"
) -> torch.Tensor:
    """Exponent of the power of two that is the range of a conversion of `y`, float32 [..., 1]; see `quantise`."""
    return range_exponent(converters.get(quantisation, ranging).magnitude(y), overflow_rate)


def quantise_in_range(
    y: torch.Tensor, bits: int, exponent: torch.Tensor, quantisation: str = "linear", ranging: str = "physical"
) -> torch.Tensor:
    """Convert in the range of 2**exponent; what lies beyond it takes the outermost code.

    Args as for `quantise`; `exponent` is float32 and has one axis for each of `y`'s, or none.
    """
    return converters.get(quantisation, ranging).convert(y, bits, exponent)


def range_exponent(magnitudes: torch.Tensor, overflow_rate: float) -> torch.Tensor:
    """Exponent of the power of two that bounds the entry of rank round(overflow_rate * n), largest first.

    Args:
        magnitudes: float32 [..., n].

    Returns:
        float32 [..., 1] of whole numbers: ceil(log2(entry + 1e-12)); not a number where that entry is negative.
    """
    n = magnitudes.shape[-1]
    # MemTorch: a float32 product, rounded half away from zero.
    product = (torch.tensor(overflow_rate, dtype=torch.float32) * n).item()
    rank = min(int(product + 0.5), n - 1)
    if rank == 0:
        entry = magnitudes.amax(-1, keepdim=True)
    else:
        entry = magnitudes.sort(dim=-1, descending=True).values[..., rank : rank + 1]
    return ceil_log2(entry + OFFSET)


def ceil_log2(x: torch.Tensor) -> torch.Tensor:
    """ceil(log2f(x)) of the C library, float32: minus infinity for 0, not a number below.

    log2f rounds to the power itself a few ulps above a power of two, so the exponent bits alone
    would differ from MemTorch there.
    """
    mantissa, exponent = torch.frexp(x)  # x = mantissa * 2**exponent, mantissa in [0.5, 1)
    below = exponent - 1  # 2**below <= x
    tolerance = _tolerances().to(x.device)[(below + 149).clamp(0, 276).long()]
    result = torch.where(mantissa <= tolerance, below, exponent).to(x.dtype)
    return torch.where((x > 0) & torch.isfinite(x), result, x.log2())


@functools.cache
def _tolerances() -> torch.Tensor:
    """For each exponent e from -149 to 127 the largest mantissa m with ceil(log2f(2m * 2**e)) == e."""
    log2f = ctypes.CDLL(ctypes.util.find_library("m") or "libm.so.6").log2f
    log2f.restype, log2f.argtypes = ctypes.c_float, [ctypes.c_float]
    largest = []
    for exponent in range(-149, 128):
        # Subnormal numbers have no digits to spare and cannot appear: 1e-12 is added before.
        ulps = 0
        if exponent >= -126:
            base = struct.unpack("<I", struct.pack("<f", 2.0**exponent))[0]
            while log2f(struct.unpack("<f", struct.pack("<I", base + ulps + 1))[0]) <= exponent:
                ulps += 1
        largest.append(0.5 * (1 + ulps * 2.0**-23))
    return torch.tensor(largest, dtype=torch.float32)
