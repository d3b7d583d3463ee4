"""Fixtures of all tests, and their order."""

from pathlib import Path

import pytest

from memristive.memtorch.reproducible import use_reproducible_mode

use_reproducible_mode()  # before any test loads torch: some of them run MemTorch


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the Snakefile."""
    return Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need a whole study begin first."""
    items.sort(key=lambda item: "finished" not in getattr(item, "fixturenames", ()))
