"""A study as its figures, tables and sentences see it: its networks, its setting, the paper that it is compared with.

Read from the text that `plan.Plan.described` gives. Imported when Snakemake reads the workflow, so it imports neither
torch nor pandas.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.models import names
from memristive_study.results.paper import NO_PAPER, Paper


@dataclass(frozen=True)
class Network:
    """A network of a study.

    Attributes:
        name: its key in the configuration.
        architecture: what it is built as.
        dataset: name of the data set that it learned.
        images: mnist, cifar10 or cifar100 where the images are those or a part of them, else the source of the images.
        paper: the paper's network that it can be compared with, None where there is none.
        label: its name for readers.
        draw_of: the study's network of which this one is a further draw, empty for the study's own.
        fold: of the cross-validation, where it is a further draw.
    """

    name: str
    architecture: str
    dataset: str
    images: str
    paper: str | None = None
    label: str = ""
    draw_of: str = ""
    fold: int | None = None


@dataclass(frozen=True)
class Study:
    """A study as its figures and tables see it.

    Attributes:
        networks: by name; those with the paper's names come first, in its order.
        paper: what its numbers are compared with; `NO_PAPER` where there is none.
        setting: what every experiment starts from.
        devices: names for readers of the devices of its settings.
        replicates: further draws of its networks, by name; evaluated beside the experiments, where claims are decided.
    """

    networks: Mapping[str, Network]
    paper: Paper = NO_PAPER
    setting: Setting = field(default_factory=Setting)
    devices: Mapping[str, str] = field(default_factory=dict)
    replicates: Mapping[str, Network] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, paper: Paper) -> "Study":
        """From ``{"networks": {name: {architecture, dataset, images}}, "replicates": {name: {of, fold}},
        "devices": {name: name for readers}, "setting": canonical text}``, as JSON; a study that ran before they were
        recorded has no devices, and one without further draws no replicates.

        Raises InputError where `text` is something else.
        """
        try:
            found = json.loads(text)
            networks = {name: _network(name, paper, **entry) for name, entry in found["networks"].items()}
            setting = Setting.from_canonical(found["setting"])
            devices = dict(found.get("devices", {}))
            drawn = {name: _draw(name, networks, **entry) for name, entry in found.get("replicates", {}).items()}
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            raise InputError(
                f"study: {text[:80]!r} is not a JSON object of networks (architecture, dataset and images each) and a "
                f"setting ({error})"
            ) from error
        place = {name: number for number, name in enumerate(paper.networks)}
        ordered = sorted(networks.items(), key=lambda item: place.get(item[0], len(place)))
        return cls(dict(ordered), paper, setting, devices, drawn)

    def label(self, name: str) -> str:
        """Name of a network or a device for readers."""
        for networks in (self.networks, self.replicates):
            if name in networks:
                return networks[name].label
        return self.paper.labels.get(name) or self.devices.get(name, name)

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Names of networks once each, in the study's order, unknown ones last."""
        place = {name: number for number, name in enumerate(self.networks)}
        return sorted(set(names), key=lambda name: (place.get(name, len(place)), name))

    def reported(self, values: Mapping[str, float], name: str) -> float | None:
        """Of the paper's `values` by network that of the study's network `name`; None where it has none."""
        paper = self._paper_of(name)
        return values.get(paper) if paper else None

    def stated(self, experiment: str, name: str, fields: Mapping[str, Any]) -> float | None:
        """The accuracy (%) that the paper states for a setting of an experiment and a network of the study."""
        paper = self._paper_of(name)
        return self.paper.accuracy(experiment, paper, fields) if paper else None

    def _paper_of(self, name: str) -> str | None:
        """The paper's network that one of the study's, or a further draw of it, stands for."""
        found = self.networks.get(name) or self.replicates.get(name)
        return found.paper if found else None

    @property
    def compared(self) -> bool:
        """Whether one of the study's networks is one of the paper's, on whatever images."""
        return any(names.parsed(network.architecture)[0] in self.paper.networks for network in self.networks.values())


def _draw(name: str, networks: Mapping[str, Network], of: str, fold: int) -> Network:
    return replace(networks[of], name=name, label=f"{networks[of].label} fold {fold}", draw_of=of, fold=fold)


def _network(name: str, paper: Paper, architecture: str, dataset: str, images: str) -> Network:
    built = names.parsed(architecture)[0]
    same = built if built in paper.networks and images == built else None
    label = paper.labels.get(name, name)
    if not same and name in paper.networks:  # the paper's network, on other images
        label = f"{label} network on {dataset}"
    return Network(name, architecture, dataset, images, same, label)
