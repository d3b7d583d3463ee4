"""A configuration becomes a list of jobs, or one line that says what is wrong with it."""

import copy
import json

import pytest
import yaml

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.config.check import checked
from memristive_study.config.experiments import AT_MOST
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.plan.plan import Plan, canonical
from wrong_value import error_of


@pytest.fixture
def config(repository):
    return yaml.safe_load((repository / "config.yaml").read_text())


def test_the_paper_s_study(config):
    checked(config)
    plan = Plan(config)
    assert plan.networks == ["mnist", "cifar10", "cifar100"]
    assert {job.network for job in plan.of("input_voltage")} == {"mnist", "cifar10", "cifar100"}
    assert {job.network for job in plan.of("adc_tile")} == {"mnist", "cifar10"}
    grid = {(job.setting.array.tile_shape, job.setting.adc.bits) for job in plan.of("adc_tile", "mnist")}
    assert grid == {((size, size), bits) for size in (64, 128, 256) for bits in (2, 4, 6, 8, 10)}
    fixed = {
        (job.setting.inputs.max_voltage, job.setting.array.tile_shape, job.setting.adc.bits)
        for name in ("variability", "device_faults", "endurance", "retention")
        for job in plan.of(name)
        if job.part != "tiles"
    }
    assert fixed == {(9.0, (64, 64), 8)}  # Sections 4.2 and 4.3
    labels = [(job.experiment, job.network, job.label) for job in plan.jobs]
    assert len(set(labels)) == len(labels)


def test_a_device_of_ones_own_brings_its_resistances(config):
    config["devices"] = {"mine": {"r_on": 200, "r_off": 9000}}
    config["setting"]["device"] = "mine"
    assert {(job.setting.device.r_on, job.setting.device.r_off) for job in Plan(config).jobs} == {(200.0, 9000.0)}


CELLS = "target,mean,standard_deviation\n1e-6,2e-6,1e-7\n2e-5,1.9e-5,4e-7\n"


def measured(config, path):
    """A study that sweeps over a device measured by its user and others, and fixes it in another part."""
    config["devices"] = {"mine": {"table": str(path), "name": "Our oxide"}, "other": {"r_on": 200, "r_off": 9000}}
    config["paper"] = None
    config["run"] = {"networks": ["mnist"], "experiments": ["input_voltage"], "choices": []}
    physical = {"semantics": "physical", "spread": "relative", "programming_sigma": 0.1}
    parts = {
        "swept": {"fixed": {**physical, "programming": "one_shot"}, "grid": {"device": ["mine", "other", "sonos"]}},
        "fixed": {"fixed": {"semantics": "physical", "device": "mine", "programming": "one_shot"}},
    }
    config["experiments"]["input_voltage"] = {"networks": ["mnist"], "parts": parts}
    return config


def test_a_device_of_ones_own_measurements(config, tmp_path, monkeypatch):
    """Named in a grid or fixed, it brings the table's numbers; a relative path starts where the workflow runs."""
    (tmp_path / "cells.csv").write_text(CELLS)
    monkeypatch.chdir(tmp_path)
    plan = Plan(checked(measured(config, "cells.csv")))
    found = {job.label: job.setting.device for job in plan.jobs}
    mine, other = found["swept.device.name-mine"], found["swept.device.name-other"]
    assert (mine.r_on, mine.r_off) == pytest.approx((5e4, 1e6))
    assert mine.table == ((1e-6, 2e-6, 1e-7), (2e-5, 1.9e-5, 4e-7))
    assert mine.measured.programming_sigma(1.05e-5) == pytest.approx(2.5e-7)
    assert found["fixed.single"] == mine
    assert (other.r_on, other.r_off, other.table) == (200, 9000, None)
    assert json.loads(plan.described())["devices"]["mine"] == "Our oxide"
    assert plan.own_devices["mine"]["r_on"] == pytest.approx(5e4)


def test_an_edited_table_of_measurements_makes_its_evaluations_others_and_nothing_else(config, tmp_path):
    path = tmp_path / "cells.csv"
    plans = []
    for text in (CELLS, CELLS.replace("4e-7", "5e-7")):
        path.write_text(text)
        plans.append(Plan(checked(measured(copy.deepcopy(config), path))))
    first, second = plans
    texts = [[job.setting.canonical() for job in plan.jobs] for plan in plans]
    changed = [job.setting.device.name for job, old, new in zip(first.jobs, *texts, strict=True) if old != new]
    assert changed == ["mine", "mine"]
    assert [job.label for job in first.jobs] == [job.label for job in second.jobs]
    assert first.described() == second.described()
    assert first.own_devices == second.own_devices  # what describes it says its bounds alone


