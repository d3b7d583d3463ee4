"""Alternatives to what the text leaves open: which are run, and how far each moves the result."""

import base64
import json

import numpy as np
import pandas as pd
import pytest
import yaml
from fabricated import COLUMNS

from memristive.core.files import write_csv, write_json
from memristive.core.setting import Setting
from memristive_study.papers import load
from memristive_study.plan.plan import Plan
from memristive_study.report.choices import summary
from memristive_study.results.study import Study
from memristive_study.tables import choices
from wrong_value import error_of


@pytest.fixture
def config(repository):
    return yaml.safe_load((repository / "config.yaml").read_text())


def of(plan, choice, network="mnist"):
    return [variant for variant in plan.variants if (variant.choice, variant.network) == (choice, network)]


def test_an_alternative_changes_one_thing(config):
    plan = Plan(config)
    for variant in of(plan, "initial_time"):
        own = next(v for v in of(plan, "initial_time") if v.own)
        assert variant.setting.replace(initial_time=1.0) == own.setting
        assert variant.setting.retention.time == 1e4  # what the experiment's part `paper` fixes
    assert [variant.value for variant in of(plan, "initial_time")] == ["1", "10", "100", "1000", "5000"]


def test_another_epoch_and_another_network_have_other_weights_but_the_same_draws(config):
    plan = Plan(config)
    last = next(variant for variant in of(plan, "checkpoint") if variant.value == "last")
    assert plan.job("choices", "mnist", last.label).selection == "last"
    other = next(variant for variant in of(plan, "normalisation") if not variant.own)
    job = plan.job("choices", "mnist_standardised", other.label)
    assert (other.value, job.draws_of) == ("standardised", "mnist")
    assert of(plan, "normalisation", "cifar10") == []  # the study says which networks are trained again


def test_a_point_of_the_study_is_evaluated_once(config):
    jobs = [job for job in Plan(config).of("choices", "mnist") if job.part == "study"]
    assert len({(job.setting, job.network) for job in jobs}) == len(jobs)
    config["run"]["choices"] = []
    assert Plan(config).of("choices") == []


def test_only_experiments_that_are_run_have_points(config):
    config["run"]["experiments"] = ["input_voltage"]
    assert {variant.experiment for variant in Plan(config).variants} == {"input_voltage"}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("run.choices", ["tunings"], "run: choices: tunings: unknown key; did you mean tuning?"),
        ("choices.alternatives.tuning.points", ["retentions"], "tuning: points: retentions: unknown key"),
        ("choices.points.retention.experiment", "speed", "choices: points: retention: experiment: speed: unknown key"),
        ("choices.points.retention.fixed", {"adc_bit": 8}, "choices: points: retention: fixed: adc_bit: unknown key"),
        (
            "choices.alternatives.tuning.values",
            ["later"],
            "tuning: values: 'later' is not one of none, before, after, both",
        ),
        ("choices.alternatives.checkpoint.values", ["first"], "checkpoint: values: 'first' is not one of best_test"),
        (
            "choices.alternatives.checkpoint.values",
            [["best_test"]],
            "checkpoint: values: ['best_test'] is not one of best_test",
        ),
        ("choices.alternatives.normalisation.networks", {"mnist": "mnits"}, "mnits: unknown key; did you mean mnist?"),
        ("choices.alternatives.tuning.networks", {"mnist": "mnist_standardised"}, "networks: is not allowed here"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(config, path, value, words):
    assert words in error_of(config, path, value)


def evaluations(folder, label, setting, bits):
    """Rows and the record of an evaluation whose repeats are right where `bits` [repeats, images] says so."""
    fields = {k: "x".join(map(str, v)) if isinstance(v, list) else v for k, v in setting.as_dict().items()}
    rows = [
        fields
        | {
            "experiment": "choices",
            "network": "mnist",
            "part": "p",
            "label": label,
            "repeat": repeat,
            "images": len(row),
            "correct": int(row.sum()),
            "accuracy": 100 * row.mean(),
        }
        for repeat, row in enumerate(bits)
    ]
    record = {
        "experiment": "choices",
        "network": "mnist",
        "label": label,
        "evaluations": [
            {"repeat": repeat, "correct_bits": base64.b64encode(np.packbits(row)).decode()}
            for repeat, row in enumerate(bits)
        ],
    }
    write_json(folder / f"{label}.json", record)
    return rows


OWN = np.array([[1] * 80 + [0] * 20, [1] * 82 + [0] * 18], bool)
MOVED = np.array([[1] * 92 + [0] * 8, [1] * 94 + [0] * 6], bool)


@pytest.fixture
def made(tmp_path):
    return make(tmp_path, OWN, MOVED)


def make(tmp_path, own, moved):
    """Table and Markdown of a study in which one alternative was run."""
    retention = Setting(retention_time=1e4)
    rows = [
        *evaluations(tmp_path, "own", retention, own),
        *evaluations(tmp_path, "moved", retention.replace(initial_time=10), moved),
    ]
    write_csv(tmp_path / "choices.csv", rows, COLUMNS)
    common = {
        "choice": "initial_time",
        "point": "retention",
        "experiment": "retention",
        "network": "mnist",
        "evaluated": "mnist",
        "semantics": "physical",
    }
    compared = [
        common | {"value": "1", "own": True, "label": "own"},
        common | {"value": "10", "own": False, "label": "moved"},
    ]
    inputs = {"choices": tmp_path / "choices.csv", "records": [tmp_path / "own.json", tmp_path / "moved.json"]}
    entry = {"mnist": {"architecture": "mnist", "dataset": "mnist", "images": "mnist"}}
    described = json.dumps({"networks": entry, "setting": "{}"})
    study = Study.read(described, load("souto_garnelo"))
    choices.make(inputs, json.dumps(compared), study, tmp_path / "t.csv", tmp_path / "t.md")
    return pd.read_csv(tmp_path / "t.csv"), (tmp_path / "t.md").read_text()


def test_differences_are_paired(made):
    frame, _ = made
    own, moved = frame.itertuples()
    assert moved.difference == pytest.approx(12)
    assert (moved.repeats_low, moved.repeats_high) == (pytest.approx(12), pytest.approx(12))
    # Of 100 images 10 turn right in both repeats and 4 in one: squares sum to 11, the variance is (11 - 1.44) / 99, and
    # the interval 12 -+ 1.98422 * 3.10751.
    assert (moved.images_low, moved.images_high) == (pytest.approx(5.834, abs=1e-3), pytest.approx(18.166, abs=1e-3))
    assert np.isnan(own.difference)


def test_no_value_is_nearest_where_nothing_moves(tmp_path):
    frame, _ = make(tmp_path, OWN, OWN)
    assert frame["nearest"].tolist() == [False, False]


def test_the_value_nearest_to_the_paper_is_marked(made):
    frame, text = made
    assert frame["paper"].tolist() == [93.94, 93.94]
    assert frame["nearest"].tolist() == [False, True]
    assert "nearest to the paper" in text
    assert summary(frame) == [
        "Initial time: at most 12.00 points, for 10 at retention (MNIST, physical); nearest to the paper's 93.94 % is "
        "10 with 93.00 % (physical)."
    ]
