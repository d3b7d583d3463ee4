"""The study of one's own in examples/: own images, network, device and experiment, to a report that is right."""

import csv
import re
import shutil
import subprocess
import sys
from html import unescape

import pytest

from browser import CHROMIUM, check
from memristive.core.files import read_json
from memristive_study.results.statistics import fixed
from workflow_copy import REPOSITORY, Workflow

EXAMPLE = REPOSITORY / "examples" / "own_study.yaml"
NETWORKS = "examples/own_study/networks.py"


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Workflow:
    """The example, complete."""
    workflow = Workflow(tmp_path_factory.mktemp("own"), EXAMPLE)
    shutil.copytree(REPOSITORY / "examples" / "own_study", workflow.folder / "examples" / "own_study")
    images = [sys.executable, "examples/own_study/images.py"]
    subprocess.run(images, cwd=workflow.folder, check=True)
    done = workflow.run("all")
    assert done.returncode == 0, done.stdout[-8000:]
    return workflow


@pytest.fixture(scope="module")
def rows(own) -> list[dict[str, str]]:
    with (own.results / "experiments" / "faults.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def page(own) -> str:
    return (own.results / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def words(page) -> str:
    """The report's text."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))


def test_it_is_one_short_file():
    assert len(EXAMPLE.read_text().splitlines()) <= 25


def test_its_device_is_in_every_row(rows):
    assert len(rows) == 8 * 5
    assert {(row["device.name"], row["device.r_on"], row["device.r_off"]) for row in rows} == {
        ("oxide", "2000.0", "50000.0")
    }


def test_its_record_has_the_order_of_its_grid(own):
    """Labels have it, too: another order of the keys would give its rows other names."""
    config = read_json(own.results / "provenance.json")["config"]
    assert list(config["experiments"]["faults"]["parts"]["rates"]["grid"]) == ["faults.stuck_at_lrs", "adc.bits"]


def test_the_first_screen_says_what_was_run(words, rows):
    assert f"1 experiment, 8 settings, 40 evaluations of {rows[0]['images']} test images, up to 5 repeats" in words
    assert "training of 4 epochs, no cross-validation. Device: Our oxide, 2000 and 50000 ohm." in words


def test_the_finding_is_what_the_rows_say(words, rows):
    means: dict[str, list[float]] = {}
    for row in rows:
        means.setdefault(row["label"], []).append(float(row["accuracy"]))
    found = {label: sum(values) / len(values) for label, values in means.items()}
    low, high = (choose(found, key=found.__getitem__) for choose in (min, max))
    setting = {label: label.removeprefix("rates.").replace("-", " ").replace("+", ", ") for label in (low, high)}
    assert f"the accuracy is lowest at {setting[low]}, {fixed(found[low], 1)} %" in words
    assert f"and highest at {setting[high]}, {fixed(found[high], 1)} %" in words


def test_nothing_is_said_of_what_the_study_has_not(words, own):
    for false in ("nan", "None", "No experiment", "do not agree", "0 folds", "not here any more", "another content"):
        assert not re.search(rf"\b{false}\b", words), false
    assert "published split" not in words
    for absent in ("claims.csv", "figures/fig_cross_validation.png", "figures/fig_device_curves.png"):
        assert not (own.results / absent).exists()
    for name in ("Ferroelectric", "hysteresis", "ledger", "The paper"):
        assert name not in words


def test_every_section_and_figure_has_content(page, own):
    sections = re.findall(r'<section id="(\w+)"><h2>.*?</h2>(.*?)</section>', page, re.DOTALL)
    assert [key for key, _ in sections] == [
        *("data", "training", "devices", "faults", "validation", "workflow", "environment", "config")
    ]
    for key, content in sections:
        assert re.search(r"<(img|table|dl|pre)\b", content), key
    for figure in own.results.glob("figures/*.svg"):
        assert "in this study" not in figure.read_text(encoding="utf-8")
    assert (own.results / "figures" / "sweep_faults.png").is_file()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_it_whole(own, width, tmp_path):
    check(own.results / "report.html", width, tmp_path)


def test_another_network_of_the_same_name_is_trained_again(own):
    path = own.folder / NETWORKS
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace("    return nn", "    # the same network\n    return nn"), encoding="utf-8")
        assert own.would_run() == {}
        path.write_text(text.replace("nn.ReLU()", "nn.Tanh()"), encoding="utf-8")
        jobs = own.would_run()
        assert {"train_published", "evaluate", "validate_network", "table"} <= set(jobs)
        assert jobs["evaluate"] == 8
    finally:
        path.write_text(text, encoding="utf-8")


def test_what_a_network_cannot_do_is_said_before_the_first_job(own):
    path = own.folder / NETWORKS
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace("classes)", "classes - 1)"), encoding="utf-8")
        done = own.run("results/own/training/small/weights.safetensors")
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    said = "networks: small: architecture: for 2 images of 1x8x8 the output is 2x9; a logit for each of 10 classes is"
    assert said in done.stdout
    assert "Training small" not in done.stdout
    assert (own.results / "training" / "small" / "weights.safetensors").is_file()


def explained(own, *arguments: str) -> subprocess.CompletedProcess:
    """The command of `make explain`, in the study's folder."""
    command = [sys.executable, "-m", "memristive_study.jobs.explanation", "results/own", *arguments]
    return subprocess.run(command, cwd=own.folder, capture_output=True, text=True, check=False)


def test_one_of_its_settings_is_explained(own, rows):
    """The setting of most stuck devices: the page's accuracy is that of the study's rows of the same chips."""
    row = next(row for row in rows if (row["faults.stuck_at_lrs"], row["adc.bits"]) == ("0.1", "8"))
    images = min(2000, int(row["images"]))
    done = explained(own, row["label"])
    assert done.returncode == 0, done.stderr
    path = own.folder / done.stdout.splitlines()[-1]
    assert path == own.results / "explained" / f"faults.small.{row['label']}.html"
    text = unescape(path.read_text(encoding="utf-8"))
    assert "Most is lost to devices stuck at their low resistance" in text
    accuracies = [float(other["accuracy"]) for other in rows if other["label"] == row["label"]][:2]
    assert f"on {images:,} images" in text
    assert f"with them {sum(accuracies) / 2:.1f} %." in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["faults-9"], "setting: 'faults-9' is not the label of an evaluation; near it: "),
        (["x", "--network", "mnist"], "has no evaluations of network mnist"),
        (["x", "--images", "0"], "images: 0 is not a whole number from 1"),
    ],
)
def test_what_cannot_be_explained_is_named(own, arguments, words):
    done = explained(own, *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
