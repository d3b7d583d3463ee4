"""Further draws of a network, from their training to the table of the scatter between them."""

import csv

import pytest
import yaml

from memristive.cli.weights import read_safetensors
from workflow_copy import REPOSITORY, Workflow


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The smallest study of two settings, with both folds of its network as draws of it."""
    folder = tmp_path_factory.mktemp("replicates")
    config = yaml.safe_load((REPOSITORY / "tests" / "tiny_study.yaml").read_text(encoding="utf-8"))
    config["run"]["experiments"] = ["input_voltage"]
    config["networks"]["mnist"]["replicates"] = [0, 1]
    path = folder / "tiny_study.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "workflow").mkdir()
    return Workflow(folder / "workflow", path)


def test_they_are_trained_evaluated_and_written_down(study):
    done = study.run("results/tiny/tables/replicates.csv", "results/tiny/figures/fig_replicates.png")
    assert done.returncode == 0, done.stdout[-8000:]
    with (study.results / "experiments" / "replicates.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["network"] for row in rows} == {"mnist", "mnist_fold0", "mnist_fold1"}
    assert {row["experiment"] for row in rows} == {"input_voltage"}
    seeds = [{row["seed"] for row in rows if row["network"] == name} for name in ("mnist", "mnist_fold0")]
    assert seeds[0] == seeds[1] and len(seeds[0]) == 2
    with (study.results / "tables" / "replicates.csv").open(newline="", encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert [row["networks"] for row in table] == ["2", "2"]
    folds = [
        read_safetensors(study.results / "training" / "mnist" / f"fold{k}" / "weights.safetensors") for k in (0, 1)
    ]
    assert folds[0].keys() == folds[1].keys()
    assert any((folds[0][name] != folds[1][name]).any() for name in folds[0])
    # Experiments are of the study's own network alone.
    assert not list(study.results.glob("evaluations/input_voltage/mnist/*fold*"))
    assert "input_voltage" not in study.would_run("results/tiny/tables/replicates.csv")


def test_their_weights_come_along_with_those_of_the_network(study):
    done = study.run("pretrained")
    assert done.returncode == 0, done.stdout[-8000:]
    shipped = study.results / "pretrained" / "mnist"
    assert sorted(path.parent.name for path in shipped.glob("*/weights.safetensors")) == ["fold0", "fold1"]
    assert "and the weights of each one's last epoch" in (shipped / "README.md").read_text(encoding="utf-8")
