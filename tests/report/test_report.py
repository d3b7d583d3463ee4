"""The report of an invented study, as a browser sees it."""

import html
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from memristive.core.files import write_json
from memristive_study import figures
from memristive_study.claims import claims
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import claims as paper_claims
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.report import choice_table, report, tables
from memristive_study.results import outputs, provenance
from memristive_study.results.read import experiment
from memristive_study.results.study import Study

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "unit"))
import fabricated  # noqa: E402

PAPER = load("souto_garnelo")
SECTIONS = outputs.sections(fabricated.EXPERIMENTS, PAPER)
FIGURES, TABLES = outputs.figures(SECTIONS), outputs.tables(SECTIONS)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZE = {"networks": ("mnist", "cifar10"), "size": "small", "repeats": 2, "folds": 2, "epochs": 2}
NOTE = "12 of these images are <b>copies</b>."
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A whole study with its report: folder, named inputs, page."""
    folder = tmp_path_factory.mktemp("study")
    inputs = fabricated.write_study(folder, **SIZE, images={"mnist": "mnist", "cifar10": "digits"})
    networks = study.networks(inputs["study"])
    for name in (
        "fig06_device_curves",
        "fig10_images",
        "fig13_max_input_voltage",
        "fig15_variability",
        "fig09_workflow",
    ):
        needed = {key: inputs[key] for key in FIGURES[name].inputs}
        figures.make(
            outputs.reference(FIGURES[name].draw),
            needed,
            read_study(inputs),
            folder / f"figures/{name}.png",
            folder / f"figures/{name}.svg",
        )
    name = "table4_max_input_voltage"
    table, paths = TABLES[name], (folder / f"tables/{name}.csv", folder / f"tables/{name}.md")
    needed = {key: inputs[key] for key in table.inputs}
    tables.make(outputs.reference(table.make), table.title, needed, read_study(inputs), *paths)
    needed = {key: inputs[key] for key in (*fabricated.EXPERIMENTS, *outputs.CLAIMS)}
    claims.make(paper_claims.CLAIMS, needed, networks, {}, folder / "claims.csv", folder / "claims.md")
    _choices(folder, inputs, networks)
    write_json(folder / "provenance.json", dict(provenance.record("{}", "--configfile study.yaml --", ROOT)))
    page = folder / "report.html"
    notebooks = ROOT / "workflow" / "notebooks"
    ran = {"experiments": ["input_voltage", "variability"]}
    config = json.dumps({"study": HOSTILE, "run": ran, "datasets": {"mnist": {"note": NOTE}}})
    report.make(
        notebooks / "report.ipynb", notebooks / "template", folder, config, folder / "provenance.json",
        inputs["study"], PAPER.key, page,
    )  # fmt: skip
    return folder, inputs, page


def read_study(inputs):
    """The invented study as its figures see it."""
    return Study.read(inputs["study"], PAPER)


def _choices(folder, inputs, networks):
    """The table of choices: tuning at retention, as if it had been evaluated for that."""
    frame = experiment(inputs["retention"])
    frame = frame[(frame["part"] == "paper") & (frame["network"] == "mnist")].assign(experiment="choices")
    frame.to_csv(folder / "experiments/choices.csv", index=False)
    compared = [
        {"choice": "tuning", "point": "retention", "experiment": "retention", "network": "mnist", "evaluated": "mnist",
         "semantics": "physical", "value": row.tuning, "own": row.tuning == "before", "label": row.label}
        for row in frame.drop_duplicates("label").itertuples()
    ]  # fmt: skip
    named = {"choices": folder / "experiments/choices.csv", "records": []}
    choice_table.make(
        named, json.dumps(compared), networks, folder / "tables/choices.csv", folder / "tables/choices.md"
    )


class Page(HTMLParser):
    """What of a page could load something, what is linked, what there is."""

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
    shown = report.Report(copy, {}, {}, read_study(inputs)).summary()
    assert "after 100 s instead of 1 s, 92.0 %" in shown


def test_a_figure_made_from_other_data_says_so(built):
    folder, inputs, path = built
    assert "Made from another content" not in path.read_text()
    original = inputs["variability"].read_bytes()
    inputs["variability"].write_bytes(original + b"\n")
    try:
        shown = report.Report(folder, {}, {}, read_study(inputs)).figure("fig15_variability")
    finally:
        inputs["variability"].write_bytes(original)
    assert "Made from another content" in shown
    assert str(inputs["variability"]) in shown


def test_a_study_that_was_moved_is_still_checked(built, tmp_path, monkeypatch):
    folder, inputs, _ = built
    copy = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, copy)
    # As a study names its inputs that was run in another place, whose paths are not here.
    digests = figures.stamp(folder / "figures/fig15_variability.png")
    named = {f"results/other/{Path(path).relative_to(folder)}": digest for path, digest in digests.items()}
    monkeypatch.setattr(figures, "stamp", lambda png: named)

    def shown():
        return report.Report(copy, {}, {}, read_study(inputs)).figure("fig15_variability")

    assert "Made from" not in shown()
    fabricated.rewrite(copy / "experiments/variability.csv", lambda row: row.update(accuracy="1"))
    assert "Made from another content" in shown()
    (copy / "experiments/variability.csv").unlink()
    assert "not here any more" in shown()


def test_a_failed_parity_is_on_the_first_screen(built, tmp_path):
    folder, inputs, path = built
    assert "validation against MemTorch failed" not in path.read_text()
    copy = tmp_path / "study"
    shutil.copytree(folder, copy)
    fabricated.rewrite(copy / "validation/parity.csv", lambda row: row.update(same_predictions="False", passed="False"))
    shown = report.Report(copy, {}, {}, read_study(inputs)).summary()
    assert "validation against MemTorch failed" in shown


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_it_without_complaint(built, width, tmp_path):
    probe, frame = tmp_path / "probe.html", tmp_path / "frame.html"
    # In a frame, for no window of Chromium's is as narrow as a phone.
    script = (
        "<script>addEventListener('load', () => { const images = [...document.images]; parent.postMessage({"
        "broken: images.filter(i => !i.complete || !i.naturalWidth).length,"
        "wide: document.documentElement.scrollWidth > innerWidth, width: innerWidth,"
        "requests: performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length"
        "}, '*'); });</script>"
    )
    probe.write_text(built[2].read_text().replace("</head>", script + "</head>"))
    frame.write_text(
        "<script>addEventListener('message', e => Object.assign(document.body.dataset, e.data));</script>"
        f'<body><iframe src="probe.html" width="{width}" height="900" style="border:0"></iframe></body>'
    )
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --enable-logging=stderr --v=0 --virtual-time-budget=5000"
    )
    done = subprocess.run(
        [CHROMIUM, *options.split(), f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1300,900",
         "--dump-dom", frame.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert f'data-width="{width}"' in done.stdout
    assert 'data-broken="0"' in done.stdout
    assert 'data-wide="false"' in done.stdout
    assert 'data-requests="0"' in done.stdout
    assert "CONSOLE" not in done.stderr
