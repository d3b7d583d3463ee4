"""The figure of accuracy against the resolution of converters."""

import pandas as pd
import pytest
import yaml
from matplotlib import pyplot
from snakemake.utils import update_config

from memristive_study.config.check import checked
from memristive_study.figures import resolution
from memristive_study.plan.plan import Plan
from memristive_study.results import outputs
from memristive_study.results.paper import NO_PAPER
from memristive_study.results.study import Network, Study

STUDY = Study({"mnist": Network("mnist", "mnist", "mnist", "mnist", label="MNIST")})
MEANS = {("largest", 4): 41.0, ("largest", 6): 91.0, ("percentile", 4): 71.0, ("percentile", 6): 95.0}


def frame():
    rows = [("ranging", fit, bits, mean + off) for (fit, bits), mean in MEANS.items() for off in (-1, 0, 1)]
    rows += [("no_converter", "power_of_two", None, accuracy) for accuracy in (96.0, 97.0, 98.0)]
    found = pd.DataFrame(rows, columns=["part", "adc_fit", "adc_bits", "accuracy"])
    label = found["part"] + found["adc_fit"] + found["adc_bits"].astype(str)
    return found.assign(network="mnist", label=label, semantics="physical")


def test_every_mean_stands_at_its_resolution_and_a_line_across_has_no_converter():
    figure = resolution.draw({"any": frame()}, STUDY)
    (panel,) = figure.axes
    lines = {line.get_label(): line for line in panel.lines}
    for fit in ("largest", "percentile"):
        line = lines[f"adc.fit {fit}"]
        assert list(line.get_xdata()) == [4, 6]
        assert list(line.get_ydata()) == [MEANS[fit, 4], MEANS[fit, 6]]
    (across,) = (line for line in panel.lines if line.get_linestyle() == "--")
    assert set(across.get_ydata()) == {97.0}
    assert panel.get_xlabel() == "adc.bits"
    assert panel.get_ylabel() == "accuracy (%)"
    pyplot.close(figure)


def drawn_by(experiment, entry):
    """Functions of the figures of an experiment's section."""
    (section,) = (each for each in outputs.sections({experiment: entry}, NO_PAPER) if each.key == experiment)
    return [figure.draw for figure in section.figures]


@pytest.mark.parametrize("experiment", ["adc_ranges", "slices"])
def test_experiments_beside_one_without_converters_have_it(repository, experiment):
    config = yaml.safe_load((repository / "config.yaml").read_text())
    strong = yaml.safe_load((repository / "profiles" / "strong" / "study.yaml").read_text())
    update_config(config, strong)
    study = yaml.safe_load((repository / "profiles" / "array" / "converters.yaml").read_text())
    entry = study["experiments"][experiment]
    config["experiments"] |= study.pop("experiments")
    study.pop("datasets")
    plan = Plan(checked({**config, **study, "training": config["training"] | study["training"]}))
    assert any(job.setting.adc.bits is None for job in plan.of(experiment))
    assert drawn_by(experiment, entry) == ["memristive_study.figures.resolution:draw"]
    del entry["parts"]["no_converter"]
    assert drawn_by(experiment, entry) == ["memristive_study.figures.sweep:draw"]
