"""Fixtures of all tests, and their order."""

import random
from pathlib import Path

import pytest

from memristive.core.processor import use_common_arithmetic

use_common_arithmetic()  # before any test loads torch: some run MemTorch, some expect the published rows


def _seed() -> None:
    import torch  # here, for the arithmetic is chosen above before it loads

    random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def same_draws_every_time() -> None:
    """A test that draws from a global generator (weights of a new layer, say) draws the same in every run and order."""
    _seed()


def pytest_pycollect_makemodule() -> None:
    """Likewise what a test file draws when it is read."""
    _seed()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the Snakefile."""
    return Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need a whole study begin first."""
    items.sort(key=lambda item: "finished" not in getattr(item, "fixturenames", ()))
