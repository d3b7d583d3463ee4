"""Two studies side by side: what differs is found, with its interval; what is no study is one line."""

import base64
import json
import re

import fabricated
import numpy as np
import pandas as pd
import pytest

from memristive.core.files import write_csv, write_json
from memristive.core.setting import Setting
from memristive_study.report.compare import pairs
from memristive_study.report.compare.__main__ import main
from memristive_study.report.compare.side import Side

SIZE = {"networks": ("mnist",), "size": "small", "repeats": 3, "folds": 1, "epochs": 2}


@pytest.fixture
def studies(tmp_path):
    """Two studies that differ in 4 points at 6 V and in a configured number."""
    for name in ("a", "b"):
        inputs = fabricated.write_study(tmp_path / name, **SIZE)
        pd.DataFrame({"number": [1], "claim": ["It works."], "verdict": ["reproduced"]}).to_csv(
            tmp_path / name / "claims.csv", index=False
        )
        write_json(tmp_path / name / "provenance.json", {"config": {"training": {"settings": {"epochs": 6}}, "x": 1}})

    def change(row):
        if row["inputs.max_voltage"] == "6.0":
            row["accuracy"] = str(float(row["accuracy"]) + 4)

    fabricated.rewrite(inputs["input_voltage"], change)
    fabricated.rewrite(tmp_path / "b/claims.csv", lambda row: row.update(verdict="not <b>reproduced"))
    config = {"config": {"training": {"settings": {"epochs": 50}}, "x": 1}}
    write_json(tmp_path / "b/provenance.json", config)
    return Side(tmp_path / "a"), Side(tmp_path / "b")


def test_differences_are_of_the_same_settings(studies):
    found = pairs.pairs(*studies)
    assert len(found) == len(studies[0].evaluations.groupby(pairs.KEYS))
    moved = [pair for pair in found if abs(pair.difference.value) > 1e-9]
    assert {pair.experiment for pair in moved} == {"input_voltage"}
    assert all(pair.difference.value == pytest.approx(4) and pair.paired and pair.clear for pair in moved)
    assert not any(pair.clear for pair in found if pair not in moved)


def test_the_page_says_what_differs(studies, tmp_path):
    assert main([str(side.path) for side in studies]) == 0
    text = (tmp_path / "compare_a_b.html").read_text()
    assert "training.settings.epochs" in text
    assert "not &lt;b&gt;reproduced" in text
    assert "4.00 [4.00, 4.00]" in text
    sources = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert text.count("<img") == text.count('alt="') >= 6


def test_names_of_studies_stay_as_they_are(studies, tmp_path):
    for side, name in zip(studies, ("a_1", "b_2"), strict=True):
        side.path.rename(tmp_path / name)
    assert main([str(tmp_path / name) for name in ("a_1", "b_2")]) == 0
    text = (tmp_path / "compare_a_1_b_2.html").read_text()
    assert '<th scope="col">a_1</th>' in text
    assert '<th scope="col">b_2 (%)</th>' in text


def test_other_seeds_are_not_paired(studies):
    a, b = studies
    fabricated.rewrite(b.paths["adc_tile"], lambda row: row.update(seed="7" + row["seed"]))
    found = pairs.pairs(a, Side(b.path))
    other = [pair for pair in found if pair.experiment == "adc_tile"]
    assert other
    assert not any(pair.paired for pair in other)
    # The repeats are the same numbers, so the difference is 0, but its interval is that of independent ones.
    assert all(pair.difference.value == 0 for pair in other)
    assert any(pair.difference.high > 0 for pair in other)


def test_images_are_paired_where_both_tested_the_same(tmp_path):
    config = {"config": {"networks": {"mnist": {"dataset": "mnist"}}}}
    for name, right in (("a", 700), ("b", 800)):
        folder = tmp_path / name
        row = Setting().as_dict() | {
            "experiment": "retention",
            "network": "mnist",
            "part": "p",
            "label": "l",
            "repeat": 0,
            "seed": 1,
            "images": 1000,
            "accuracy": right / 10,
        }
        row = {key: "x".join(map(str, value)) if isinstance(value, list) else value for key, value in row.items()}
        write_csv(folder / "experiments/retention.csv", [row])
        bits = base64.b64encode(np.packbits(np.arange(1000) < right)).decode()
        named = {key: row[key] for key in ("experiment", "network", "label")}
        record = named | {"evaluations": [{"repeat": 0, "correct_bits": bits}]}
        write_json(folder / "evaluations/retention/mnist/l.json", record)
        write_json(folder / "provenance.json", config)
        fabricated._dataset(folder / "datasets/mnist.npz")
    (pair,) = pairs.pairs(Side(tmp_path / "a"), Side(tmp_path / "b"))
    # 100 of 1000 images turn right: 10 -+ 1.96 * 100 * sqrt(0.1 * 0.9 / 999).
    assert (pair.difference.images.low, pair.difference.images.high) == pytest.approx((8.14, 11.86), abs=0.01)
    assert pair.clear
    write_json(tmp_path / "b/provenance.json", {})  # nobody knows what images b was tested on
    (pair,) = pairs.pairs(Side(tmp_path / "a"), Side(tmp_path / "b"))
    assert pair.difference.images is None


def test_configurations_are_compared_key_by_key():
    a, b = {"x": {"y": 1, "z": [1]}, "w": 2}, {"x": {"y": 1, "z": [1, 2]}, "v": None}
    found = list(pairs.differences(a, b))
    assert found == [("x.z", "[1]", "[1, 2]"), ("w", "2", "(not there)"), ("v", "(not there)", "None")]
    assert list(pairs.differences(json.loads(json.dumps(a)), a)) == []


def test_a_folder_that_is_no_study_is_one_line(studies, tmp_path, capsys):
    assert main([str(studies[0].path), str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert said == f"error: compare: {tmp_path / 'nowhere'}: is not a study's folder (it has no experiments/*.csv)\n"
