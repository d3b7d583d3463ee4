"""A study's folder: which files it has, and what was recorded when it ran."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive_study import figures
from memristive_study.config.spelling import spelled
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.results import outputs
from memristive_study.results.outputs import Section
from memristive_study.results.paper import Paper
from memristive_study.results.read import mapping, table
from memristive_study.results.sources import Value
from memristive_study.results.study import Study
from memristive_study.training import pretrained

# Where the inputs of figures and tables are that are neither experiments nor lists of files.
_PLACES = {
    "times": "experiments/inference_time.csv",
    "parity": "validation/parity.csv",
    "curves": "devices/curves.csv",
    "hysteresis": "devices/hysteresis.csv",
    "parameters": "devices/parameters.csv",
    "layers": "tables/networks.csv",
    "rulegraph": "rulegraph.txt",
    CHOICES: f"experiments/{CHOICES}.csv",
}


class Folder:
    """The folder of a study that ran, or of one that was published. It may have been moved, and may lack any file."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """The record of the run (`provenance.record`); empty where there is none."""
        path = self.path / "provenance.json"
        found = mapping(path) if path.is_file() else {}
        for key, inner in found.items():
            if key in ("config", "study", "versions", "machine") and not isinstance(inner, dict):
                raise InputError(f"{path}: {key}: is {type(inner).__name__}, a JSON object is needed")
        return found

    @property
    def config(self) -> Mapping[str, Any]:
        """Its configuration, fields of settings under their dotted names; empty where it was not recorded."""
        return spelled(self.provenance.get("config", {}))

    @property
    def named(self) -> str:
        """The folder as Snakemake named it when the study ran."""
        return self.provenance.get("folder", str(self.path))

    @property
    def title(self) -> str:
        """Name of the study."""
        return f"Study {self.config.get('study', self.path.resolve().name)}"

    @cached_property
    def described(self) -> Mapping[str, Any]:
        """Its networks and its setting, as `plan.Plan.described` gives them."""
        return self.provenance.get("study") or _described(self.config)

    def study(self, paper: Paper) -> Study:
        """Its networks and its setting, beside a paper."""
        try:
            return Study.read(json.dumps(self.described), paper)
        except InputError as error:
            raise InputError(f"{self.path}: {error}") from None

    @property
    def experiments(self) -> list[str]:
        """Names of the experiments that it has, in the order of its configuration."""
        found = outputs.experiments_in(self.path)
        asked = list(self.config.get("run", {}).get("experiments", found))
        return sorted(set(found) & set(asked), key=asked.index)

    def sections(self, paper: Paper) -> list[Section]:
        """The report's sections, each with the figures and tables that are there; those with neither are left out."""
        described = self.config.get("experiments", {})
        every = outputs.sections({name: described.get(name, {}) for name in self.experiments}, paper)
        found = (
            replace(
                section,
                figures=tuple(each for each in section.figures if self.has(self.figure(each.name))),
                tables=tuple(each for each in section.tables if self.has(self.table(each.name))),
            )
            for section in every
        )
        return [section for section in found if section.figures or section.tables]

    def has(self, path: Path) -> bool:
        """Whether a figure, a table or the ledger is there and the study made it, not an earlier configuration."""
        made = self.provenance.get("made")
        return path.is_file() and (made is None or path.relative_to(self.path).as_posix() in made)

    def figure(self, name: str) -> Path:
        """Path of a figure."""
        return self.path / "figures" / f"{name}.png"

    def table(self, name: str) -> Path:
        """Path of a table."""
        return self.path / "tables" / f"{name}.csv"

    def file(self, name: str) -> Path:
        """Path of an input (see `outputs`) that is one file."""
        return self.path / _PLACES.get(name, self._measured.get(name, f"experiments/{name}.csv"))

    @property
    def _measured(self) -> dict[str, str]:
        """Places of the measurements that it has, by the names of these as inputs."""
        found = sorted(self.path.glob("proofs/*.csv"))
        return {outputs.measured_input(path.stem): f"proofs/{path.name}" for path in found}

    def inputs(self) -> dict[str, Value]:
        """Paths of all inputs of the study that are there, by name."""
        networks = self.described["networks"]
        trained = [self._training(network) for network in networks]
        folds = [path for network in networks for path in self._folds(network)]
        published = [folder / "published" / "history.csv" for folder in trained]
        datasets = dict.fromkeys(entry["dataset"] for entry in networks.values())
        several = {
            "selections": [folder / "selection.json" for folder in trained],
            "histories": [*folds, *published],
            "folds": folds,
            "datasets": [self.path / "datasets" / f"{name}.npz" for name in datasets],
        }
        several = {name: [path for path in paths if path.is_file()] for name, paths in several.items()}
        names = (*self.experiments, *_PLACES, *self._measured)
        single = {name: path for name in names if (path := self.file(name)).is_file()}
        found = {**single, **{name: paths for name, paths in several.items() if paths}}
        recorded = self.provenance.get("inputs", found)
        return {name: paths for name, paths in found.items() if name in recorded}

    def weights(self, network: str) -> Path:
        """Path of a network's weights."""
        return self._training(network) / "weights.safetensors"

    def _training(self, network: str) -> Path:
        """Folder of a network's selection and histories: made by the study, or brought by the workflow."""
        if name := pretrained.chosen(self.config):
            return pretrained.folder(network, name)
        return self.path / "training" / network

    def _folds(self, network: str) -> list[Path]:
        """Histories of a network's folds: those that are there, of those that were configured."""
        training, own = self.config.get("training", {}), self.config.get("networks", {}).get(network, {})
        found = sorted(self._training(network).glob("fold*/history.csv"))
        configured = None if training.get("pretrained") else own.get("folds", training.get("folds"))
        return found if configured is None else [path for path in found if _number(path) < configured]

    def read(self) -> dict[str, Any]:
        """All inputs that are there, by name, as figures take them."""
        return figures.read_all(self.inputs())

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The ledger of claims (`claims.judge.COLUMNS`), as texts; empty where none was judged."""
        path = self.path / "claims.csv"
        if not self.has(path):
            return pd.DataFrame(columns=["number", "claim", "verdict"], dtype=str)
        found = table(path, dtype=str).fillna("")
        if missing := [name for name in ("number", "claim", "verdict") if name not in found]:
            raise InputError(f"{path}: the column {missing[0]} is missing")
        return found


def _number(path: Path) -> int:
    """Number of the fold in the path of its history."""
    return int(path.parent.name.removeprefix("fold"))


def _described(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A study's networks from its configuration alone, for one that ran before they were recorded."""
    networks, datasets = config.get("networks", {}), config.get("datasets", {})
    ran = config.get("run", {}).get("networks", networks)
    return {
        "networks": {
            name: {
                "architecture": networks[name].get("architecture", name),
                "dataset": networks[name]["dataset"],
                "images": (entry := datasets.get(networks[name]["dataset"], {})).get(
                    "dataset", entry.get("source", "")
                ),
            }
            for name in ran
            if name in networks
        },
        "setting": "{}",
    }
