"""The order in which torch sums a vector times a matrix, and who asks MKL for the reproducible one."""

import os
import subprocess
import sys

import pytest
import torch

from memristive.arrays.summation import accumulate
from memristive.memtorch import reproducible

SHAPES = [(9, 64), (18, 80), (64, 64), (128, 128), (48, 5), (256, 256), (490, 10)]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
def test_vector_times_matrix_is_multiply_then_add_row_by_row(shape):
    generator = torch.Generator().manual_seed(1)
    for _ in range(20):
        vector, matrix = torch.randn(shape[0], generator=generator), torch.randn(shape, generator=generator)
        total = torch.zeros(shape[1])
        for voltage, conductances in zip(vector, matrix, strict=True):
            product = voltage * conductances
            total = total + product
        assert torch.equal(torch.matmul(vector, matrix), total)


def fused(vector, matrix):
    return accumulate(vector, matrix, "fused")


def blocked(vector, matrix):
    half = len(vector) // 2
    return fused(vector[:half], matrix[:half]) + fused(vector[half:], matrix[half:])


def some_blocked(vector, matrix):
    return blocked(vector, matrix) if matrix.shape == (64, 64) else fused(vector, matrix)


@pytest.mark.parametrize(
    ("order", "named"), [(torch.matmul, "separate"), (fused, "fused"), (blocked, "blocked"), (some_blocked, "blocked")]
)
def test_the_order_is_found_by_multiplying(order, named, monkeypatch):
    monkeypatch.setattr(torch, "matmul", order)
    assert reproducible.order_of_summation.__wrapped__() == named


def run(code, **variables):
    """Output of a Python process of its own, whose environment does not ask for the reproducible mode."""
    environment = {name: value for name, value in os.environ.items() if name != reproducible.VARIABLE} | variables
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=True
    ).stdout.strip()


ORDER = "from memristive.memtorch.reproducible import order_of_summation, notice; print(order_of_summation(), notice())"


@pytest.mark.parametrize(
    "first",
    [
        "from memristive.memtorch import convert",
        "from memristive.memtorch import from_memtorch",
        "from memristive import from_memtorch",
        "import torch; from memristive.memtorch import compare",
        "import torch; from memristive.memtorch.patch import load",
        "from memristive_study.jobs import validation",
        "from memristive_study.jobs import timing",
    ],
)
def test_who_runs_memtorch_asks_for_the_reproducible_mode(first):
    assert run(f"{first}; {ORDER}") == "separate"


def test_a_notice_where_torch_multiplied_before():
    """On processors whose MKL sums in that order anyway there is nothing to notice."""
    multiplied = "import torch; torch.ones(64) @ torch.ones(64, 64)"
    alone = run(f"{multiplied}; {ORDER}").split()[0]
    order, _, notice = run(f"{multiplied}; from memristive.memtorch import compare; {ORDER}").partition(" ")
    assert order == alone
    assert ("MKL_CBWR=COMPATIBLE" in notice) == (order != "separate")


def test_a_value_of_ones_own_is_kept():
    assert (
        run("from memristive.memtorch import convert; import os; print(os.environ['MKL_CBWR'])", MKL_CBWR="AVX2")
        == "AVX2"
    )


def test_reading_a_workflow_asks_for_nothing():
    """All jobs inherit the environment of the process that plans them, trainings too."""
    read = "import memristive.memtorch, memristive_study.plan.plan, os, sys"
    assert run(f"{read}; print('MKL_CBWR' in os.environ, 'torch' in sys.modules)") == "False False"
