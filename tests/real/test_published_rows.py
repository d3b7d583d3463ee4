"""The published evaluations come out again: the same number of correct predictions, not nearly the same.

Their lines are fitted to what torch's convolutions put out, so they come out on every processor only in torch's common
arithmetic (`memristive.core.processor`), in which the workflow's jobs run, and these tests.

By default a part of the first repeat is computed, in about three minutes on two cores. The environment variable
PUBLISHED_ROWS asks for more: `first` for all settings of the first repeat (about 20 minutes), `all` for all repeats:

    PUBLISHED_ROWS=all python -m pytest -s tests/real/test_published_rows.py
"""

import os
import time

import pytest
import torch
import yaml
from snakemake.utils import update_config

import published_rows
from memristive.arrays.semantics import SEMANTICS
from memristive_study.data.prepare import prepare
from memristive_study.plan.plan import Plan
from memristive_study.results.records import evaluate_setting
from workflow_copy import REPOSITORY

MOST = {"mnist": 6, "cifar10": 3, "cifar100": 1}  # rows of each part of an experiment, under each semantics
BUILDS = ("memtorch", "memtorch_cuda")
ROWS = published_rows.read()


def wanted():
    """The rows that are computed, by experiment and network."""
    asked = os.environ.get("PUBLISHED_ROWS", "part")
    assert asked in ("part", "first", "all"), f"PUBLISHED_ROWS: {asked!r} is not one of part, first, all"
    rows = ROWS if asked == "all" else [row for row in ROWS if row["repeat"] in ("", "0")]
    return published_rows.some(rows, MOST) if asked == "part" else rows


WANTED = wanted()
GROUPS = list(dict.fromkeys((row["experiment"], row["network"]) for row in WANTED))


@pytest.fixture(scope="module")
def config():
    """That of the published study, as it would run today."""
    merged = {}
    for name in ("config.yaml", "profiles/published/study.yaml", "profiles/published/images.yaml"):
        update_config(merged, yaml.safe_load((REPOSITORY / name).read_text(encoding="utf-8")))
    return merged


@pytest.fixture(scope="module")
def prepared(images, config, tmp_path_factory):
    """Path of a network's prepared images, each made once."""
    made = {}
    folder = tmp_path_factory.mktemp("prepared")

    def path(network):
        name = config["networks"][network]["dataset"]
        if name not in made:
            entry = {key: value for key, value in config["datasets"][name].items() if key != "note"}
            entry["path"] = str(images / ("mnist" if name == "mnist" else f"{name}.npz"))
            made[name] = folder / f"{name}.npz"
            prepare(name, entry, folder, made[name])
        return made[name]

    return path


@pytest.mark.parametrize(("experiment", "network"), GROUPS, ids=map("-".join, GROUPS))
def test_published_evaluations_come_out_again(experiment, network, prepared, monkeypatch):
    monkeypatch.setitem(SEMANTICS, "physical", published_rows.PHYSICAL)
    weights = REPOSITORY / "workflow" / "resources" / "pretrained" / network / "weights.safetensors"
    assert published_rows.weights_are_those(network, weights)
    rows = [row for row in WANTED if (row["experiment"], row["network"]) == (experiment, network)]
    data = prepared(network)
    different, started = [], time.process_time()
    for row in rows:
        setting = published_rows.setting_of(row)
        seeds = [int(row["seed"])] if row["seed"] else []
        named = {key: row[key] for key in ("experiment", "network", "part", "label")}
        record = evaluate_setting(weights, data, network, setting.canonical(), seeds, torch.get_num_threads(), named)
        (found,) = record["evaluations"]
        found["accuracy"] = 100 * found["correct"] / found["images"]
        expected = published_rows.results_of(row)
        found = {name: pytest.approx(found[name], rel=1e-12) for name in expected}
        if found != expected:
            different.append(f"{row['label']}, repeat {row['repeat']}: {found}, published {expected}")
    print(f"{experiment}, {network}: {len(rows)} rows in {time.process_time() - started:.0f} s of processor time")
    assert not different, "\n".join(different)


def test_the_part_holds_every_experiment_under_both_semantics():
    """Retention was published under `physical` alone, and CIFAR100 only for the input voltage."""
    held = {(row["experiment"], row["network"], row["semantics"]) for row in published_rows.some(ROWS, MOST)}
    assert held == {(row["experiment"], row["network"], row["semantics"]) for row in ROWS}
    assert len({row["experiment"] for row in ROWS}) == 7
    assert any(row["adc_range"] == "calibrated" for row in published_rows.some(ROWS, MOST))


def test_the_plan_still_has_every_published_setting_and_seed(config):
    """By value: how jobs are labelled plays no part, nor which of MemTorch's two builds they repeat.

    The rows were published under MemTorch's build for a CPU; the paper ran its build for a GPU, which the plan has now.
    """
    plan = Plan(config)
    planned = {}
    for job in plan.jobs:
        of_cpu = (
            job.setting.replace(semantics="memtorch") if job.setting["arithmetic.semantics"] in BUILDS else job.setting
        )
        planned.setdefault((job.experiment, job.network, of_cpu), plan.seeds(job.draws_of or job.network))
    missing = []
    for row in ROWS:
        seeds = planned.get((row["experiment"], row["network"], published_rows.setting_of(row)))
        if seeds is None or (row["seed"] and seeds[int(row["repeat"])] != int(row["seed"])):
            missing.append((row["experiment"], row["label"]))
    assert not missing
    assert len(ROWS) == 2985
