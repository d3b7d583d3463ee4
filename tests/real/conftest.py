"""Real images, where a folder with them stands beside the repository."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from workflow_copy import REPOSITORY, Workflow

SHARED = REPOSITORY.parent / "shared" / "datasets"


@pytest.fixture(scope="session")
def unpack() -> Callable[[Workflow], None]:
    """Puts the images into a workflow's folder `images`."""
    if not SHARED.exists():
        pytest.skip(f"shared datasets: {SHARED} is not there, so nothing is run on real images")
    return lambda workflow: subprocess.run(
        [sys.executable, SHARED / "unpack.py", workflow.folder / "images"], check=True
    )
