"""The whole DAG on real images."""

import csv
from pathlib import Path

import pytest

from memristive_study.results import read
from workflow_copy import Workflow


@pytest.fixture(scope="module")
def study(tmp_path_factory, unpack):
    workflow = Workflow(tmp_path_factory.mktemp("real"), Path(__file__).with_name("real_study.yaml"))
    unpack(workflow)
    done = workflow.run("all")
    assert done.returncode == 0, done.stdout[-8000:]
    return workflow


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def accuracy(table, **fields):
    chosen = table[[all(row[key] == value for key, value in fields.items()) for _, row in table.iterrows()]]
    assert len(chosen), fields
    return chosen.accuracy.mean()


def test_networks_learn_and_survive_the_crossbar(study):
    voltage = read.experiment(study.results / "experiments" / "input_voltage.csv")
    assert accuracy(voltage, network="mnist", max_input_voltage=9.0) > 85
    assert accuracy(voltage, network="cifar10", max_input_voltage=9.0) > 20
    assert {*voltage.images[voltage.network == "mnist"]} == {300}


def test_conductance_states_matter_only_where_they_are_real(study):
    states = read.experiment(study.results / "experiments" / "variability.csv")
    as_meant, as_published = (
        [accuracy(states, network="mnist", semantics=semantics, conductance_states=n) for n in (2, 16)]
        for semantics in ("physical", "memtorch")
    )
    assert as_meant[1] - as_meant[0] > 20
    assert as_published[0] == as_published[1]


def test_every_comparison_with_memtorch_passed(study):
    parity = rows(study.results / "validation" / "parity.csv")
    assert len(parity) >= 10
    assert {row["passed"] for row in parity} == {"True"}
