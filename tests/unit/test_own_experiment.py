"""An experiment of any name, over any field: jobs, a figure, a section and findings without a line of code."""

import fabricated
import pandas as pd
import pytest
import yaml

from memristive.core.errors import InputError
from memristive.core.files import write_csv
from memristive.core.setting import Setting
from memristive_study.claims.evidence import Evidence
from memristive_study.config.check import checked
from memristive_study.papers import load
from memristive_study.plan.plan import Plan
from memristive_study.results import outputs, sweeps
from memristive_study.results.paper import NO_PAPER
from memristive_study.results.read import experiment
from memristive_study.results.records import COLUMNS
from memristive_study.results.study import Study

PAPER = load("souto_garnelo")
RATES = [0, 0.01, 0.1]
OWN = {
    "title": "Overflow of the converter",
    "networks": ["mnist", "cifar10"],
    "parts": {"rates": {"fixed": {"adc_bits": 4}, "grid": {"adc_overflow_rate": RATES, "sigma": [0, 50]}}},
}


@pytest.fixture
def config(repository):
    found = yaml.safe_load((repository / "config.yaml").read_text())
    found["experiments"]["overflow"] = OWN
    found["run"] = {"networks": ["mnist", "cifar10"], "experiments": ["overflow"], "choices": []}
    return found


def evidence_of(folder, accuracies, study):
    """Of an experiment `overflow` whose settings have these accuracies (%), a list of repeats each."""
    rows = []
    for number, (values, repeats) in enumerate(accuracies):
        setting = Setting(adc_bits=4, **values)
        fields = {k: "x".join(map(str, v)) if isinstance(v, list) else v for k, v in setting.as_dict().items()}
        named = {"experiment": "overflow", "network": "mnist", "part": "rates", "label": f"rates.{number}"}
        for repeat, accuracy in enumerate(repeats):
            rows.append({**fields, **named, "repeat": repeat, "images": 1000, "accuracy": accuracy})
    write_csv(folder / "overflow.csv", rows, COLUMNS)
    return Evidence({"overflow": experiment(folder / "overflow.csv")}, study)


@pytest.fixture
def study(config):
    return Study.read(Plan(config).described(), PAPER)


def the_section(config, paper=PAPER):
    sections = outputs.sections({"overflow": config["experiments"]["overflow"]}, paper)
    return next(section for section in sections if section.key == "overflow")


def test_it_has_a_job_for_each_setting_of_its_grids(config):
    checked(config)
    jobs = Plan(config).of("overflow", "mnist")
    assert [(job.setting.adc.overflow_rate, job.setting.variability.sigma) for job in jobs] == [
        (rate, sigma) for rate in RATES for sigma in (0, 50)
    ]
    assert {job.setting.adc.bits for job in jobs} == {4}
    assert jobs[0].label == "rates.adc.overflow_rate-0+variability.sigma-0"


def test_a_part_that_another_file_brings_is_dropped_by_null(config):
    config["run"]["experiments"] = ["input_voltage"]
    config["experiments"]["input_voltage"]["parts"] = {
        **config["experiments"]["input_voltage"]["parts"],
        "paper": None,
        "mine": {"grid": {"max_input_voltage": [2, 3]}},
    }
    checked(config)
    assert {job.part for job in Plan(config).jobs} == {"batch", "mine"}
    (section,) = [
        each
        for each in outputs.sections({"input_voltage": config["experiments"]["input_voltage"]}, PAPER)
        if each.key == "input_voltage"
    ]
    assert [figure.name for figure in section.figures] == ["fig_batch_size", "sweep_input_voltage"]
    assert section.tables == ()  # of the paper's part alone


@pytest.mark.parametrize("name", ["choices", "times", "datasets"])
def test_a_name_that_a_file_of_the_study_has_is_refused(config, name):
    config["experiments"][name] = OWN
    config["run"]["experiments"] = [name]
    with pytest.raises(InputError, match=f"experiments: {name}: is the name of another file"):
        Plan(config)


def test_it_has_a_section_with_its_title(config):
    section = the_section(config)
    assert section.title == "Overflow of the converter"
    assert [(figure.name, figure.inputs) for figure in section.figures] == [("sweep_overflow", ("overflow",))]
    del config["experiments"]["overflow"]["title"]
    assert the_section(config).title == "Overflow"


def test_its_findings_are_the_lowest_and_the_highest_accuracy(config, study, tmp_path):
    evidence = evidence_of(
        tmp_path,
        [
            ({"adc_overflow_rate": 0.0}, [90.0, 92.0]),
            ({"adc_overflow_rate": 0.01}, [95.0, 97.0]),
            ({"adc_overflow_rate": 0.1}, [60.0, 64.0]),
        ],
        study,
    )
    # Intervals of two repeats: 1 and 2 points of half range times 12.7062; of the differences 35 and 33 too.
    assert the_section(config).sentences(evidence) == [
        "MNIST: the accuracy is lowest at adc.overflow_rate 0.1, 62.0 % [36.6, 87.4], and highest at "
        "adc.overflow_rate 0.01, 96.0 % [83.3, 100.0]; the difference is 34.0 points [21.3, 46.7]."
    ]


def test_findings_where_nothing_moves_and_where_nothing_ran(config, study, tmp_path):
    evidence = evidence_of(tmp_path, [({"adc_overflow_rate": rate}, [90.0]) for rate in RATES], study)
    assert the_section(config).sentences(evidence) == ["MNIST: the accuracy is 90.0 % at all 3 settings."]
    assert the_section(config).sentences(Evidence({}, study)) == []


def test_a_field_that_follows_from_another_is_not_swept():
    rows = [
        {name: found for name, found in Setting(device=device, sigma=sigma).as_dict().items() if name != "layers"}
        for device in ("pt_hf_ti", "metallic_nanowire")
        for sigma in (0, 1, 2)
    ]
    frame = pd.DataFrame([{name: str(value) for name, value in row.items()} for row in rows])
    frame.columns = [sweeps.FIELDS[name].short for name in frame]
    assert sweeps.swept(frame) == ["sigma", "device"]  # the resistances come with the device


def test_without_a_paper_nothing_is_numbered_or_compared(config):
    config["paper"] = None
    checked(config)
    assert load(None) is NO_PAPER
    sections = outputs.sections({name: config["experiments"][name] for name in ("overflow", "variability")}, NO_PAPER)
    assert not [name for name in (*outputs.figures(sections), *outputs.tables(sections)) if name[3:5].isdigit()]
    assert "sweep_variability" in outputs.figures(sections)
    study = Study.read(Plan(config).described(), NO_PAPER)
    assert not study.compared
    assert study.label("mnist") == "mnist"
    assert study.reported({"mnist": 99.0}, "mnist") is None


def test_a_paper_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="paper: souto_garnela: unknown key; did you mean souto_garnelo"):
        load("souto_garnela")


def test_an_experiment_of_the_configuration_is_among_the_invented_ones(repository):
    """So that figures are tested on it as on the others, whatever it is called."""
    config = yaml.safe_load((repository / "config.yaml").read_text())
    assert set(config["experiments"]) <= set(fabricated.EXPERIMENTS)