def test_seeds_depend_on_the_network_and_repeat_alone(config):
    plan = Plan(config)
    assert len(set(plan.seeds("mnist") + plan.seeds("cifar10"))) == 2 * config["repeats"]
    more = copy.deepcopy(config)
    more["repeats"] += 2
    assert Plan(more).seeds("mnist")[: config["repeats"]] == plan.seeds("mnist")


def test_fewer_validated_settings_are_still_opposite_corners(config):
    config["validation"]["settings"] = 2
    first, last = json.loads(Plan(config).validated("device_faults", "mnist"))
    faults = [Setting.from_canonical(text).faults for _, text in (first, last)]
    assert [(found.stuck_at_lrs, found.stuck_at_hrs) for found in faults] == [(0, 0), (0.2, 0.2)]


def test_a_precision_in_place_of_repeats(config):
    """A part says it, or its experiment for all; the first repeats are those of other settings."""
    plan = Plan(config)
    chips, paper = (next(job for job in plan.of("variability") if job.part == part) for part in ("chips", "paper"))
    assert (plan.precision(chips), plan.most_repeats(chips)) == (1, 100)
    assert (plan.precision(paper), plan.most_repeats(paper)) == (None, config["repeats"])
    assert plan.seeds_of(chips)[: config["repeats"]] == plan.seeds_of(paper)
    assert len(plan.seeds_of(chips)) == 100
    alternative = plan.of(CHOICES)[0]
    assert (plan.precision(alternative), plan.most_repeats(alternative)) == (None, config["repeats"])
    config["experiments"]["variability"] |= {"precision": 3, "at_most": 70}
    config["experiments"]["variability"]["parts"]["chips"].pop("at_most")
    plan = Plan(checked(config))
    assert (plan.precision(chips), plan.most_repeats(chips)) == (1, 70)
    assert (plan.precision(paper), plan.most_repeats(paper)) == (3, 70)
    del config["experiments"]["variability"]["at_most"]
    assert Plan(checked(config)).most_repeats(paper) == AT_MOST


def test_canonical_text_ignores_the_order_of_keys():
    assert canonical({"b": 1, "a": [2, 1]}) == canonical({"a": [2, 1], "b": 1}) != canonical({"a": [1, 2], "b": 1})


