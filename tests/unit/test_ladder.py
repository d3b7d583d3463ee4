"""The ladder of recovery: which experiments are one, the chips in its figure, the prices in its table."""

import dataclasses
import json

import fabricated
import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from matplotlib import pyplot

from memristive import Setting, price
from memristive.core.setting import FIELDS
from memristive_study.claims.evidence import Evidence
from memristive_study.config.check import checked
from memristive_study.figures import ladder
from memristive_study.models.build import build
from memristive_study.plan.plan import Plan
from memristive_study.report.ladder import findings
from memristive_study.results import outputs
from memristive_study.results.paper import NO_PAPER
from memristive_study.results.study import Study
from memristive_study.tables import ladder as table

matplotlib.use("Agg")
PARTS = {
    "none": {"tuning": "after"},
    "remapping": {"tuning": "after", "remap": "both", "redundant_columns": 2},
    "statistics": {"tuning": "after", "statistics_images": 50},
    "column_line": {"tuning": "after", "line": "column"},
}
HARM = (0.005, 0.02)


@pytest.fixture(scope="module")
def study():
    networks = {"mnist": {"architecture": "mnist", "dataset": "mnist", "images": "mnist"}}
    return Study.read(json.dumps({"networks": networks, "setting": Setting().canonical()}), NO_PAPER)


@pytest.fixture(scope="module")
def frame():
    found = []
    for part, fields in PARTS.items():
        settings = [Setting(stuck_at_lrs=harm, **fields) for harm in HARM]
        found += fabricated.rows("ladder_stuck", "mnist", part, settings, repeats=6)
    found = pd.DataFrame(found).rename(columns={name: each.short for name, each in FIELDS.items()})
    return found.assign(accuracy=np.random.default_rng(0).uniform(20, 90, len(found)).round(3))


def test_every_chip_is_a_point_of_its_rung(frame, study):
    figure = ladder.draw({"ladder_stuck": frame}, study)
    (panel,) = figure.axes
    points = [line for line in panel.lines if line.get_marker() in ("o", "s")]
    assert len(points) == len(PARTS) * len(HARM)
    for (part, harm), mine in frame.groupby(["part", "stuck_at_lrs"]):
        rung = list(PARTS).index(part)
        drawn = [line for line in points if sorted(line.get_ydata()) == sorted(mine["accuracy"])]
        assert len(drawn) == 1
        assert all(rung - 0.5 < x < rung + 0.5 for x in drawn[0].get_xdata())
        assert drawn[0].get_marker() == ("o", "s")[HARM.index(harm)]
    medians = {float(line.get_segments()[0][0][1]) for line in panel.collections if len(line.get_segments()) == 1}
    assert {float(np.median(mine["accuracy"])) for _, mine in frame.groupby(["part", "stuck_at_lrs"])} <= medians
    assert [label.get_text() for label in panel.get_xticklabels()] == [
        "none",
        "remapping",
        "statistics",
        "column\nline",
    ]
    pyplot.close(figure)


def test_gains_are_between_the_same_chips_and_prices_those_of_the_library(frame, study, tmp_path):
    path = tmp_path / "mnist.npz"
    images = np.zeros((2, 28, 28, 1), np.uint8)
    np.savez(path, x_train=images, x_test=images, class_names=np.array([str(digit) for digit in range(10)]))
    shuffled = frame.sample(frac=1, random_state=1).sort_values("part", key=lambda part: part.map(list(PARTS).index))
    found = table.build({"ladder_stuck": shuffled, "datasets": {"mnist": path}}, study)
    assert len(found) == len(PARTS) * len(HARM)
    model = build("mnist", 10, (1, 28, 28)).eval()
    for row in found.to_dict("records"):
        part, harm = row["recovery"].replace(" ", "_"), row["faults.stuck_at_lrs"]
        by_seed = {
            name: frame[(frame["part"] == name) & (frame["stuck_at_lrs"] == harm)].set_index("seed")["accuracy"]
            for name in (part, "none")
        }
        assert row["gained"] == pytest.approx(float((by_seed[part] - by_seed["none"]).mean()))
        assert row["mean"] == pytest.approx(by_seed[part].mean())
        wanted = price(model, Setting(stuck_at_lrs=harm, **PARTS[part]), torch.zeros(1, 1, 28, 28)).total
        assert {key: row[key] for key in dataclasses.asdict(wanted)} == dataclasses.asdict(wanted)
    assert found["device_writes"].max() > 0
    assert found["calibration_images"].max() == 50


