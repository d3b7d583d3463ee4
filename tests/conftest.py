"""Fixtures of all tests, and their order."""

from pathlib import Path

import pytest

from memristive.core.processor import use_common_arithmetic

use_common_arithmetic()  # before any test loads torch: some run MemTorch, some expect the published rows


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the Snakefile."""
    return Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need a whole study begin first."""
    items.sort(key=lambda item: "finished" not in getattr(item, "fixturenames", ()))
