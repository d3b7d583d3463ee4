"""When MemTorch and this simulator agree. Needs neither torch nor MemTorch.

An ADC code is a rounded sum. Two orders of summation give sums that differ in their last bits, so a code may differ
where its sum lies on a rounding boundary, and then by one step. Such a difference is explained; any other is an error.
Explained differences must also be as rare as chance makes them: two sums that differ by d on average are told apart by
a step s in the proportion d / s of all codes.
"""

from collections.abc import Mapping
from typing import Any

COLUMNS = (
    "images",
    "max_abs_difference",  # of the logits
    "max_abs_logit",
    "same_predictions",
    "codes",
    "codes_differing",
    "codes_allowed",  # to differ: see `allowed`
    "codes_unexplained",
    "max_relative_conductance_difference",
    "max_relative_line_difference",
    "passed",
)

LOGIT_TOLERANCE = 1e-5  # of the largest logit
CONDUCTANCE_TOLERANCE = 1e-6  # of each conductance
LINE_TOLERANCE = 1e-5  # of the coefficient; of the largest digital output for the intercept

# How far the sums of n products in two orders lie apart, in units in the last place of the largest sum that sets the
# range, times sqrt(n), as which rounding errors grow (N. J. Higham and T. Mary, "A new approach to probabilistic
# rounding error analysis", SIAM J. Sci. Comput. 41 (5), 2019). Measured on tiles of the trained MNIST and CIFAR10
# networks, 64x64 to 256x256, between MKL's orders for AVX2 and AVX-512 and `separate`: mean 0.01 to 0.03, largest 0.6,
# and 57 of 1.56 million codes of 12 bits differed. On random tiles (tests/unit/test_parity.py): mean 0.02 to 0.05,
# largest 0.85.
MEAN_DIFFERENCE = 0.05
LARGEST_DIFFERENCE = 1.0
LEVEL = 1e-4  # the probability that chance alone exceeds the number of differing codes that is allowed


def allowed(expected: float) -> int:
    """Most differing codes that chance explains where `expected` are expected: exceeded with probability `LEVEL`."""
    from scipy.stats import poisson

    return int(poisson.isf(LEVEL, expected))


def passed(row: Mapping[str, Any]) -> bool:
    """Whether both agree, from the other columns of a row.

    They agree if
    - the simulator's own mapping and non-idealities give MemTorch's conductances, and its tuning MemTorch's line;
    - layer by layer, on identical inputs, every code that differs is explained, and no more differ than chance allows;
    - the logits are equal to rounding and every prediction is the same. Only a code that differed may break this:
      the layers after it see other inputs.
    """
    same_logits = row["max_abs_difference"] <= LOGIT_TOLERANCE * row["max_abs_logit"]
    return bool(
        row["max_relative_conductance_difference"] <= CONDUCTANCE_TOLERANCE
        and row["max_relative_line_difference"] <= LINE_TOLERANCE
        and row["codes_unexplained"] == 0
        and row["codes_differing"] <= row["codes_allowed"]
        and ((same_logits and row["same_predictions"]) or row["codes_differing"] > 0)
    )
