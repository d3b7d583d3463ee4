"""The published evaluations come out again: the same number of correct predictions, not nearly the same.

Their lines are fitted to what torch's convolutions put out, so they come out on every processor only in torch's common
arithmetic (`memristive.core.processor`), in which the workflow's jobs run, and these tests.

By default a part of the first repeat is computed, in about three minutes on two cores. The environment variable
PUBLISHED_ROWS asks for more: `first` for all settings of the first repeat (about 20 minutes), `all` for all repeats:

    PUBLISHED_ROWS=all python -m pytest -s tests/real/test_published_rows.py
"""

import csv
import os
import time

import pytest
import torch
import yaml
from snakemake.utils import update_config

import published_rows
from memristive.arrays.semantics import SEMANTICS
from memristive_study.config.check import checked
from memristive_study.config.files import read
from memristive_study.data.prepare import prepare
from memristive_study.plan.plan import Plan
from memristive_study.results.records import evaluate_setting
from memristive_study.training import pretrained
from workflow_copy import REPOSITORY

MOST = {"mnist": 6, "cifar10": 3, "cifar100": 1}  # rows of each part of an experiment, under each semantics
BUILDS = ("memtorch", "memtorch_cuda")
STUDY = ("config.yaml", "profiles/strong/study.yaml", "profiles/strong/weights.yaml")
ROWS = published_rows.read()
STUDIES = [path.parent for path in sorted((REPOSITORY / "results").glob("*/config.yaml"))]


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
    """That of the frozen rows' study, as it would run today."""
    merged, paths = {}, [REPOSITORY / name for name in STUDY]
    for path in paths:
        update_config(merged, yaml.safe_load(path.read_text(encoding="utf-8")))
    return checked(merged, list(read(paths, {}).values()))


@pytest.fixture(scope="module")
def prepared(images, config, tmp_path_factory):
    """Path of a network's prepared images as a configuration has them, each made once."""
    made = {}
    folder = tmp_path_factory.mktemp("prepared")

    def path(network, of=config):
        name = of["networks"][network]["dataset"]
        entry = {key: value for key, value in of["datasets"][name].items() if key != "note"}
        key = name, entry["normalisation"]
        if key not in made:
            entry |= {"source": "folder" if name == "mnist" else "npz"}
            entry["path"] = str(images / ("mnist" if name == "mnist" else f"{name}.npz"))
            made[key] = folder / f"{name}.{entry['normalisation']}.npz"
            prepare(name, entry, folder, made[key])
        return made[key]

    return path


@pytest.mark.parametrize(("experiment", "network"), GROUPS, ids=map("-".join, GROUPS))
def test_published_evaluations_come_out_again(experiment, network, prepared, monkeypatch):
    monkeypatch.setitem(SEMANTICS, "physical", published_rows.PHYSICAL)
    weights = REPOSITORY / "workflow" / "resources" / "pretrained" / "strong" / network / "weights.safetensors"
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


def swept(label):
    """What a label says, in no order: a published `config.yaml` has its keys in that of the alphabet."""
    part, _, fields = label.partition(".")
    return part, frozenset(fields.split("+"))


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_the_rows_of_a_published_study_come_out_again(folder, prepared):
    """The first study's are the frozen rows; of every other, two settings of each part from the weights it names."""
    named = ("experiment", "network", "label", "repeat", "seed", "correct")
    if folder.name == "strong":
        published = {
            tuple(row[key] for key in named)
            for path in (folder / "experiments").glob("*.csv")
            for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
            if "label" in row
        }
        assert published == {tuple(row[key] for key in named) for row in ROWS}
        return
    plan, rows = published_rows.study(folder)
    first = [row for row in rows if row["repeat"] in ("", "0") and row["arithmetic.batch_size"] != "1"]
    parts = {}
    for row in first:
        parts.setdefault((row["experiment"], row["network"], row["part"]), []).append(row)
    assert parts
    planned = {(job.experiment, job.network, swept(job.label)): job for job in (*plan.jobs, *plan.replicated)}
    different = []
    for row in (row for part in parts.values() for row in (part[0], part[-1])):
        job = planned[row["experiment"], row["network"], swept(row["label"])]
        data = prepared(job.network, plan.config)
        network, fold = plan.replicates.get(job.network, (job.network, None))
        weights = pretrained.folder(network, plan.pretrained()) / ("" if fold is None else f"fold{fold}")
        record = evaluate_setting(
            weights / "weights.safetensors",
            data,
            plan.architecture(job.network),
            job.setting.canonical(),
            [int(row["seed"])] if row["seed"] else [],
            torch.get_num_threads(),
            {},
        )
        (found,) = record["evaluations"]
        if found["correct"] != int(row["correct"]):
            different.append(f"{row['network']}, {row['label']}: {found['correct']}, published {row['correct']}")
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
