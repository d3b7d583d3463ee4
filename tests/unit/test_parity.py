"""Which settings MemTorch also carries out, and when it agrees with the simulator; MemTorch itself is not needed."""

import math

import pytest
import torch

from memristive.arrays.product import Arithmetic
from memristive.arrays.summation import accumulate
from memristive.converters import adc
from memristive.core.grid import expand
from memristive.memtorch import comparison, criterion
from memristive_study.plan import parity

GOOD = {
    "max_abs_difference": 1e-6,
    "max_abs_logit": 1.0,
    "same_predictions": True,
    "codes": 200_000,
    "codes_differing": 0,
    "codes_allowed": 2,
    "codes_unexplained": 0,
    "max_relative_conductance_difference": 0.0,
    "max_relative_line_difference": 0.0,
}


@pytest.mark.parametrize(
    ("changes", "agree"),
    [
        ({}, True),
        ({"max_abs_difference": 2e-5}, False),
        ({"max_abs_difference": float("nan")}, False),
        ({"same_predictions": False}, False),
        ({"codes_differing": 2, "max_abs_difference": 0.1, "same_predictions": False}, True),
        ({"codes_differing": 3}, False),
        ({"codes_unexplained": 1}, False),
        ({"max_relative_conductance_difference": 2e-6}, False),
        ({"max_relative_line_difference": 2e-5}, False),
    ],
)
def test_when_the_engines_agree(changes, agree):
    assert criterion.passed(GOOD | changes) is agree


@pytest.mark.parametrize(
    ("expected", "allowed", "exceeded"),
    [(0.0, 0, 0.0), (0.01, 1, 4.97e-5), (0.03, 2, 4.4e-6), (1.0, 6, 8.32e-5), (10.0, 24, 4.69e-5)],
)
def test_as_many_codes_may_differ_as_chance_explains(expected, allowed, exceeded):
    """`exceeded`, the Poisson probability of more, worked out by hand: 1 - exp(-m) (1 + m + m^2/2 + ...)."""
    assert criterion.allowed(expected) == allowed
    terms = [math.exp(-expected) * expected**count / math.factorial(count) for count in range(allowed + 1)]
    assert 1 - sum(terms) == pytest.approx(exceeded, rel=0.02, abs=1e-12)
    assert 1 - sum(terms) <= criterion.LEVEL
    assert allowed == 0 or 1 - sum(terms[:-1]) > criterion.LEVEL


def test_a_small_sample_passes_with_one_code_and_fails_with_one_in_a_thousand():
    """2,247 codes of 8 bits, sums of 25 products, whose ranges have 128 steps: the sample of a small network."""
    raw = torch.full((2247, 2), 0.3)
    raw[:, 0] = 1.0
    judged = comparison.Conversion(raw, raw, raw, (slice(0, 2247), slice(0, 1)), products=25)
    _, chance = comparison.judge(judged, Arithmetic(adc_bits=8))
    expected = float(judged.at_outputs(chance).sum())
    assert expected == pytest.approx(2247 * 5 * criterion.MEAN_DIFFERENCE * 2.0**-23 * 128)
    row = GOOD | {"codes": 2247, "codes_allowed": criterion.allowed(expected)}
    assert criterion.passed(row | {"codes_differing": 1})
    assert not criterion.passed(row | {"codes_differing": 2})


def in_blocks(x, conductance):
    """Four blocks of rows, each summed by fused multiply-add, as a BLAS with vector registers does."""
    blocks = torch.arange(len(conductance)).chunk(4)
    return sum(accumulate(x[:, rows], conductance[rows], "fused") for rows in blocks)


@pytest.mark.parametrize(("rows", "columns"), [(9, 64), (18, 80), (48, 10), (64, 64), (256, 10), (490, 64)])
@pytest.mark.parametrize("other", [in_blocks, lambda x, conductance: accumulate(x, conductance, "fused")])
def test_orders_of_summation_differ_as_the_criterion_says(rows, columns, other):
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(500, rows, generator=generator).clamp_min(0)  # after a ReLU
    conductance = torch.randn(rows, columns, generator=generator)
    one = accumulate(x, conductance, "separate")
    unit = math.sqrt(rows) * torch.finfo(torch.float32).eps * one.abs().amax(1, keepdim=True)
    difference = ((one - other(x, conductance)).abs() / unit)[unit[:, 0] > 0]
    assert criterion.MEAN_DIFFERENCE / 4 < difference.mean() < criterion.MEAN_DIFFERENCE * 1.3
    assert criterion.LARGEST_DIFFERENCE / 8 < difference.max() < criterion.LARGEST_DIFFERENCE


