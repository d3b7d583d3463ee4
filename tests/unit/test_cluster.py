"""Jobs ask a cluster for measured resources, for more at each attempt, and for no more than a node has."""

import json
from types import SimpleNamespace

import pytest
import yaml

from memristive.core.errors import InputError
from memristive_study.plan.plan import Plan
from memristive_study.runtime import cluster, measured, resources


@pytest.fixture
def plan(repository):
    config = yaml.safe_load((repository / "config.yaml").read_text())
    config["networks"]["own"] = {"dataset": "mnist", "architecture": "package.module:factory"}
    return Plan(config)


def test_memory_and_time_grow_with_each_attempt_and_the_network(plan):
    first, second = (resources.memory("train_published", "mnist", plan, attempt) for attempt in (1, 2))
    assert 1.2 * resources.PEAK["train_published"]["mnist"] < first < second
    assert resources.memory("train_published", "own", plan, 1) >= resources.memory(
        "train_published", "cifar10", plan, 1
    )
    minutes = [resources.minutes("train_published", {"network": name}, plan, 1) for name in ("mnist", "cifar100")]
    assert minutes[0] < minutes[1] < resources.minutes("train_published", {"network": "cifar100"}, plan, 2)


def job(mem_mb, threads=1, group=None):
    rule = SimpleNamespace(name="evaluate")
    return SimpleNamespace(rule=rule, threads=threads, group=group, resources={"mem_mb": mem_mb})


def test_what_fits_no_node_is_an_error(monkeypatch):
    monkeypatch.setattr(cluster, "nodes", lambda partition: [(4, 8000), (16, 4000)])
    cluster.check_fits([job(8000), job(3000, threads=16)], 16)
    with pytest.raises(InputError, match=r"rule evaluate: 16 CPUs and 8000 MB are more than any node"):
        cluster.check_fits([job(8000, threads=16)], 16)
    grouped = [job(2000, group="evaluate") for _ in range(3)]
    cluster.check_fits(grouped, 4)  # three side by side
    with pytest.raises(InputError, match="5 CPUs and 10000 MB"):
        cluster.check_fits(grouped + grouped, 5)
    monkeypatch.setattr(cluster, "nodes", lambda partition: [])
    cluster.check_fits([job(10**9)], 16)  # not Slurm, or no answer


def test_benchmarks_become_a_table(tmp_path):
    for name, peak in (("evaluate/input_voltage/mnist/a", 100), ("evaluate/endurance/mnist/b", 300), ("report", 50)):
        path = tmp_path / "benchmarks" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"s": peak / 10, "max_rss": peak}) + "\n")
    (tmp_path / "training" / "mnist").mkdir(parents=True)
    assert [tuple(row.values()) for row in measured.table(tmp_path)] == [
        ("evaluate", "mnist", 2, 300, 20.0, 30.0),
        ("report", "", 1, 50, 5.0, 5.0),
    ]
    with pytest.raises(InputError, match="no benchmark file"):
        measured.table(tmp_path / "absent")
