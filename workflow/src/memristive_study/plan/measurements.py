"""Measurements of trained networks beside the experiments: which networks a paper's proofs need, of which recipes.

A study's own networks are measured, and those that come with the workflow: what holds for one training may be chance.
Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import dataclasses
from pathlib import Path

from memristive.core.files import read_json
from memristive_study.plan.plan import Plan
from memristive_study.results.study import Study
from memristive_study.training import pretrained


@dataclasses.dataclass(frozen=True)
class Job:
    """One measurement of one network.

    Attributes:
        measurement: its key in `Paper.measurements`.
        recipe: the set that the weights come from, or the name of the study that trained them.
        network: the study's network whose images are taken, and which this one is or stands beside.
        weights: path of those that come with the workflow; None: the study's own.
        architecture: as `models.build.build` takes it.
        normalisation: of the images; empty: as the study has them.
    """

    measurement: str
    recipe: str
    network: str
    weights: str | None
    architecture: str
    normalisation: str = ""


def jobs(plan: Plan, study: Study) -> list[Job]:
    """Every measurement that a study has: of its networks that are the paper's, on the paper's images."""
    own = plan.pretrained()
    found = []
    for key, measurement in study.paper.measurements.items():
        others = set()
        for name in plan.networks:
            network = study.networks[name]
            if network.paper not in measurement.networks:
                continue
            found.append(Job(key, own or plan.config["study"], name, None, plan.architecture(name)))
            if network.paper in others:
                continue
            others.add(network.paper)
            found += [
                Job(key, recipe, name, weights, architecture, normalisation)
                for recipe, weights, architecture, normalisation in _shipped(network.paper, own)
            ]
    return found


def _shipped(network: str, own: str | None) -> list[tuple[str, str, str, str]]:
    """Recipe, weights, architecture and normalisation of `network` in each set but `own`."""
    found = []
    for recipe in pretrained.SETS:
        described = pretrained.FOLDER / recipe / network / pretrained.DESCRIPTION
        if recipe != own and described.is_file():
            entry = read_json(described)
            weights = Path(pretrained.folder(network, recipe)) / "weights.safetensors"
            found.append((recipe, str(weights), entry["architecture"], entry["images"]["normalisation"]))
    return found
