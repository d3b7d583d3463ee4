"""What `results/published` says comes out again: its weights, its settings, all test images, the first repeat."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from memristive_study.results import provenance
from workflow_copy import REPOSITORY, Workflow

PUBLISHED = REPOSITORY / "results" / "published"
EXPERIMENTS = ("retention", "input_voltage")  # without and with semantics: memtorch
RENAMED = {("accumulate", "memtorch"): "separate"}  # a value of a column that had another name when it was published
ELSEWHERE = 0.05  # points by which another type of processor may differ


@pytest.fixture(scope="module")
def again(tmp_path_factory, unpack):
    study = yaml.safe_load((REPOSITORY / "profiles" / "published" / "study.yaml").read_text(encoding="utf-8"))
    study |= {"study": "again", "repeats": 1}
    study["run"] = {"networks": ["mnist", "cifar10"], "experiments": list(EXPERIMENTS), "choices": []}
    study["datasets"] = {
        "mnist": {"source": "folder", "path": "images/mnist"},
        "cifar10": {"source": "npz", "path": "images/cifar10.npz"},
    }
    path = tmp_path_factory.mktemp("study") / "again.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    workflow = Workflow(tmp_path_factory.mktemp("again"), path)
    unpack(workflow)
    done = workflow.run(*(f"results/again/experiments/{name}.csv" for name in EXPERIMENTS))
    assert done.returncode == 0, done.stdout[-8000:]
    return workflow.results / "experiments"


def rows(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return {
            (row["network"], row["label"]): {
                key: RENAMED.get((key, value), value) for key, value in row.items() if not key.endswith("seconds")
            }
            for row in csv.DictReader(stream)
            if row["repeat"] in ("", "0")
        }


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_published_evaluations_come_out_again(again, experiment):
    published, found = rows(PUBLISHED / "experiments" / f"{experiment}.csv"), rows(again / f"{experiment}.csv")
    assert len(found) > 20
    record = json.loads((PUBLISHED / "provenance.json").read_text(encoding="utf-8"))
    same = record["machine"]["processor"] == provenance.processor()
    for key, row in found.items():
        if same:
            assert row == published[key], key
        else:
            difference = float(row["accuracy"]) - float(published[key]["accuracy"])
            assert abs(difference) <= ELSEWHERE, (key, difference)
