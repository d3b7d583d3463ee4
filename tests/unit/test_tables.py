"""Tables: our values from the files, the paper's from `reported`, never crossed."""

import re

import fabricated
import pandas as pd
import pytest

from memristive.core.files import read_json
from memristive_study import tables
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import reported
from memristive_study.results import outputs, sources
from memristive_study.results.read import experiment
from memristive_study.results.study import Study
from memristive_study.tables.text import to_markdown

PAPER = load("souto_garnelo")
TABLES = outputs.tables(outputs.sections(fabricated.EXPERIMENTS, PAPER))

HASH = re.compile("[0-9a-f]{64}")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return fabricated.write_study(tmp_path_factory.mktemp("study"), epochs=3)


def make(name, inputs, folder):
    csv, markdown = folder / f"{name}.csv", folder / f"{name}.md"
    table = TABLES[name]
    needed = {key: inputs[key] for key in table.inputs}
    tables.make(outputs.reference(table.make), table.title, needed, Study.read(inputs["study"], PAPER), csv, markdown)
    return pd.read_csv(csv), markdown.read_text()


def test_paper_values_are_the_papers():
    # Copied from the paper's tables by hand, apart from reported.py.
    assert reported.DIGITAL_ACCURACY == {"mnist": 98.73, "cifar10": 83.34, "cifar100": 58.85}
    assert reported.FOLD_ACCURACY == {"mnist": 98.35, "cifar10": 83.34, "cifar100": 56.75}
    assert reported.MAX_INPUT_VOLTAGE_ACCURACY == {"mnist": 97.85, "cifar10": 82.12, "cifar100": 58.32}
    assert reported.ENDURANCE_ACCURACY == {"mnist": 52.47, "cifar10": 36.01}
    assert reported.RETENTION_ACCURACY == {"mnist": 93.94, "cifar10": 81.89}
    assert list(reported.TILE_SECONDS["mnist"].values()) == [196, 464, 1497]
    assert reported.STUCK_AT_ACCURACY["cifar10"] == {
        (0.0, 0.0): 81.95,
        (0.05, 0.0): 10.01,
        (0.0, 0.05): 72.88,
        (0.05, 0.05): 10.04,
    }


def test_stuck_at_faults_do_not_swap_their_two_states(inputs, tmp_path):
    frame, _ = make("table6_stuck_at_faults", inputs, tmp_path)
    row = frame[(frame["network"] == "CIFAR10") & (frame["stuck_at_lrs"] == 0) & (frame["stuck_at_hrs"] == 0.05)]
    raw = experiment(inputs["device_faults"])
    raw = raw[(raw["network"] == "cifar10") & (raw["stuck_at_lrs"] == 0) & (raw["stuck_at_hrs"] == 0.05)]
    assert row["paper"].item() == 72.88
    assert row["ours"].item() == pytest.approx(raw["accuracy"].mean())
    assert row["n"].item() == len(raw) == 5


def test_best_voltage_and_loss(inputs, tmp_path):
    frame, _ = make("table4_max_input_voltage", inputs, tmp_path)
    raw = experiment(inputs["input_voltage"])
    raw = raw[(raw["network"] == "mnist") & (raw["semantics"] == "physical")]
    row = frame[(frame["network"] == "MNIST") & (frame["semantics"] == "physical")].iloc[0]
    assert row["ours"] == pytest.approx(raw.groupby("max_input_voltage")["accuracy"].mean().max())
    assert row["loss"] == pytest.approx(row["digital"] - row["ours"])
    assert (row["paper"], row["paper_digital"]) == (97.85, 98.73)


def test_digital_accuracy_has_its_binomial_interval(inputs, tmp_path):
    frame, _ = make("table2_training", inputs, tmp_path)
    single = frame[(frame["part"] == "b: published split") & (frame["network"] == "MNIST")].iloc[0]
    assert (single["over"], single["n"]) == ("images", fabricated.DIGITAL_IMAGES)
    assert single["low"] < single["ours"] < single["high"]


def test_scaled_times_say_so(inputs, tmp_path):
    frame, _ = make("table5_inference_time", inputs, tmp_path)
    assert frame.set_index("engine")["scaled"].groupby(level=0).all().to_dict() == {"crossbar": False, "memtorch": True}


def test_a_network_on_other_images_is_not_compared(tmp_path):
    inputs = fabricated.write_study(tmp_path, ("mnist",), "small", 1, {"mnist": "digits"}, 2, 2)
    for name in ("table2_training", "table3_endurance_retention", "table4_max_input_voltage"):
        frame, _ = make(name, inputs, tmp_path)
        assert frame["paper"].isna().all()
        assert set(frame["network"]) == {"MNIST network on digits"}


def test_layers_of_the_networks(tmp_path):
    inputs = fabricated.write_study(tmp_path, ("mnist",), "small", 1)
    frame, _ = make("networks", inputs, tmp_path)
    last = frame.iloc[-1]
    assert (last["type"], last["rows"], last["columns"]) == ("Linear", 490, 10)
    assert frame.loc[frame["type"] == "Conv2d", "rows"].tolist() == [9, 90, 90, 90]


def test_whole_numbers_have_no_decimals_and_others_keep_theirs():
    frame = pd.DataFrame({"rows": [9.0, None], "volts": [0.5, 2.0], "low": [1.0, 2.0], "high": [1.5, 2.5]})
    assert to_markdown(frame).splitlines()[2:] == ["| 9 | 0.50 | 1.00 to 1.50 |", "|  | 2.00 | 2.00 to 2.50 |"]


def test_markdown_escapes_and_the_hashes_are_beside_it(inputs, tmp_path):
    _, text = make("table6_stuck_at_faults", inputs, tmp_path)
    assert "interval (95 %)" in text
    assert not HASH.search(text)
    beside = tmp_path / "table6_stuck_at_faults.sources.json"
    assert read_json(beside) == sources.hashes({"faults": inputs["device_faults"]})
    assert sources.read(tmp_path / "table6_stuck_at_faults.csv") == read_json(beside)
    assert "a\\|b &lt;i&gt;" in to_markdown(pd.DataFrame({"name": ["a|b <i>"]}))


PUBLISHED = ("results/published", "results/six_epochs", "results/strong")


def test_no_file_that_people_read_holds_hashes(repository):
    places = ["*.md", *(f"{folder}/**/*.md" for folder in ("config", "workflow", "profiles", "examples", *PUBLISHED))]
    read = [path for place in places for path in repository.glob(place)]
    assert len(read) > 20
    assert [path for path in read if HASH.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("folder", PUBLISHED)
def test_every_table_that_is_published_has_its_hashes_beside_it(repository, folder):
    made = [*(repository / folder / "tables").glob("*.md"), repository / folder / "claims.md"]
    assert len(made) > 5
    assert [path for path in made if not sources.read(path)] == []