WRONG = [
    ("stady", "paper", "config: stady: unknown key; did you mean study?"),
    ("study", "a/b", "study: 'a/b' is not a letter or digit and up to 99 letters, digits"),
    ("seed", -1, "seed: -1 is not a whole number of at least 0"),
    ("seed", "one", "seed: 'one' is not a whole number"),
    ("repeats", 0, "repeats: 0 is not a whole number from 1 to 5000"),
    ("threads.inference", 0, "threads: inference: 0 is not a whole number of at least 1"),
    ("threads.inferense", 1, "did you mean inference?"),
    ("run.networks", [], "run: networks: [] is not a list of one or more"),
    ("run.networks", ["mnist", "mnist"], "every value may stand there once"),
    ("run.networks", ["mnits"], "run: networks: mnits: unknown key; did you mean mnist?"),
    ("run.experiments", ["input_volts"], "did you mean input_voltage?"),
    ("datasets.mnist.source", "folder", "datasets: mnist: path: is missing; source folder needs it"),
    ("datasets.mnist.source", "digits", "datasets: mnist: dataset: is not allowed with source digits"),
    ("datasets.mnist.source", "web", "source: 'web' is not one of torchvision, folder, npz, digits"),
    ("datasets.mnist.normalisation", "none", "normalisation: 'none' is not one of unit, centred, standardised"),
    ("datasets.mnist.channels", 2, "channels: 2 is not one of 1, 3"),
    ("datasets.mnist.size", [28], "datasets: mnist: size: [28] is not two whole numbers of at least 1"),
    ("networks.mnist.dataset", "emnist", "networks: mnist: dataset: emnist: unknown key; did you mean mnist?"),
    ("networks.mnist.training.epoch", 3, "did you mean epochs?"),
    ("training.folds", 1, "training: folds: 1 is not a whole number from 2 to 1000"),
    ("training.checkpoint", "best", "checkpoint: 'best' is not one of best_test, best_validation, last"),
    ("training.settings.epochs", 0, "epochs: 0 is not a whole number of at least 1"),
    ("training.settings.learning_rate", 0, "learning_rate: 0 is not a number above 0"),
    ("setting.adc_bit", 8, "setting: adc_bit: unknown key; did you mean adc_bits?"),
    ("setting.device", "pt_hf", "device.name: 'pt_hf' is not one of"),
    ("setting.r_on", 2000, "r_off"),
    ("setting.transistor", False, "transistor: False is not true"),
    ("setting.tile_shape", [64], "tile_shape: [64] is not two whole numbers"),
    (
        "experiments.input_voltage.parts.paper.grid.max_input_voltage",
        [],
        "[] is not a list of one or more",
    ),
    (
        "experiments.input_voltage.parts.paper.grid.max_input_voltage",
        [0],
        "max_voltage: 0 is not a number above 0",
    ),
    ("experiments.input_voltage.parts.paper.grid.max_input_voltage", [9, 9.0], "may stand there once"),
    (
        "experiments.input_voltage.parts.paper.grid.max_input_voltage",
        ["9", 9],
        "9 is the same as '9'",
    ),
    ("experiments.input_voltage.parts.paper.fixed", {"semantics": "physical"}, "semantics: is given twice"),
    ("experiments.adc_tile.parts.paper.grid.adc_bits", [1], "adc.bits: 1 is not a whole number from 2"),
    ("experiments.variability.parts.paper.grid.sigma", [-5], "sigma: -5 is not a resistance of 0 ohm or more"),
    ("experiments.variability.parts.paper.grid.conductance_states", [1], "states.count: 1 is not"),
    ("experiments.device_faults.parts.paper.grid.stuck_at_lrs", [1.5], "stuck_at_lrs: 1.5 is not a proportion"),
    ("experiments.endurance.parts.paper.fixed.operation_mode", "slow", "is not one of sudden, gradual"),
    ("experiments.retention.parts.paper.fixed.initial_time", 1e5, "retention.time: 10000.0 is not a time above"),
    ("experiments.retention.networks", ["lenet"], "experiments: retention: networks: lenet: unknown key"),
    (
        "experiments.a b",
        {"networks": ["mnist"], "parts": {"one": {}}},
        "experiments: 'a b' is not a name of letters, digits and underscores",
    ),
    ("paper", "no such", "paper: 'no such' is not a name of letters, digits and underscores"),
    (
        "experiments.speed",
        {"networks": ["mnist"], "parts": {}},
        "experiments: speed: parts: {} is not a mapping from one or more names",
    ),
    ("inference_time.tile_shapes", [[64, 64, 64]], "tile_shapes: 0: [64, 64, 64] is not two whole numbers"),
    ("inference_time.networks", ["minst"], "inference_time: networks: minst: unknown key; did you mean mnist?"),
    ("validation.networks", ["cifar1"], "validation: networks: cifar1: unknown key; did you mean cifar10?"),
    (
        "inference_time.full_images",
        {"minst": 5},
        "inference_time: full_images: minst: unknown key; did you mean mnist?",
    ),
    ("validation.images", 1, "validation: images: 1 is not a whole number of at least 2"),
]


@pytest.mark.parametrize(("path", "value", "words"), WRONG, ids=[f"{path}={json.dumps(v)}" for path, v, _ in WRONG])
def test_what_is_wrong_is_said_in_one_line(config, path, value, words):
    assert words in error_of(config, path, value)


@pytest.mark.parametrize("key", ["study", "run", "datasets", "setting", "validation"])
def test_a_missing_key_is_named(config, key):
    del config[key]
    with pytest.raises(InputError, match=f"{key}: is missing"):
        checked(config)


def test_an_experiment_without_a_network_is_refused(config):
    config["run"] = {"networks": ["cifar100"], "experiments": ["input_voltage", "variability"], "choices": []}
    with pytest.raises(InputError, match=r"experiments: variability: networks: mnist, cifar10: none of them is run"):
        Plan(config)


def test_the_devices_of_a_study(config):
    """Beside a paper the report describes all that there are; what names them changes with those of the settings."""
    config["devices"] = {"mine": {"name": "Our oxide", "r_on": 2000, "r_off": 50_000}, "other": {"r_on": 1, "r_off": 2}}
    config["run"] = {"networks": ["mnist"], "experiments": ["retention"], "choices": []}
    config["setting"]["layers"] = {"fc*": {"device.name": "mine", "device.r_on": 2000, "device.r_off": 50_000}}
    assert {"mine", "other", "ferroelectric"} < set(Plan(config).devices)
    named = json.loads(Plan(config).described())["devices"]
    assert named == {"pt_hf_ti": "Pt-Hf-Ti (MemTorch's default)", "mine": "Our oxide"}
    config["paper"] = None
    assert Plan(config).devices == ["pt_hf_ti", "mine"]
    assert Plan(config).has_curves
    config["setting"] = {"device.name": "mine"}
    assert Plan(config).devices == ["mine"]
    assert not Plan(config).has_curves
