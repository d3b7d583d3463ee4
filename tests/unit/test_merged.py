"""Grids that come from several files are announced."""

import yaml

from memristive_study.config.check import checked
from memristive_study.config.merged import merged
from memristive_study.plan.plan import Plan


def lines(repository, *own):
    """The announcements for the configuration with files of one's own, as Snakemake merges them."""
    base = yaml.safe_load((repository / "config.yaml").read_text())
    config = yaml.safe_load((repository / "config.yaml").read_text())
    for content in own:
        _update(config, content)
    sources = {"config.yaml": base} | {f"{number}.yaml": content for number, content in enumerate(own)}
    config = checked(config, list(sources.values()))
    counts: dict = {}
    for job in Plan(config).jobs:
        counts[job.experiment, job.part] = counts.get((job.experiment, job.part), 0) + 1
    return merged(config, sources, counts)


def _update(config, content):
    for key, value in content.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            _update(config[key], value)
        else:
            config[key] = value


RUN = {"run": {"networks": ["mnist"], "experiments": ["variability"], "choices": []}}


def test_one_file_says_nothing(repository):
    assert lines(repository, RUN) == []


def test_a_part_beside_those_of_another_file(repository):
    mine = {"experiments": {"variability": {"parts": {"mine": {"grid": {"sigma": [1, 2]}}}}}}
    assert lines(repository, RUN, mine) == [
        "experiments: variability: parts chips (4 evaluations), paper (98 evaluations) of config.yaml and mine (2 "
        "evaluations) of 1.yaml are all run; chips: null leaves that one out"
    ]
    mine["experiments"]["variability"]["parts"] |= {"chips": None, "paper": None}
    assert lines(repository, RUN, mine) == []


def test_fields_beside_those_of_another_file(repository):
    mine = {"experiments": {"variability": {"parts": {"paper": {"grid": {"sigma": [1, 2]}}}}}}
    assert lines(repository, RUN, mine) == [
        "experiments: variability: parts: paper: sweeps sigma (1.yaml) together with semantics, conductance_states "
        "(config.yaml); null under grid takes a list back"
    ]
    mine["experiments"]["variability"]["parts"]["paper"]["grid"] |= {"semantics": None, "conductance_states": None}
    assert lines(repository, RUN, mine) == []