def test_its_findings_are_what_gains_most_on_each_network_against_each_harm(frame, study):
    worst = frame.assign(accuracy=frame["accuracy"].where(frame["part"] != "remapping", 95.0 + frame["repeat"] / 10))
    found = findings(Evidence({"ladder_stuck": worst}, study), "ladder_stuck", tuple(sorted(PARTS)))
    assert len(found) == len(HARM)
    for harm, text in zip(HARM, found, strict=True):
        first = worst[(worst["part"] == "none") & (worst["stuck_at_lrs"] == harm)]["accuracy"].mean()
        assert text.startswith(f"mnist, faults.stuck_at_lrs {harm:g}: {first:.1f} % [")
        assert f"with none; of 3 other rungs remapping has most, {95.25:.1f} % [" in text
        assert f"which gains {95.25 - first:.1f} points [" in text
    best = worst.assign(accuracy=worst["accuracy"].where(worst["part"] != "none", 99.0))
    assert findings(Evidence({"ladder_stuck": best}, study), "ladder_stuck", tuple(PARTS))[0].endswith(
        "99.0 % [99.0, 99.0] with none, and no rung has more."
    )
    alone = frame[frame["part"] == "none"]
    assert not findings(Evidence({"ladder_stuck": alone}, study), "ladder_stuck", ("none",))
    assert not findings(Evidence({}, study), "ladder_stuck", tuple(PARTS))


def test_a_price_needs_no_measured_device(study):
    """The table builds settings of what decides a price, which fields of a measured device do not."""
    fields = {"device": "pcm_nandakumar", "programming": "one_shot", "retention_model": "measured"}
    setting = Setting(**fields, retention_time=80_000.0, drift_compensation="column", tuning="none")
    row = pd.DataFrame(fabricated.rows("ladder_drift", "mnist", "factor", [setting], 1))
    found = table._setting(row.rename(columns={name: each.short for name, each in FIELDS.items()}).iloc[0])
    model, images = build("mnist", 10, (1, 28, 28)).eval(), torch.zeros(1, 1, 28, 28)
    assert price(model, found, images).total == price(model, setting, images).total
    assert price(model, found, images).total.digital_operations > 0


def test_the_study_of_chips_is_a_ladder(repository, tmp_path):
    together = {}
    for name in ("config.yaml", "profiles/strong/study.yaml", "profiles/chips/study.yaml"):
        together = _over(together, yaml.safe_load((repository / name).read_text()))
    plan = Plan(checked(together))
    sections = {
        section.key: section
        for section in outputs.sections({name: plan.config["experiments"][name] for name in plan.experiments}, NO_PAPER)
    }
    for name in plan.experiments:
        assert [figure.draw for figure in sections[name].figures] == ["memristive_study.figures.ladder:draw"]
        assert [each.make for each in sections[name].tables] == ["memristive_study.tables.ladder:build"]
        assert sections[name].findings.args[1] == "memristive_study.report.ladder:findings"
    options = {option for job in plan.jobs for option in job.setting.recovery.options}
    assert options == set(Setting(**EVERY).recovery.options) | {"folding"}


EVERY = {
    **{"statistics_images": 9, "range_images": 9, "fine_tuning_images": 9, "line": "column", "remap": "both"},
    "drift_compensation": "layer",
}


def _over(one, other):
    """`other` over `one`, mapping by mapping, as Snakemake merges configurations."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return one | {key: _over(one.get(key), value) for key, value in other.items()}


def test_other_experiments_keep_their_figure():
    for parts in (
        {"paper": {"grid": {"recovery.line": ["layer", "column"]}}},
        {"a": {"fixed": {}}, "b": {"fixed": {"adc.bits": 4}}, "c": {"fixed": {"recovery.line": "column"}}},
    ):
        (section,) = (s for s in outputs.sections({"own": {"parts": parts}}, NO_PAPER) if s.key == "own")
        assert [figure.name for figure in section.figures] == ["sweep_own"]
