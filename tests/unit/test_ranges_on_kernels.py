"""Steps of ADCs on the kernel against their definition, bit by bit, on every instruction set of this processor."""

import dataclasses
import itertools

import pytest
import torch
from test_digits_on_kernels import CASES, LEVELS, MODES, inputs

from memristive.arrays.slices import ranges
from memristive.converters import fit
from memristive.converters.fit import Fit
from memristive.kernels import ranges as fast
from memristive.kernels import slices

pytestmark = pytest.mark.skipif(not LEVELS, reason="no kernels here")

METHODS = ("largest", "percentile", "least_error", "power_of_two")


def uncalibrated(case):
    found, shape = CASES[case]
    return dataclasses.replace(found, steps=None), inputs(shape, found)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", CASES)
def test_the_largest_sums_agree(case, level):
    found, x = uncalibrated(case)
    slices_, groups, rows, _ = found.digits.shape
    expected = torch.zeros(slices_, groups, len(found.arithmetic.tile_rows(rows)), len(found.widths))
    for slice_, group, row, column, _, sums in ranges.tiles(found, x):
        before = expected[slice_, group, row, column]
        expected[slice_, group, row, column] = torch.maximum(before, sums.abs().max())
    assert (expected > 0).all()
    for arithmetic, threads in itertools.product(MODES if slices.is_whole(found) else (slices.FLOAT,), (1, 3)):
        got = slices.largest(found, x, arithmetic=arithmetic, threads=threads, level=level)
        assert torch.equal(got, expected), (arithmetic, threads)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", CASES)
def test_steps_agree(case, method, monkeypatch):
    monkeypatch.setattr(fit, "MOST_VALUES", 60)  # so that some sums are left out
    found, x = uncalibrated(case)
    wanted = Fit(method, 90.0, 2.0)
    expected = ranges.steps(found, x, wanted, 5)
    got = fast.steps(found, x, wanted, 5)
    assert got.shape == expected.shape
    assert torch.equal(got, expected)


def test_what_the_kernel_refuses_is_left_to_the_definition(monkeypatch):
    found, x = uncalibrated("linear")
    monkeypatch.setattr(slices, "largest", lambda *_, **__: NotImplemented)
    wanted = Fit("least_error", 90.0, 2.0)
    assert torch.equal(fast.steps(found, x, wanted, 5), ranges.steps(found, x, wanted, 5))
