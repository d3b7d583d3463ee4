"""MKL's reproducible mode, in which MemTorch's single ADC codes are the same on every processor.

MemTorch multiplies input vectors with tiles by torch.matmul. On x86-64 processors that is MKL's gemv, whose order of
summation depends on processor and shape. Sums of two orders differ in their last bits, and where a sum lies on a
rounding boundary of the ADC, its code differs by one step. In its reproducible mode MKL multiplies, then adds, row by
row: the order `separate` of `memristive.arrays.summation`.

MKL reads the environment variable MKL_CBWR when it first multiplies. Set later, it has no effect.
"""

import functools
import os

from memristive.core.processor import MKL_MODE as MODE
from memristive.core.processor import MKL_VARIABLE as VARIABLE

SHAPES = ((9, 64), (18, 80), (64, 64), (128, 128), (48, 5))  # rows, columns of the products that find the order


def use_reproducible_mode() -> None:
    """Ask MKL for its reproducible mode in this process and its children, unless the variable has a value already."""
    if not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = MODE


@functools.cache
def order_of_summation() -> str:
    """How this process sums a vector times a matrix, found by multiplying.

    Returns:
        "separate" or "fused", as `memristive.arrays.summation` defines them, or "blocked": neither, on at least one of
        `SHAPES`.
    """
    import torch

    from memristive.arrays.summation import accumulate

    generator = torch.Generator().manual_seed(0)
    possible = {"separate", "fused"}
    for shape in SHAPES:
        vector, matrix = torch.randn(shape[0], generator=generator), torch.randn(shape, generator=generator)
        product = torch.matmul(vector, matrix)
        possible = {order for order in possible if torch.equal(product, accumulate(vector, matrix, order))}
    return possible.pop() if possible else "blocked"


def notice() -> str:
    """One line that says why codes may differ and what to do; empty where torch sums in the order `separate`."""
    order = order_of_summation()
    if order == "separate":
        return ""
    return (
        f"torch sums in the order {order!r} in this process, so single ADC codes of MemTorch may differ by one step: "
        f"torch multiplied before {VARIABLE}={MODE} was set; set it in the environment, or import the names of "
        "memristive.memtorch first"
    )
