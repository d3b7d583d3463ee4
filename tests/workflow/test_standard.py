"""The workflow has what the workflow catalogue and other workflows ask of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workflow_copy import REPOSITORY


def test_the_catalogue_finds_what_it_looks_for():
    """The checks of the catalogue's generate-catalog.py; its lint and snakefmt run in `make lint`."""
    assert (REPOSITORY / "workflow" / "Snakefile").is_file()
    assert all(path.suffix == ".smk" for path in (REPOSITORY / "workflow" / "rules").iterdir())
    settings = yaml.safe_load((REPOSITORY / ".snakemake-workflow-catalog.yml").read_text())
    assert {"mandatory-flags", "software-stack-deployment", "report"} <= settings["usage"].keys()
    assert (REPOSITORY / "config" / "README.md").is_file()


def test_the_citation_names_the_study():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert "MemTorch for MNIST and CIFAR" in citation["references"][0]["title"]


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """Folder of the workflow that uses this one."""
    root = tmp_path_factory.mktemp("module")
    for name in ("Snakefile", "config.yaml", "workflow", "profiles", "envs", "examples"):
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, root / name)
    return root / "examples" / "module"


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_as_a_module_with_a_prefix_and_a_rule_changed(other):
    announced = run(other, "--dry-run")
    outputs = [line for line in announced.splitlines() if line.strip().startswith("output:")]
    assert all("memristive/results/demo/" in line for line in outputs)
    table = announced.rsplit("Job stats:", 1)[1]
    assert "memristive_report" in table
    assert "memristive_train_published" in table
    assert announced.count("with 16 GB") == 2


def test_a_module_s_figure_is_made_below_the_prefix(other):
    run(other, "memristive/results/demo/figures/fig06_device_curves.png")
    assert (other / "memristive" / "results" / "demo" / "figures" / "fig06_device_curves.png").is_file()
    assert not (other / "results").exists()
