"""The figure of measured devices over the time since programming."""

import pandas as pd
import pytest
import yaml
from matplotlib import pyplot
from snakemake.utils import update_config

from memristive_study import figures
from memristive_study.config.check import checked
from memristive_study.config.files import read
from memristive_study.figures import ageing
from memristive_study.plan.plan import Plan
from memristive_study.results import outputs
from memristive_study.results.paper import NO_PAPER
from memristive_study.results.study import Network, Study

STUDY = Study({"mnist": Network("mnist", "mnist", "mnist", "mnist", label="MNIST")}, devices={"sonos": "SONOS"})


@pytest.fixture(scope="module")
def config(repository):
    together, names = {}, ("config.yaml", "profiles/strong/study.yaml", "profiles/devices/study.yaml")
    paths = [repository / name for name in names]
    for path in paths:
        update_config(together, yaml.safe_load(path.read_text()))
    return checked(together, list(read(paths, {}).values()))


def frame():
    rows = []
    for repeat in range(3):
        for time, accuracy in ((None, 99), (86400.0, 90), (432000.0, 80)):
            rows.append(("sonos", time, accuracy + repeat))
        rows.append(("rram_milo", None, 70 + repeat))
    found = pd.DataFrame(rows, columns=["device", "retention_time", "accuracy"])
    label = found["device"] + found["retention_time"].astype(str)
    return found.assign(network="mnist", part="p", label=label, semantics="physical")


def test_every_mean_stands_at_its_time():
    figure = ageing.draw({"any": frame()}, STUDY)
    (panel,) = figure.axes
    lines = {tuple(line.get_ydata()): line.get_xdata() for line in panel.lines if len(line.get_ydata()) in (1, 3)}
    assert (100.0, 91.0, 81.0) in lines
    assert (71.0,) in lines
    _, day, days = lines[100.0, 91.0, 81.0]
    assert day == pytest.approx(86400, rel=0.15)
    assert days == pytest.approx(432000, rel=0.15)
    assert "SONOS" in [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    pyplot.close(figure)


def test_of_the_published_table(repository):
    """Each mean of the table that comes with the repository is in the panel of its network."""
    table = repository / "results" / "devices" / "experiments" / "measured_devices.csv"
    study = Study({name: Network(name, name, name, name, label=name) for name in ("mnist", "cifar10", "cifar100")})
    rows = figures.read_all({"measured_devices": table})["measured_devices"]
    figure = ageing.draw({"measured_devices": rows}, study)
    for panel, name in zip(figure.axes, study.ordered(rows["network"]), strict=True):
        drawn = {round(float(y), 6) for line in panel.lines for y in line.get_ydata()}
        means = rows[rows["network"] == name].groupby("label")["accuracy"].mean()
        assert {round(mean, 6) for mean in means} <= drawn
    pyplot.close(figure)


def test_the_study_has_it(config):
    sections = outputs.sections(config["experiments"], NO_PAPER)
    names = [figure.name for section in sections if section.key == "measured_devices" for figure in section.figures]
    assert names == ["ageing_measured_devices"]


def test_the_study_uses_every_preset_within_what_was_measured(config):
    from memristive import devices
    from memristive.arrays.together import doubts

    jobs = Plan(config).of("measured_devices")
    assert len(jobs) == 60
    measured = {name for name, each in devices.DEVICES.items() if isinstance(each, devices.Measured)}
    assert {job.setting.device.name for job in jobs} == measured
    assert not [line for job in jobs for line in doubts(job.setting)]
