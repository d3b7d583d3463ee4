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


def run(
    workflow: Workflow, changed: dict | str, target: str, *options: str, name: str = "mine.yaml"
) -> subprocess.CompletedProcess:
    """Make `target` of the tiny study with keys, or the text, of another file."""
    (workflow.folder / name).write_text(changed if isinstance(changed, str) else yaml.safe_dump(changed))
    options = (*options, "--cores", "1", "--configfile", workflow.study.name, name)
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *options, "--", target],
        cwd=workflow.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def states(workflow: Workflow) -> dict[str, tuple[int, bytes]]:
    files = [path for path in workflow.results.rglob("*") if path.is_file() and "logs" not in path.parts]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_wrong_value_names_its_file_and_touches_nothing(workflow):
    before = states(workflow)
    done = run(workflow, {"training": {"folds": 1}}, "tables")
    assert done.returncode == 1
    assert "\nmine.yaml: training: folds: 1 is not a whole number from 2 to 1000\n" in done.stdout
    assert states(workflow) == before


def test_aliases_that_grow_are_refused_before_anything_grows_with_them(workflow):
    text = "a0: &a0 [1, 2]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    done = run(workflow, text, "tables", "--dry-run")
    assert done.returncode == 1
    assert "mine.yaml: a15: holds more than 100,000 values" in done.stdout


def test_braces_in_a_text_are_no_wildcards(workflow):
    changed = {"datasets": {"digits28": {"note": "of the set {mnist}"}}}
    done = run(workflow, changed, "all", "--dry-run", name="my {study}.yaml")
    assert done.returncode == 0, done.stdout
    done = run(workflow, {"results_dir": "results{network}"}, "all", "--dry-run")
    assert "mine.yaml: results_dir: 'results{network}' is not the path of a folder, without braces" in done.stdout


def test_a_training_that_diverges_stops_and_says_where(workflow):
    changed = {"networks": {"mnist": {"training": {"learning_rate": 1e30}}}}
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
