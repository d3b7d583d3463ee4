"""The report of an invented study, as a browser sees it."""

import base64
import html
import io
import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from PIL import Image

from browser import CHROMIUM, check
from memristive.core.files import write_json
from memristive_study import figures, tables
from memristive_study.claims import judge
from memristive_study.claims.evidence import Evidence
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import claims as paper_claims
from memristive_study.report import notebook, page, show, summary
from memristive_study.results import outputs, provenance, sources
from memristive_study.results.folder import Folder
from memristive_study.results.read import experiment
from memristive_study.results.study import Study
from memristive_study.tables import choices

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "unit"))
import fabricated  # noqa: E402

PAPER = load("souto_garnelo")
SECTIONS = outputs.sections(fabricated.EXPERIMENTS, PAPER)
FIGURES, TABLES = outputs.figures(SECTIONS), outputs.tables(SECTIONS)
SIZE = {"networks": ("mnist", "cifar10"), "size": "small", "repeats": 2, "folds": 2, "epochs": 2}
DRAWN = ("fig06_device_curves", "fig10_images", "fig13_max_input_voltage", "fig15_variability", "fig09_workflow")
NOTE = "12 of these images are <b>copies</b>."
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A whole study with its report: folder, named inputs, page."""
    folder = tmp_path_factory.mktemp("study")
    inputs = fabricated.write_study(folder, **SIZE, images={"mnist": "mnist", "cifar10": "digits"})
    study = Study.read(inputs["study"], PAPER)
    for name in DRAWN:
        needed = {key: inputs[key] for key in FIGURES[name].inputs}
        png, svg = (folder / f"figures/{name}.{suffix}" for suffix in ("png", "svg"))
        figures.make(outputs.reference(FIGURES[name].draw), needed, study, png, svg)
    table = TABLES["table4_max_input_voltage"]
    paths = [folder / f"tables/{table.name}.{suffix}" for suffix in ("csv", "md")]
    needed = {key: inputs[key] for key in table.inputs}
    tables.make(outputs.reference(table.make), table.title, needed, study, *paths)
    needed = {key: inputs[key] for key in (*fabricated.EXPERIMENTS, *outputs.CLAIMS)}
    judge.make(paper_claims.CLAIMS, needed, study, folder / "claims.csv", folder / "claims.md")
    _choices(folder, inputs, study)
    ran = {"experiments": ["input_voltage", "variability"]}
    described = {"study": HOSTILE, "paper": PAPER.key, "run": ran, "datasets": {"mnist": {"note": NOTE}}}
    _record(folder, inputs, described)
    page.make(folder, PAPER, folder / "report.ipynb", folder / "report.html")
    return folder, inputs, folder / "report.html"


def _record(folder, inputs, config):
    """The record that a study has when it has run."""
    record = provenance.record(json.dumps(config), "--configfile study.yaml --", ROOT)
    write_json(folder / "provenance.json", {**record, "folder": str(folder), "study": json.loads(inputs["study"])})


def _choices(folder, inputs, study):
    """The table of choices: tuning at retention, as if it had been evaluated for that."""
    frame = experiment(inputs["retention"])
    frame = frame[(frame["part"] == "paper") & (frame["network"] == "mnist")].assign(experiment="choices")
    frame.to_csv(folder / "experiments/choices.csv", index=False)
    common = {"choice": "tuning", "point": "retention", "experiment": "retention", "semantics": "physical"}
    compared = [
        common
        | {"network": "mnist", "evaluated": "mnist", "value": row.tuning, "own": row.tuning == "before"}
        | {"label": row.label}
        for row in frame.drop_duplicates("label").itertuples()
    ]
    named = {"choices": folder / "experiments/choices.csv", "records": []}
    choices.make(named, json.dumps(compared), study, folder / "tables/choices.csv", folder / "tables/choices.md")


def first_screen(path):
    """A study's first screen."""
    folder = Folder(path)
    evidence = Evidence(folder.read(), folder.study(PAPER))
    return summary.summary(folder, evidence, folder.sections(PAPER))


