"""Fixtures of all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the Snakefile."""
    return Path(__file__).parents[1]


def pytest_runtest_makereport(item, call):
    """Where everything must be there (CI), a test that skips has failed."""
    if os.environ.get("MEMRISTIVE_REQUIRE_ALL") == "1" and call.excinfo is not None:
        if call.excinfo.errisinstance(pytest.skip.Exception) and "shared datasets" not in str(call.excinfo.value):
            call.excinfo = pytest.ExceptionInfo.from_exception(
                AssertionError(f"skipped where nothing may skip: {call.excinfo.value}")
            )
