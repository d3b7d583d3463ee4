"""The make targets in a folder whose name, or whose files, a shell or Python could misread."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DECIDES_ENVIRONMENT = ("requirements.lock", "pyproject.toml", "workflow/pyproject.toml")


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> Path:
    """A copy of the Makefile with an environment that is ready, in such a folder."""
    folder = tmp_path / "my studies $(touch here) `touch there`"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".uv" / "bin").mkdir(parents=True)
    shutil.copy(repository / "Makefile", folder)
    (folder / "workflow").mkdir()
    for name in (*DECIDES_ENVIRONMENT, ".uv/bin/uv", ".venv/.ready"):
        (folder / name).touch()
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return folder


def make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    source = Path(__file__).parents[2] / "workflow" / "src"
    # `make test` hands its own options on, among them the one that names folders.
    own = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=own | {"PYTHONPATH": str(source)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not {"here", "there"} & {path.name for path in [*folder.iterdir(), *folder.parent.iterdir()]}
    return done


def test_the_name_of_the_folder_is_no_command(folder):
    done = make(folder, "unlocked")
    assert done.returncode == 0, done.stderr


def test_no_file_of_the_folder_is_taken_for_a_package(folder):
    (folder / "json.py").write_text("raise SystemExit('a file of the study')\n")
    assert make(folder, "unlocked").returncode == 0


def test_folders_with_blanks_can_be_compared(folder):
    done = make(folder, "compare", "a=results/my first", "b=results/my second")
    assert done.returncode != 0
    assert "results/my first" in done.stderr
    assert "unrecognized" not in done.stderr


@pytest.mark.parametrize("target", ["all", "demo", "plan"])
def test_cores_are_those_of_the_command(folder, target):
    assert "--cores 6 " in make(folder, "-n", target, "CORES=6").stdout


def test_a_plan_is_of_the_study_that_is_named(folder):
    """The words of the plan, and what Snakemake says where it fails."""
    snakemake = folder / ".venv" / "bin" / "snakemake"
    snakemake.write_text('#!/bin/sh\necho "$@"\necho "To do: nothing" >&2\nexit $CODE\n')
    snakemake.chmod(0o755)
    done = make(folder, "plan", "study=my study.yaml", CODE="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "To do: nothing\n")
    failed = make(folder, "plan", "study=my study.yaml", CODE="1")
    assert failed.returncode != 0
    assert "--dry-run --configfile my study.yaml -- all" in failed.stderr


@pytest.mark.parametrize("name", DECIDES_ENVIRONMENT)
def test_an_older_environment_is_renewed(folder, name):
    """It would lack a package, or the command of a newer version."""
    assert "pip install" not in make(folder, "-n", "environment").stdout
    later = (folder / ".venv" / ".ready").stat().st_mtime + 10
    os.utime(folder / name, (later, later))
    assert "--editable . --editable workflow" in make(folder, "-n", "environment").stdout
