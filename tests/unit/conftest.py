"""Fixtures that several files of unit tests share."""

import pytest

from memristive_study.data.dataset import Dataset, load
from memristive_study.data.prepare import prepare


@pytest.fixture(scope="session")
def digits(tmp_path_factory) -> Dataset:
    """The embedded digits of 8x8 pixels."""
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    prepare("digits", {"source": "digits"}, "", path)
    return load(path)
