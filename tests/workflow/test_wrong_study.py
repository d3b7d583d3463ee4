"""Wrong input to the workflow: one line that names the file, exit code 1, and earlier results as they were."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workflow_copy import Workflow

STUDY = Path(__file__).parents[1] / "tiny_study.yaml"


@pytest.fixture(scope="module")
def workflow(tmp_path_factory) -> Workflow:
    """The tiny study, whose data set is made."""
    workflow = Workflow(tmp_path_factory.mktemp("wrong"), STUDY)
    done = workflow.run("results/tiny/datasets/digits28.npz")
    assert done.returncode == 0, done.stdout
    return workflow


def run(workflow: Workflow, changed: dict, target: str) -> subprocess.CompletedProcess:
    """Make `target` of the tiny study with keys of another file."""
    (workflow.folder / "mine.yaml").write_text(yaml.safe_dump(changed))
    options = ["--cores", "1", "--configfile", workflow.study.name, "mine.yaml"]
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *options, "--", target],
        cwd=workflow.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip


def states(workflow: Workflow) -> dict[str, tuple[int, bytes]]:
    files = [path for path in workflow.results.rglob("*") if path.is_file() and "logs" not in path.parts]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_wrong_value_names_its_file_and_touches_nothing(workflow):
    before = states(workflow)
    done = run(workflow, {"training": {"folds": 1}}, "tables")
    assert done.returncode == 1
    assert "\nmine.yaml: training: folds: 1 is not allowed; at least 2 is needed\n" in done.stdout
    assert states(workflow) == before


def test_a_training_that_diverges_stops_and_says_where(workflow):
    changed = {"training": {"settings": {"learning_rate": 1e30}}}
    done = run(workflow, changed, "results/tiny/training/mnist/published/history.csv")
    assert done.returncode == 1
    assert "error: training mnist, fold published: the loss is not finite at epoch 1, step 2" in done.stdout
    assert not list(workflow.results.rglob("history.csv"))


def test_images_that_lack_a_class_stop_before_any_training(workflow, tmp_path):
    import numpy as np

    images = {f"x_{split}": np.zeros((6, 28, 28, 1), np.uint8) for split in ("train", "test")}
    labels = {f"y_{split}": np.array([0, 1, 0, 1, 0, 1]) for split in ("train", "test")}
    np.savez(tmp_path / "own.npz", **images, **labels, class_names=np.array(["a", "b", "c"]))
    changed = {
        "datasets": {"own": {"source": "npz", "path": str(tmp_path / "own.npz")}},
        "networks": {"mnist": {"dataset": "own"}},
    }
    done = run(workflow, changed, "tables")
    assert done.returncode == 1
    assert "y_train has no image of class 2, of 3 each needs one" in done.stdout
    assert "Training mnist" not in done.stdout
