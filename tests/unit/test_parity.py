"""Which settings both engines carry out, and when they agree; MemTorch itself is not needed."""

import math

import pytest
import torch

from memristive.arrays.product import Arithmetic
from memristive.converters import adc
from memristive.core.grid import expand
from memristive_study.jobs import validation
from memristive_study.plan import parity

GOOD = {
    "max_abs_difference": 1e-6,
    "max_abs_logit": 1.0,
    "same_predictions": True,
    "codes": 200_000,
    "codes_differing": 0,
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
    assert parity.passed(GOOD | changes) is agree


def labels(*grids):
    return [label for label, _ in parity.extremes(*grids)]


def test_extremes_of_a_line_and_of_a_plane():
    assert labels(expand({}, {"max_input_voltage": [3, 1, 10, 2]})) == [
        "max_input_voltage-3",
        "max_input_voltage-1",
        "max_input_voltage-10",
        "max_input_voltage-2",
    ]
    plane = expand({}, {"adc_bits": [2, 4, 10], "tile_shape": [[64, 64], [128, 128], [256, 256]]})
    assert labels(plane) == [
        "adc_bits-2.tile_shape-64x64",
        "adc_bits-2.tile_shape-256x256",
        "adc_bits-10.tile_shape-64x64",
        "adc_bits-10.tile_shape-256x256",
    ]


def test_extremes_are_what_memtorch_can_carry_out_and_each_once():
    grid = expand({}, {"semantics": ["physical", "memtorch"], "conductance_states": [2, 3, None]})
    found = parity.extremes(grid, grid)
    assert [label for label, _ in found] == [
        "semantics-physical.conductance_states-2",
        "semantics-physical.conductance_states-none",
    ]
    assert {setting.arithmetic.semantics for _, setting in found} == {"memtorch"}


def test_extremes_of_more_than_two_fields():
    cube = expand({}, {"sigma": [0, 1, 2], "stuck_at_lrs": [0, 0.1], "stuck_at_hrs": [0, 0.2]})
    assert labels(cube) == ["sigma-0.stuck_at_lrs-0.stuck_at_hrs-0", "sigma-2.stuck_at_lrs-0.1.stuck_at_hrs-0.2"]


def conversion(raw, ours, quantisation="linear", bits=4):
    raw = torch.tensor([raw])
    theirs = adc.quantise(raw, bits, quantisation, log_range="memtorch")
    ours = adc.quantise(torch.tensor([ours]), bits, quantisation, log_range="memtorch")
    return validation.Conversion(raw, theirs, ours, (slice(0, 1), slice(0, raw.shape[1])))


@pytest.mark.parametrize("quantisation", ["linear", "log"])
def test_a_code_may_differ_only_beside_a_boundary(quantisation):
    # Range 8: the step is 2^(1 - 4 + 3) = 1, of the value or of its logarithm.
    boundary = {"linear": 4.5, "log": math.exp(0.5)}[quantisation]
    step = 1e-6
    arithmetic = Arithmetic(adc_bits=4, adc_quantisation=quantisation)
    beside = conversion([7.0, boundary - step], [7.0, boundary + step], quantisation)
    assert (beside.ours != beside.theirs).tolist() == [[False, True]]
    assert not validation.unexplained(beside, arithmetic).any()
    away = conversion([7.0, boundary - 0.1], [7.0, boundary + 0.1], quantisation)
    assert validation.unexplained(away, arithmetic).tolist() == [[False, True]]
