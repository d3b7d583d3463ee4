"""Both distributions have the version of the tag on the commit that they are built from."""

import shutil
import subprocess
import sys
import tomllib

import pytest


@pytest.fixture
def build(repository, monkeypatch):
    """The script of `make wheel`."""
    monkeypatch.syspath_prepend(str(repository / "wheels"))
    sys.modules.pop("build", None)  # the library of this name, which the script only calls as a command
    import build

    yield build
    sys.modules.pop("build", None)


@pytest.fixture
def commit(tmp_path):
    """A repository with one commit, and a function that puts a tag on it."""

    def git(*arguments: str) -> None:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init")
    git("commit", "--allow-empty", "--message", "one")
    return tmp_path, lambda tag: git("tag", tag)


def test_a_tag_is_the_version(build, commit):
    folder, tag = commit
    assert build.tagged(folder) is None
    tag("best")
    assert build.tagged(folder) is None
    tag("v1.20.3rc1")
    assert build.tagged(folder) == "1.20.3rc1"


def test_another_form_of_a_tag_is_an_error(build, commit):
    folder, tag = commit
    tag("v1.2")
    with pytest.raises(SystemExit, match=r"the tag v1\.2 is not v1\.2\.3"):
        build.tagged(folder)


def test_both_packages_get_it(build, repository, tmp_path):
    for name in ("workflow/src/memristive/__init__.py", "workflow/src/memristive_study/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(repository / name, tmp_path / name)
    shutil.copy(repository / "workflow" / "pyproject.toml", tmp_path / "workflow")
    build.set_version(tmp_path, "7.8.9")
    for package in build.PACKAGES:
        assert '\n__version__ = "7.8.9"\n' in (tmp_path / package / "__init__.py").read_text(encoding="utf-8")
    project = tomllib.loads((tmp_path / "workflow" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "memristive==7.8.9" in project["dependencies"]
