"""Real images, where a folder with them stands beside the repository."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_copy import REPOSITORY, Workflow

SHARED = REPOSITORY.parent / "shared" / "datasets"


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> Path:
    """Folder with mnist/, cifar10.npz and cifar100.npz."""
    if not SHARED.exists():
        pytest.skip(f"shared datasets: {SHARED} is not there, so nothing is run on real images")
    folder = tmp_path_factory.mktemp("images")
    subprocess.run([sys.executable, SHARED / "unpack.py", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def unpack(images) -> Callable[[Workflow], None]:
    """Puts the images into a workflow's folder `images`."""
    return lambda workflow: (workflow.folder / "images").symlink_to(images)
