"""Figures are drawn for any study, the same bytes every time, and know their inputs."""

import re

import fabricated
import pandas as pd
import pytest

from memristive.core.errors import InputError
from memristive_study import figures
from memristive_study.figures import style, workflow
from memristive_study.papers import load
from memristive_study.results import outputs, sources
from memristive_study.results.study import Study

SMALLEST = {
    "networks": ("mnist",),
    "size": "small",
    "repeats": 1,
    "images": {"mnist": "digits"},
    "folds": 1,
    "epochs": 1,
}
PAPER = load("souto_garnelo")
FIGURES = outputs.figures(outputs.sections(fabricated.EXPERIMENTS, PAPER))
PROOFS = [name for name in FIGURES if name.startswith("fig_proof_")]
SEVERAL_NETWORKS = ("fig13_max_input_voltage", "fig15_variability", "fig16_device_faults", "fig_endurance")


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    monkeypatch.setattr(style, "DPI", 50)  # half of the time is spent on pixels


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A study of one network with one seed, one fold and one epoch."""
    return fabricated.write_study(tmp_path_factory.mktemp("smallest"), **SMALLEST)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    return fabricated.write_study(tmp_path_factory.mktemp("full"), folds=2, epochs=3)


def draw(name, inputs, folder):
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    figure = FIGURES[name]
    needed = {key: inputs[key] for key in figure.inputs}
    figures.make(outputs.reference(figure.draw), needed, Study.read(inputs["study"], PAPER), png, svg)
    return png, svg


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in PROOFS])
def test_each_figure_of_the_smallest_study_is_drawn(name, inputs, tmp_path):
    png, svg = draw(name, inputs, tmp_path)
    assert png.stat().st_size > 2_000
    assert "</svg>" in svg.read_text()


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_about_two_networks_says_what_is_missing_where_there_is_one(name, tmp_path):
    inputs = fabricated.write_study(tmp_path, ("mnist",), "small", 1, folds=1, epochs=1)
    png, svg = draw(name, inputs, tmp_path)
    assert png.stat().st_size > 1_000
    missing = {"fig_proof_two_numbers": "No CIFAR10 network", "fig_proof_high_and_low": "has not both networks"}
    assert missing.get(name, "MNIST") in svg.read_text()


@pytest.mark.parametrize("name", SEVERAL_NETWORKS)
def test_figures_of_several_networks(name, full, tmp_path):
    _, svg = draw(name, full, tmp_path)
    assert svg.read_text().count("CIFAR10") >= 1  # comments of the SVG hold the texts that are drawn


def test_missing_cells_of_a_grid_do_not_matter(inputs, tmp_path):
    for name in ("variability", "device_faults", "adc_tile"):
        frame = pd.read_csv(inputs[name])
        frame.drop(frame.index[frame["label"] == frame["label"].iloc[0]]).to_csv(tmp_path / name, index=False)
        figure = next(key for key, output in FIGURES.items() if output.inputs[0] == name)
        draw(figure, {**inputs, name: tmp_path / name}, tmp_path)


def test_the_same_inputs_give_the_same_bytes(inputs, tmp_path):
    (tmp_path / "again").mkdir()
    for first, second in zip(
        draw("fig12_cross_validation", inputs, tmp_path),
        draw("fig12_cross_validation", inputs, tmp_path / "again"),
        strict=True,
    ):
        assert first.read_bytes() == second.read_bytes()


def test_a_figure_knows_its_inputs(inputs, tmp_path):
    png, _ = draw("fig14_adc_tile", inputs, tmp_path)
    assert figures.stamp(png) == sources.hashes({key: inputs[key] for key in ("adc_tile", "selections")})


def test_a_missing_input_is_one_line(inputs, tmp_path):
    with pytest.raises(InputError, match=r"adc_tile: .*nowhere.csv: no such file"):
        draw("fig14_adc_tile", {**inputs, "adc_tile": tmp_path / "nowhere.csv"}, tmp_path)


def test_rule_graph():
    rules, edges = workflow.read_rulegraph(fabricated.RULEGRAPH)
    assert ("prepare_dataset", "evaluate") in edges
    kept = workflow.without_shortcuts(edges)
    assert ("prepare_dataset", "evaluate") not in kept  # train_published lies between
    rows = workflow.layers(rules, kept)
    assert rows == [["prepare_dataset"], ["train_published"], ["evaluate"], ["figure", "table"], ["all"]]
    with pytest.raises(InputError, match="cycle"):
        workflow.layers(["a", "b"], [("a", "b"), ("b", "a")])


def test_every_rule_that_the_workflow_s_figure_names_exists(repository):
    sources = [repository / "Snakefile", *sorted((repository / "workflow" / "rules").glob("*.smk"))]
    found = {
        name
        for path in sources
        for name in re.findall(r"^(?:rule|use rule \w+ as) (\w+)", path.read_text(), re.MULTILINE)
    }
    named = [rule for _, members in workflow.KINDS.values() for rule in members]
    assert len(set(named)) == len(named)
    assert set(named) <= found
    # A rule without a kind is one that only gathers others, or is not part of a study.
    assert found - set(named) == {"all", "figures", "tables", "validate", "pretrained", "package_weights"}
