"""What a study's run records of itself, and the hashes of the files that something was made from."""

import hashlib
import json
import subprocess
from importlib import metadata

import pytest

from memristive_study.results import provenance, sources


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "config.yaml").write_text("study: own\n")
    named = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "--quiet"], ["add", "."], [*named, "commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_the_commit_and_whether_anything_was_changed_since(repository):
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    found = provenance.record("{}", "", repository)
    assert (found["commit"], found["uncommitted_changes"]) == (head.stdout.strip(), False)
    (repository / "config.yaml").write_text("study: another\n")
    assert provenance.record("{}", "", repository)["uncommitted_changes"]
    (repository / "config.yaml").write_text("study: own\n")
    (repository / "new.py").write_text("")
    assert provenance.record("{}", "", repository)["uncommitted_changes"]


def test_without_a_repository_there_is_no_commit(tmp_path):
    found = provenance.record("{}", "", tmp_path)
    assert (found["commit"], found["uncommitted_changes"]) == ("", False)


def test_the_configuration_and_the_versions_that_decide_results(tmp_path):
    config = json.dumps({"study": "own", "seed": 3})
    found = provenance.record(config, "--configfile own.yaml --", tmp_path)
    assert found["config"] == {"study": "own", "seed": 3}
    assert found["config_hash"] == hashlib.sha256(config.encode()).hexdigest()[:16]
    assert found["options"] == "--configfile own.yaml --"
    needed = ("memtorch-cpu", "numpy", "scipy", "torch", "torchvision", "snakemake", "pandas", "matplotlib")
    assert {name: found["versions"][name] for name in needed if name != "memtorch-cpu"} == {
        name: metadata.version(name) for name in needed if name != "memtorch-cpu"
    }
    assert "memtorch-cpu" in found["versions"]
    assert found["machine"]["processor"]


def test_every_file_that_something_was_made_from_has_its_hash(tmp_path):
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for file in files:
        file.write_text(file.name)
    found = sources.hashes({"experiment": files[2], "histories": files[:2]})
    assert found == {str(file): hashlib.sha256(file.name.encode()).hexdigest() for file in files}
    sources.write(tmp_path / "table.md", {"experiment": files[2], "histories": files[:2]})
    assert sources.read(tmp_path / "table.csv") == found
    assert sources.read(tmp_path / "other.csv") == {}
