"""One set of versions: the lock file, the conda files and the project's own demands agree."""

import re

import pytest
import yaml
from packaging.requirements import Requirement

import memristive
import memristive_study


@pytest.fixture(scope="module")
def locked(repository):
    """Versions by name, of those that hold for Python 3.11."""
    text = (repository / "requirements.lock").read_text()
    found = map(Requirement, re.findall(r"^[A-Za-z0-9_.-]+==[^\\\n]+", text, re.MULTILINE))
    python = {"python_version": "3.11", "python_full_version": "3.11.0"}
    return {pin.name: str(pin.specifier)[2:] for pin in found if not pin.marker or pin.marker.evaluate(python)}


def test_lock_has_hashes_and_no_address(repository):
    text = (repository / "requirements.lock").read_text()
    assert "://" not in text
    packages = re.findall(r"^[A-Za-z0-9_.-]+==", text, re.MULTILINE)
    assert len(packages) > 100
    assert text.count("--hash=sha256:") >= len(packages)


@pytest.mark.parametrize("kind", ["train", "crossbar", "report"])
def test_conda_file_has_the_locked_versions(repository, locked, kind):
    environment = yaml.safe_load((repository / "envs" / f"{kind}.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    for pin in pip:
        name, version = pin.split("==")
        assert locked[name] == version


def test_mission_packages_are_locked(locked):
    needed = {"snakemake", "torch", "torchvision", "memtorch-cpu", "pandas", "matplotlib", "papermill"}
    assert needed <= set(locked)


def test_one_version_for_all(repository):
    """Of both packages and the citation, which say it each for itself."""
    citation = yaml.safe_load((repository / "CITATION.cff").read_text())
    assert memristive.__version__ == memristive_study.__version__ == citation["version"]
