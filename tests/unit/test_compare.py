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
from memristive_study.report.compare import pairs, words
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
    assert all(pair.labels[0] == pair.labels[1] for pair in found)
    moved = [pair for pair in found if abs(pair.difference.value) > 1e-9]
    assert {pair.experiment for pair in moved} == {"input_voltage"}
    assert all(pair.difference.value == pytest.approx(4) and pair.paired and pair.clear for pair in moved)
    assert not any(pair.clear for pair in found if pair not in moved)


def test_the_page_says_what_differs(studies, tmp_path):
    assert main([str(side.path) for side in studies]) == 0
    text = (tmp_path / "compare_a_b.html").read_text()
    assert "training.settings.epochs" in text.replace("<wbr>", "")
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


def test_settings_are_matched_by_what_is_swept_whatever_they_are_called(studies):
    """Labels have changed their form, and one study may sweep what the other leaves at one value."""
    a, b = studies
    fabricated.rewrite(b.paths["adc_tile"], lambda row: row.update(label="x" + row["label"]))
    found = [pair for pair in pairs.pairs(a, Side(b.path)) if pair.experiment == "adc_tile"]
    assert found
    assert all(f"x{pair.labels[0]}" == pair.labels[1] for pair in found)
    frame = pd.read_csv(a.paths["variability"])
    frame[frame["variability.sigma"] == frame["variability.sigma"].min()].to_csv(a.paths["variability"], index=False)
    found = [pair for pair in pairs.pairs(Side(a.path), b) if pair.experiment == "variability"]
    assert {"variability.sigma 0 ohm"} <= {text for pair in found for text in pair.setting.split(", ")}
    assert len(found) == len(Side(a.path).evaluations.query("experiment == 'variability'").groupby(pairs.KEYS))


def test_studies_that_share_nothing(studies, tmp_path):
    a, b = studies
    for path in b.paths.values():
        fabricated.rewrite(path, lambda row: row.update(network="other"))
    assert main([str(a.path), str(b.path)]) == 0
    text = (tmp_path / "compare_a_b.html").read_text()
    assert text.index("What both have") < text.index("Differences in configuration")
    assert "Networks of both: none." in text
    assert "The studies have no setting in common." in text
    assert "<td>Input voltage</td><td>paper</td>" in text  # of each, with what it sweeps


def test_configurations_are_compared_key_by_key_in_words():
    a = {"x": {"y": 1, "z": [1, "1.0e4"]}, "w": 2, "setting": {"inputs.max_voltage": 9}, "same": ["1.0e4"], "n": True}
    b = {
        "x": {"y": 1, "z": [1, 2]},
        "v": None,
        "setting": {"inputs.max_voltage": 5.5},
        "same": [10000.0],
        "n": {"a": []},
    }
    assert list(words.differences(a, b)) == [
        ("x.z", "1, 10000", "1, 2"),
        ("w", "2", "(not there)"),
        ("setting.inputs.max_voltage", "9 V", "5.5 V"),
        ("n", "yes", "a: none"),
    ]
    assert list(words.differences(json.loads(json.dumps(a)), a)) == []


def broken(folder, name, content):
    path = next(iter(sorted(folder.glob(name))), folder / name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content(path.read_bytes()))
    return path


DAMAGE = {
    "a table cut in a quoted cell": ("experiments/adc_tile.csv", lambda text: text + b'"cut'),
    "a table without rows or columns": ("experiments/adc_tile.csv", b""),
    "a table without accuracies": ("experiments/adc_tile.csv", lambda text: text.replace(b"accuracy", b"acuracy", 1)),
    "a word in place of an accuracy": ("experiments/adc_tile.csv", lambda text: text.replace(b",1000,", b",many,", 1)),
    "a table that is no text": ("experiments/adc_tile.csv", b"\x80\x81\xff"),
    "provenance cut short": ("provenance.json", b'{"config": {"training"'),
    "provenance that is a list": ("provenance.json", b"[]"),
    "provenance with a list for the configuration": ("provenance.json", b'{"config": []}'),
    "provenance with networks that are none": ("provenance.json", b'{"study": {"networks": {"mnist": 1}}}'),
    "a configuration of another shape": ("provenance.json", b'{"config": {"networks": 3, "run": {"experiments": 5}}}'),
    "a record cut short": ("evaluations/adc_tile/mnist/l.json", b'{"experiment": "adc_tile"'),
    "a record without evaluations": ("evaluations/adc_tile/mnist/l.json", b"{}"),
    "a record whose bits are none": (
        "evaluations/adc_tile/mnist/l.json",
        b'{"experiment": "a", "network": "b", "label": "c", "setting": "{}",'
        b' "evaluations": [{"repeat": 0, "correct_bits": "?"}]}',
    ),
    "a selection without accuracy": ("training/mnist/selection.json", b'{"network": "mnist"}'),
    "a ledger without verdicts": ("claims.csv", b"number,claim\n1,x\n"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_one_line(studies, capsys, what):
    a, b = studies
    name, content = DAMAGE[what]
    config = {"networks": {"mnist": {"dataset": "mnist"}}, "run": {"networks": ["mnist"]}}
    write_json(b.path / "provenance.json", {"config": config})
    path = broken(b.path, name, content)
    assert main([str(a.path), str(b.path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert path.name in said or str(b.path) in said


def test_a_folder_that_is_no_study_is_one_line(studies, tmp_path, capsys):
    assert main([str(studies[0].path), str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert said == f"error: compare: {tmp_path / 'nowhere'}: is not a study's folder (it has no experiments/*.csv)\n"