@pytest.mark.parametrize("bits", [8, 12])
def test_as_many_codes_differ_as_expected(bits):
    """Codes of sums in two orders: every difference is explained, and their number is what chance makes it."""
    generator = torch.Generator().manual_seed(6)
    x, conductance = torch.randn(20_000, 64, generator=generator), torch.randn(64, 64, generator=generator)
    sums = accumulate(x, conductance, "separate"), in_blocks(x, conductance)
    codes = [adc.quantise(values, bits) for values in sums]
    judged = comparison.Conversion(sums[0], *codes, (slice(0, len(x)), slice(0, 64)), products=64)
    unexplained, chance = comparison.judge(judged, Arithmetic(adc_bits=bits))
    differing, expected = int((codes[0] != codes[1]).sum()), float(chance.sum())
    assert not unexplained.any()
    assert 0 < differing <= criterion.allowed(expected)
    assert expected < 2 * differing + 5


def labels(*grids):
    return [label for label, _ in parity.extremes(*grids)]


def test_extremes_of_a_line_and_of_a_plane():
    assert labels(expand({}, {"max_input_voltage": [3, 1, 10, 2]})) == [
        "inputs.max_voltage-3",
        "inputs.max_voltage-1",
        "inputs.max_voltage-10",
        "inputs.max_voltage-2",
    ]
    plane = expand({}, {"adc_bits": [2, 4, 10], "tile_shape": [[64, 64], [128, 128], [256, 256]]})
    assert labels(plane) == [
        "adc.bits-2+array.tile_shape-64x64",
        "adc.bits-2+array.tile_shape-256x256",
        "adc.bits-10+array.tile_shape-64x64",
        "adc.bits-10+array.tile_shape-256x256",
    ]


def test_extremes_are_what_memtorch_can_carry_out_and_each_once():
    grid = expand({}, {"semantics": ["physical", "memtorch"], "conductance_states": [2, 3, None]})
    found = parity.extremes(grid, grid)
    assert [label for label, _ in found] == [
        "arithmetic.semantics-physical+states.count-2",
        "arithmetic.semantics-physical+states.count-none",
    ]
    assert {setting.arithmetic.semantics for _, setting in found} == {"memtorch"}


def test_extremes_of_more_than_two_fields():
    cube = expand({}, {"sigma": [0, 1, 2], "stuck_at_lrs": [0, 0.1], "stuck_at_hrs": [0, 0.2]})
    assert labels(cube) == [
        "variability.sigma-0+faults.stuck_at_lrs-0+faults.stuck_at_hrs-0",
        "variability.sigma-2+faults.stuck_at_lrs-0.1+faults.stuck_at_hrs-0.2",
    ]


def conversion(raw, ours, quantisation="linear", bits=4):
    raw = torch.tensor([raw])
    theirs = adc.quantise(raw, bits, quantisation, ranging="memtorch")
    ours = adc.quantise(torch.tensor([ours]), bits, quantisation, ranging="memtorch")
    return comparison.Conversion(raw, theirs, ours, (slice(0, 1), slice(0, raw.shape[1])), products=64)


@pytest.mark.parametrize("quantisation", ["linear", "log"])
def test_a_code_may_differ_only_beside_a_boundary(quantisation):
    # Range 8: the step is 2^(1 - 4 + 3) = 1, of the value or of its logarithm.
    boundary = {"linear": 4.5, "log": math.exp(0.5)}[quantisation]
    step = 1e-6
    arithmetic = Arithmetic(adc_bits=4, adc_quantisation=quantisation, ranging="memtorch")
    beside = conversion([7.0, boundary - step], [7.0, boundary + step], quantisation)
    assert (beside.ours != beside.theirs).tolist() == [[False, True]]
    assert not comparison.judge(beside, arithmetic)[0].any()
    away = conversion([7.0, boundary - 0.1], [7.0, boundary + 0.1], quantisation)
    assert comparison.judge(away, arithmetic)[0].tolist() == [[False, True]]
    farther = {"linear": 5.6, "log": math.exp(1.6)}[quantisation]
    two_steps = conversion([7.0, boundary - step], [7.0, farther], quantisation)
    assert comparison.judge(two_steps, arithmetic)[0].tolist() == [[False, True]]