class Page(HTMLParser):
    """Sources, links, ids, images and tags of a page."""

    def __init__(self, text):
        super().__init__()
        self.sources, self.links, self.ids, self.images, self.tags = [], [], set(), [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag == "img":
            self.images.append(attrs)
        if tag == "a":
            self.links.append(attrs["href"])
        elif "src" in attrs or "href" in attrs:
            self.sources.append(attrs.get("src") or attrs.get("href"))


def test_the_page_needs_nothing_from_elsewhere(built):
    text = built[2].read_text()
    page = Page(text)
    assert all(source.startswith("data:") for source in page.sources)
    assert not re.search(r"url\((?!data:)|@import", text)
    assert "script" not in page.tags


def test_links_lead_somewhere_and_images_have_texts(built):
    page = Page(built[2].read_text())
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert {"summary", "input_voltage", "claims", "validation", "choices", "environment", "config"} <= page.ids
    assert len(page.images) == 5
    assert all(len(image["alt"]) > 20 for image in page.images)


def test_names_from_the_configuration_are_escaped(built):
    text = built[2].read_text()
    assert HOSTILE not in text
    assert html.escape(HOSTILE, quote=False) in text


def test_every_verdict_is_on_the_first_screen_and_in_the_ledger(built):
    folder, _, path = built
    text = path.read_text()
    ledger = pd.read_csv(folder / "claims.csv", dtype=str).fillna("")
    for row in ledger.itertuples():
        assert f'href="#claim-{row.number}"' in text
        assert f'id="claim-{row.number}"' in text
    folded = re.search(r"<details><summary>All (\d+) claims</summary>.*?</details>", text, re.DOTALL)
    assert int(folded[1]) == len(ledger) == folded[0].count('id="claim-')
    counts = ledger["verdict"].value_counts()
    assert f"reproduced only with the defect: {counts['reproduced only with the defect']}" in text


def test_numbers_in_the_text_come_from_the_files(built):
    _, inputs, path = built
    frame = experiment(inputs["variability"])
    frame = frame[(frame["network"] == "mnist") & (frame["sigma"] == 0) & (frame["semantics"] == "physical")]
    two = frame[frame["conductance_states"] == 2]["accuracy"].mean()
    most = frame[frame["conductance_states"].isna()]["accuracy"].mean()
    said = re.search(r"two states cost ([\d.]+) points", path.read_text())
    assert float(said[1]) == pytest.approx(most - two, abs=0.051)


def test_a_network_that_gives_one_class_and_a_note_on_images_are_said(built):
    _, inputs, path = built
    frame = experiment(inputs["input_voltage"])
    frame = frame[frame["network"] == "cifar10"]
    constant = frame[frame["classes_predicted"] == 1]
    assert 0 < len(constant) < len(frame)
    assert f"{len(constant)} of {len(frame)} evaluations ({constant['label'].nunique()} of " in path.read_text()
    assert f"<li>mnist: {html.escape(NOTE)}</li>" in path.read_text()


def test_the_choices_in_the_report_are_those_of_the_files(built):
    folder, inputs, path = built
    frame = experiment(inputs["retention"])
    frame = frame[(frame["network"] == "mnist") & (frame["part"] == "paper")]
    before, after = (frame[frame["tuning"] == tuning]["accuracy"].mean() for tuning in ("before", "after"))
    said = re.search(r"Tuning: at most ([\d.]+) points, for after at retention", path.read_text())
    assert float(said[1]) == pytest.approx(after - before, abs=0.0051)
    table = pd.read_csv(folder / "tables/choices.csv").set_index("value")
    assert table.loc["after", "nearest"]
    assert "nearest to the paper" in path.read_text()


def test_the_initial_time_nearest_to_the_paper_is_a_finding(built, tmp_path):
    folder, inputs, _ = built
    copy = tmp_path / "study"
    shutil.copytree(folder, copy)
    frame = experiment(copy / "experiments/choices.csv")
    frame = frame[frame["tuning"] == "before"]
    later = frame.assign(initial_time=100.0, accuracy=92.0, part="initial_time")
    pd.concat([frame, later]).to_csv(copy / "experiments/choices.csv", index=False)
    _record(copy, inputs, {})
    shown = first_screen(copy)
    assert "after 100 s instead of 1 s, 92.0 %" in shown


def test_a_figure_made_from_other_data_says_so(built):
    folder, inputs, path = built
    assert "Made from another content" not in path.read_text()
    original = inputs["variability"].read_bytes()
    inputs["variability"].write_bytes(original + b"\n")
    try:
        shown = show.figure(Folder(folder), FIGURES["fig15_variability"])
    finally:
        inputs["variability"].write_bytes(original)
    assert "Made from another content" in shown
    assert str(inputs["variability"]) in shown


def test_a_study_that_was_moved_is_still_checked(built, tmp_path, monkeypatch):
    folder = built[0]
    copy = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, copy)
    # As a study names its inputs that was run in another place, whose paths are not here.
    digests = figures.stamp(folder / "figures/fig15_variability.png")
    named = {f"results/other/{Path(path).relative_to(folder)}": digest for path, digest in digests.items()}
    monkeypatch.setattr(figures, "stamp", lambda png: named)

    def shown():
        return show.figure(Folder(copy), FIGURES["fig15_variability"])

    assert "Made from" not in shown()
    fabricated.rewrite(copy / "experiments/variability.csv", lambda row: row.update(accuracy="1"))
    assert "Made from another content" in shown()
    (copy / "experiments/variability.csv").unlink()
    assert "not here any more" in shown()


