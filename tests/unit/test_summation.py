"""The two orders of summation against exact rational arithmetic, rounded once a step or twice."""

import math
from fractions import Fraction

import pytest
import torch

from memristive.arrays.summation import accumulate, fused_multiply_add, multiply_then_add


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def rounded(value: Fraction) -> float:
    """The float32 nearest to `value`, of two as near the even one (IEEE 754-2008, 4.3.1)."""
    magnitude = abs(value)
    exponent = math.frexp(float(magnitude))[1] - 1
    exponent = max(-126, exponent - (magnitude < Fraction(2) ** exponent))  # float() may have reached the next power
    ulp = Fraction(2) ** (exponent - 23)
    nearest = round(magnitude / ulp) * ulp  # halves to even
    if nearest >= Fraction(2) ** 128:
        nearest = float("inf")
    return float(nearest) * (-1 if value < 0 else 1)


def exact_fused(a: float, b: float, c: float) -> float:
    return rounded(Fraction(a) * Fraction(b) + Fraction(c))


def exact_separate(a: float, b: float, c: float) -> float:
    product = rounded(Fraction(a) * Fraction(b))
    return product if math.isinf(product) else rounded(Fraction(product) + Fraction(c))


def close_to_ties() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Sums just beside the middle of two float32, nearer to it than a float64 can tell; and ties themselves."""
    i = torch.arange(400, dtype=torch.float64)
    a, b = (1 + i * 2.0**-23).float(), (1 - i * 2.0**-23).float()  # a * b = 1 - i**2 * 2**-46
    c = 1 + torch.arange(400) % 7 * 2.0**-23
    half = 2.0**-24  # of the distance between c and its neighbour
    return torch.cat([a, a, -a, a]), torch.cat([b, b, b, -b]) * half, torch.cat([c, -c, c, -c])


def cases() -> dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    n = 400
    a, b, c = draw(n), draw(n, seed=1), draw(n, seed=2)
    ties = close_to_ties()
    spread = torch.exp2(torch.arange(n) % 60 - 30.0)
    subnormal = torch.full((1600,), 2.0**-126) * ties[0], ties[1], ties[2] * 2.0**-126
    largest = torch.finfo(torch.float32).max
    limits = torch.tensor([largest, largest, largest, 2.0**127, 2.0**104, -largest])
    factors = torch.tensor([1.0, 1 + 2.0**-23, -1.0, 2.0, 0.5, 1.0])
    addends = torch.tensor([2.0**102, -largest, largest, -(2.0**103), largest, -(2.0**103)])
    return {
        "random": (a, b, c),
        "unequal sizes": (a * spread, b, c),
        "cancellation": (a, b, -(a * b)),
        "close to ties": ties,
        "close to ties of subnormals": subnormal,
        "products below all float32": (a * 2.0**-100, b * 2.0**-100, c * 2.0**-140),
        "subnormal factors": (a * 2.0**-140, b, c * 2.0**-145),
        "largest float32": (limits, factors, addends),
    }


@pytest.mark.parametrize("case", cases())
@pytest.mark.parametrize("add, exact", [(fused_multiply_add, exact_fused), (multiply_then_add, exact_separate)])
def test_a_step_is_rounded_as_exact_arithmetic_says(add, exact, case):
    a, b, c = cases()[case]
    expected = torch.tensor([exact(*numbers) for numbers in zip(a.tolist(), b.tolist(), c.tolist(), strict=True)])
    assert torch.equal(add(a, b, c), expected)


def round_twice(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    return (a.double() * b.double() + c.double()).float()


def test_cases_are_hard():
    """Rounding to float64 and then to float32 is wrong on the cases close to ties, and so is a rounded product."""
    for case, others in (
        ("close to ties", (round_twice, multiply_then_add)),
        ("close to ties of subnormals", (round_twice,)),
        ("random", (multiply_then_add,)),
    ):
        numbers = cases()[case]
        for other in others:
            assert (other(*numbers) != fused_multiply_add(*numbers)).sum() > 50, case


def test_infinite_and_undefined_values_are_those_of_ieee():
    inf, nan = torch.inf, torch.nan
    numbers = [(inf, 1, 1), (1, 1, -inf), (inf, 1, -inf), (inf, 0, 1), (nan, 1, 1), (-inf, 2, 0), (3e38, 3e38, -1)]
    a, b, c = torch.tensor(numbers, dtype=torch.float32).t()
    expected = torch.tensor([inf, -inf, nan, nan, nan, -inf, inf])
    assert torch.allclose(fused_multiply_add(a, b, c), expected, equal_nan=True)


@pytest.mark.parametrize("order, exact", [("fused", exact_fused), ("separate", exact_separate)])
def test_rows_are_summed_from_the_first_to_the_last(order, exact):
    x, conductance = draw(2, 3, 40), draw(40, 5, seed=1)
    found = accumulate(x, conductance, order)
    assert found.shape == (2, 3, 5)
    for vector, sums in zip(x.reshape(-1, 40), found.reshape(-1, 5), strict=True):
        for column in range(5):
            total = 0.0
            for voltage, siemens in zip(vector.tolist(), conductance[:, column].tolist(), strict=True):
                total = exact(voltage, siemens, total)
            assert sums[column].item() == total


@pytest.mark.parametrize("order", ["fused", "separate"])
def test_vectors_do_not_depend_on_how_many_there_are(order):
    x, conductance = draw(300, 9), draw(9, 100, seed=1)
    whole = accumulate(x, conductance, order)
    assert torch.equal(torch.cat([accumulate(part, conductance, order) for part in x.split(7)]), whole)
    assert accumulate(x[:0], conductance, order).shape == (0, 100)
