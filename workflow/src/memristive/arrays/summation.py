"""The two orders in which an array's currents are summed: the readable definition that the kernels are held to.

Both go row by row, from the first word line to the last, and are the same on every processor. A product of a
numerical library (``x @ conductance``) is neither: its order depends on the processor and on the shape.

``separate`` rounds each product and then each sum, as MemTorch's matrix-vector product does where MKL runs in its
reproducible mode. ``fused`` rounds once a row, as the fused multiply-add of IEEE 754-2008 (5.4.1) does.
"""

import torch

NUMBERS_AT_ONCE = 2**13  # sums of which the intermediate results stay in a processor's cache


def accumulate(x: torch.Tensor, conductance: torch.Tensor, order: str) -> torch.Tensor:
    """Sums of voltages times conductances.

    Args:
        x: V, float32 [..., rows].
        conductance: S, float32 [rows, columns].
        order: "separate" or "fused".

    Returns:
        A, float32 [..., columns].
    """
    add = {"separate": multiply_then_add, "fused": fused_multiply_add}[order]
    vectors = x.reshape(-1, x.shape[-1])
    parts = vectors.split(max(1, NUMBERS_AT_ONCE // max(1, conductance.shape[1])))
    sums = []
    for part in parts:
        total = part.new_zeros(len(part), conductance.shape[1])
        for row in range(conductance.shape[0]):
            total = add(part[:, row, None], conductance[row], total)
        sums.append(total)
    return torch.cat(sums).reshape(*x.shape[:-1], conductance.shape[1])


def multiply_then_add(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """a * b + c in two roundings; float32, of shapes that broadcast."""
    return c + a * b  # two operations of torch, which fuses nothing across them


def fused_multiply_add(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """a * b + c in one rounding; float32, of shapes that broadcast.

    A product of two float32 is exact in float64. Rounding the sum to float64 and then to float32 could round twice
    in the same direction; so the float64 is rounded to odd, which the second rounding cannot mistake for a tie.
    Source: S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using
    rounding to odd", IEEE Transactions on Computers 57 (4), 2008.
    """
    product, c = a.double() * b.double(), c.double()
    total = product + c
    # The error of the sum, exact (Knuth's two-sum).
    part = total - product
    error = (product - (total - part)) + (c - part)
    # To odd: truncate towards zero, then set the last bit where something was lost.
    # The error of a sum that is infinite is not a number, and then neither comparison holds.
    bits = total.view(torch.int64) - (error * total < 0).long()
    return (bits | (error.abs() > 0).long()).view(torch.float64).float()