def test_an_input_outside_of_the_study_is_found_from_the_notebooks_folder(built, tmp_path, monkeypatch):
    copy, outside = tmp_path / "results/mine", tmp_path / "resources/selection.json"
    shutil.copytree(built[0], copy)
    write_json(copy / "provenance.json", {"folder": "results/mine"})
    write_json(outside, {})
    (digest,) = sources.hashes({"selections": outside}).values()
    monkeypatch.setattr(figures, "stamp", lambda png: {"resources/selection.json": digest})
    monkeypatch.chdir(copy)
    assert "Made from" not in show.figure(Folder("."), FIGURES["fig15_variability"])
    write_json(outside, {"epoch": 1})
    assert "Made from another content of resources/selection.json" in show.figure(
        Folder("."), FIGURES["fig15_variability"]
    )


def test_a_failed_parity_is_on_the_first_screen(built, tmp_path):
    folder, _, path = built
    assert "validation against MemTorch failed" not in path.read_text()
    copy = tmp_path / "study"
    shutil.copytree(folder, copy)
    fabricated.rewrite(copy / "validation/parity.csv", lambda row: row.update(same_predictions="False", passed="False"))
    shown = first_screen(copy)
    assert "validation against MemTorch failed" in shown


def test_the_page_shows_what_the_study_saved(built):
    folder, _, path = built
    shown = [_pixels(base64.b64decode(image["src"].split(",", 1)[1])) for image in Page(path.read_text()).images]
    saved = [_pixels((folder / f"figures/{name}.png").read_bytes()) for name in DRAWN]
    assert len(shown) == len(saved)
    assert all(any(np.array_equal(one, other) for other in shown) for one in saved)


def _pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)


def test_a_reader_changes_the_notebook_and_runs_it_again(built, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(built[0], folder)
    read = nbformat.read(folder / "report.ipynb", as_version=4)
    (at,) = (i for i, cell in enumerate(read.cells) if cell.source.startswith('frames["variability"] = experiment('))
    # One network alone in the figure, and a number of the reader's own.
    read.cells[at].source += "\nframes['variability'] = frames['variability'].query('network == \"mnist\"')"
    number = 'print(frames["variability"]["accuracy"].max())'
    read.cells = [*read.cells[:at], read.cells[at], nbformat.v4.new_code_cell(number), *read.cells[at + 1 :]]
    NotebookClient(read, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    best = experiment(folder / "experiments/variability.csv").query("network == 'mnist'")["accuracy"].max()
    assert float(read.cells[at + 1].outputs[0].text) == best
    page_now = page.render(read, "changed")
    assert "CIFAR10 network on digits, cost" not in page_now
    assert "CIFAR10 network on digits, cost" in (folder / "report.html").read_text()


def of_other_networks(folder):
    """An invented study of networks that no paper has."""
    inputs = fabricated.write_study(folder, **SIZE, images={"mnist": "digits", "cifar10": "digits"})
    described = json.loads(inputs["study"])
    for entry in described["networks"].values():
        entry["architecture"] = "own:network"
    return inputs | {"study": json.dumps(described)}


def test_a_study_without_the_papers_networks_says_nothing_of_the_paper(tmp_path):
    inputs = of_other_networks(tmp_path)
    for name in ("retention", "device_faults", "times", "parity"):
        inputs[name].unlink()
    study = Study.read(inputs["study"], PAPER)
    _record(tmp_path, inputs, {"study": "mine", "paper": PAPER.key})
    figure = FIGURES["fig15_variability"]
    paths = [tmp_path / f"figures/{figure.name}.{suffix}" for suffix in ("png", "svg")]
    figures.make(outputs.reference(figure.draw), {"variability": inputs["variability"]}, study, *paths)
    shown = first_screen(tmp_path)
    assert "claim" not in shown
    left = len(fabricated.EXPERIMENTS) - 2
    assert f"{left} experiments, " in shown
    assert "two states cost" in shown
    sources = "".join(cell.source for cell in notebook.build(Folder(tmp_path), PAPER).cells)
    assert "variability" in sources
    assert not re.search("claims ledger|ledger.ledger|Validation against|Choices left open|retention|faults", sources)


def test_nothing_is_said_of_what_was_not_run(tmp_path):
    inputs = of_other_networks(tmp_path)
    shutil.rmtree(tmp_path / "experiments")
    _record(tmp_path, inputs, {"study": "mine"})
    shown = first_screen(tmp_path)
    assert "0 experiments" in shown
    assert "<ol" not in shown
    assert "No experiment was run" not in shown


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_it_without_complaint(built, width, tmp_path):
    check(built[2], width, tmp_path)
