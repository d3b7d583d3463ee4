"""From a configuration to the list of jobs: which networks, experiments and settings a study has.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from memristive import devices
from memristive.core.errors import InputError
from memristive.core.grid import expand
from memristive.core.names import check_known
from memristive.core.seeding import seed
from memristive.core.setting import Setting, dotted
from memristive_study.config.experiments import AT_MOST
from memristive_study.config.images import check_calibration, counts
from memristive_study.config.limits import check_label
from memristive_study.models import names
from memristive_study.plan import choices, replicates
from memristive_study.plan.parity import extremes
from memristive_study.results.outputs import RESERVED
from memristive_study.training import pretrained
from memristive_study.training.recipe import TrainingSettings
from memristive_study.training.rules import RULES


@dataclasses.dataclass(frozen=True)
class Job:
    """One setting of one experiment on one network; `label` is unique within experiment and network.

    Alternatives to the study's choices are jobs of the experiment `choices.EXPERIMENT`.
    """

    experiment: str
    part: str
    network: str
    label: str
    setting: Setting
    selection: str | None = None  # the rule by which the epoch of its weights is selected; None: the study's
    draws_of: str = ""  # the network whose draws it shares; empty: its own
    replicate: bool = False  # of a network that is a further draw of `draws_of`; it has the study's repeats


class Plan:
    """A study as its configuration describes it; InputError where the configuration contradicts itself.

    Attributes:
        networks: names of the networks that the study trains, in the order of the configuration.
        experiments: names of the experiments that it runs.
        variants: the study's choices and the alternatives to them, each at the points that it touches.
        jobs: every evaluation, in the order of experiments, networks, parts and grids, alternatives last.
        replicates: network and fold of each further draw of a network, by its name (`plan.replicates`).
        replicated: the evaluations of these, which are no part of `jobs`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.replicates = replicates.named(config)
        self.config = config = replicates.with_entries(config)
        self.networks = list(config["run"]["networks"])
        self.experiments = list(config["run"]["experiments"])
        for name in self.networks:
            check_known("run: networks", name, config["networks"])
            check_known(f"networks: {name}: dataset", config["networks"][name]["dataset"], config["datasets"])
        if self.pretrained():
            pretrained.check(self)
        for network, fold in self.replicates.values():
            if fold >= self.folds(network):
                raise InputError(
                    f"networks: {network}: replicates: {fold}: there is no such fold (folds: {self.folds(network)}, "
                    "the first is 0)"
                )
        for name in self.networks:
            rule = self.config["training"]["checkpoint"]
            if RULES[rule].needs_folds and self.folds(name) == 0:
                raise InputError(
                    f"networks: {name}: folds: 0, but training: checkpoint: {rule} needs a cross-validation"
                )
        for place, named in (
            ("inference_time: networks", config["inference_time"]["networks"]),
            ("inference_time: full_images", config["inference_time"].get("full_images", {})),
            ("validation: networks", config["validation"]["networks"]),
        ):
            for name in named:
                check_known(place, name, config["networks"])
        for name in self.experiments:
            check_known("run: experiments", name, config["experiments"])
            if name in RESERVED:
                others = ", ".join(RESERVED)
                raise InputError(f"experiments: {name}: is the name of another file; expected any but {others}")
            if not self.networks_of(name):
                asked = ", ".join(config["experiments"][name]["networks"])
                raise InputError(
                    f"experiments: {name}: networks: {asked}: none of them is run (run: networks: "
                    f"{', '.join(self.networks)}), so that nothing would be evaluated"
                )
        self.variants = list(choices.variants(config, self._setting))
        alternatives = dict.fromkeys(map(_job_of, self.variants))  # a point's own evaluation serves several choices
        self.jobs = [*(job for name in self.experiments for job in self._expand(name)), *alternatives]
        self.replicated = [job for name in self.experiments for job in self._replicate(name)]
        every = [*self.jobs, *self.replicated]
        images = {name: counts(config["datasets"][self.dataset_of(name)]) for name in {job.network for job in every}}
        for job in every:
            place = f"experiments: {job.experiment}: parts: {job.part}"
            check_label(place, job.label)
            check_calibration(place, job.setting, job.network, images[job.network])
        self._by_path = {(job.experiment, job.network, job.label): job for job in every}

    def networks_of(self, experiment: str) -> list[str]:
        """The networks of an experiment that the study trains."""
        names = self.config["experiments"][experiment]["networks"]
        for name in names:
            check_known(f"experiments: {experiment}: networks", name, self.config["networks"])
        return [name for name in names if name in self.networks]

    def dataset_of(self, network: str) -> str:
        """Name of the data set that a network is trained and tested on."""
        return self.config["networks"][network]["dataset"]

    @property
    def datasets(self) -> list[str]:
        """Names of the data sets that the study's networks use, each once."""
        return list(dict.fromkeys(self.dataset_of(name) for name in self.networks))

    @property
    def devices(self) -> list[str]:
        """Names of the devices that the report describes: those of the study's settings, beside a paper all models."""
        if not self.config["paper"]:
            return list(self._used_devices)
        known = devices.table(self.config["devices"])
        models = (devices.VTEAM, devices.Ohmic)
        return [name for name, device in known.items() if name in self._used_devices or type(device) in models]

    @property
    def own_devices(self) -> dict[str, Any]:
        """Those of them that the configuration defines; of measured ones only what a description of them says."""
        own = {name: self.config["devices"][name] for name in self.devices if name in self.config["devices"]}
        said = {name: dict(entry) for name, entry in own.items()}
        for name, entry in own.items():
            if "table" in entry:
                r_on, r_off = devices.resistances(devices.from_dict(name, entry))
                described = {key: entry[key] for key in ("name", "source") if key in entry}
                said[name] = {"source": "a table of measurements", **described, "r_on": r_on, "r_off": r_off}
        return said

    @property
    def has_curves(self) -> bool:
        """Whether one of these devices has a model of its dynamics."""
        known = devices.table(self.config["devices"])
        return any(isinstance(known[name], devices.VTEAM) for name in self.devices)

    def of(self, experiment: str, network: str | None = None) -> list[Job]:
        """The jobs of an experiment, of one network or of all."""
        return [job for job in self.jobs if job.experiment == experiment and network in (None, job.network)]

    def job(self, experiment: str, network: str, label: str) -> Job:
        """The job whose record has these three names in its path."""
        return self._by_path[experiment, network, label]

    def images(self, dataset: str) -> dict[str, Any]:
        """All of a data set's entry that decides its images: what is only for readers would make them stale."""
        return {key: value for key, value in self.config["datasets"][dataset].items() if key != "note"}

    def training(self, network: str) -> dict[str, Any]:
        """Training settings of a network: the common ones, overridden by its own."""
        return {**self.config["training"]["settings"], **self.config["networks"][network].get("training", {})}

    def training_settings(self, network: str) -> TrainingSettings:
        """The same as a record, with the study's seed and number of threads."""
        common = {"seed": self.config["seed"], "threads": self.config["threads"]["training"]}
        return TrainingSettings.from_dict({**self.training(network), **common})

    def architecture(self, network: str) -> str:
        """Architecture of a network with its options, as `models.build.build` takes it."""
        entry = self.config["networks"][network]
        return names.text(entry["architecture"], entry.get("options", {}))

    def compared(self) -> str:
        """JSON of the variants, each with the network and label of its evaluation, by which their table is made."""
        fields = ("choice", "point", "experiment", "network", "value", "own", "evaluated", "label")
        return canonical(
            [
                {name: getattr(variant, name) for name in fields} | {"semantics": variant.setting.arithmetic.semantics}
                for variant in self.variants
            ]
        )

    def pretrained(self) -> str | None:
        """Name of the set of weights and histories that come with the workflow; None where this study trains."""
        return pretrained.chosen(self.config)

    def folds(self, network: str) -> int:
        """Folds of a network's cross-validation, 0 for none."""
        if name := self.pretrained():
            return pretrained.folds(network, name)
        return self.config["networks"][network].get("folds", self.config["training"]["folds"])

    def seeds(self, network: str, repeats: int | None = None) -> list[int]:
        """Seeds of the repeats, the study's or so many, of every setting of a network; no swept value takes part."""
        repeats = self.config["repeats"] if repeats is None else repeats
        return [seed(self.config["seed"], repeat, network) for repeat in range(repeats)]

    def seeds_of(self, job: Job) -> list[int]:
        """Seeds of a job's repeats; none where nothing is drawn, so that it does not depend on their number.

        Where the job has a precision, it may need but the first of them.
        """
        return self.seeds(job.draws_of or job.network, self.most_repeats(job)) if job.setting.draws else []

    def precision(self, job: Job) -> float | None:
        """Half-width (points) of the interval of the mean that a job draws for; None where it has its repeats."""
        return None if job.replicate else self._drawn(job, "precision")

    def most_repeats(self, job: Job) -> int:
        """Evaluations that a job which draws at random makes at most."""
        if self.precision(job) is None:
            return self.config["repeats"]
        return self._drawn(job, "at_most") or AT_MOST

    def _drawn(self, job: Job, name: str) -> Any:
        """What a job's part, or else its experiment, says about its draws."""
        entry = self.config["experiments"].get(job.experiment, {})  # alternatives to choices have none
        return entry.get("parts", {}).get(job.part, {}).get(name, entry.get(name))

    @property
    def timed(self) -> list[str]:
        """Names of the networks whose inference is timed."""
        return [name for name in self.config["inference_time"]["networks"] if name in self.networks]

    def full_images(self, network: str) -> int:
        """Images that MemTorch predicts at the study's own tile shape, where these are more than at the others."""
        return self.config["inference_time"].get("full_images", {}).get(network, 0)

    def validated(self, experiment: str, network: str) -> str:
        """JSON list of [label, canonical setting]: the settings that are also carried out by MemTorch."""
        parts: dict[str, list[tuple[str, Setting]]] = {}
        for job in self.of(experiment, network):
            parts.setdefault(job.part, []).append((job.label, job.setting))
        chosen = extremes(*parts.values())
        most = self.config["validation"].get("settings") or len(chosen)
        # The first and the last are opposite corners of an experiment's grids.
        kept = chosen if len(chosen) <= most else [*chosen[: most - 1], chosen[-1]]
        return canonical([[label, setting.canonical()] for label, setting in kept])

    def described(self) -> str:
        """JSON that `results.study.Study.read` takes: by what figures name networks and compare them."""
        networks = {
            name: {
                "architecture": self.architecture(name),
                "dataset": self.dataset_of(name),
                "images": self._images(self.dataset_of(name)),
            }
            for name in self.networks
        }
        further = {name: {"of": network, "fold": fold} for name, (network, fold) in self.replicates.items()}
        return canonical(
            {
                "networks": networks,
                **({"replicates": further} if further else {}),
                "devices": self._used_devices,
                "setting": self.base().canonical(),
            }
        )

    @functools.cached_property
    def _used_devices(self) -> dict[str, str]:
        """Names for readers of the devices of the study's settings; others may come and go without a word here."""
        used = {job.setting.device.name for job in self.jobs}
        used |= {each.device.name for job in self.jobs if job.setting.layers for each in job.setting.every()}
        return {name: device.name for name, device in devices.table(self.config["devices"]).items() if name in used}

    def _images(self, dataset: str) -> str:
        """Name of the published data set that a data set's images are, else their source."""
        entry = self.config["datasets"][dataset]
        return entry.get("dataset", entry["source"])

    def base(self) -> Setting:
        """The setting that every experiment starts from."""
        return self._setting("setting", self.config["setting"])

    def _setting(self, place: str, fields: Mapping[str, Any]) -> Setting:
        return self._setting_errors(place, lambda: Setting.from_dict(self._with_own_device(dotted(fields))))

    def _expand(self, experiment: str) -> Iterator[Job]:
        entry = self.config["experiments"][experiment]
        for network in self.networks_of(experiment):
            for part, grid in entry["parts"].items():
                if grid is None:  # left out of what another configuration has
                    continue
                place = f"experiments: {experiment}: parts: {part}"
                swept = self._setting_errors(f"{place}: grid", lambda g=grid: dotted(g.get("grid", {})))
                for label, setting in self._settings(place, grid, swept):
                    yield Job(experiment, part, network, f"{part}.{label}", setting)

    def _replicate(self, experiment: str) -> Iterator[Job]:
        """Jobs of the further draws of an experiment's networks; labels and draws are those of the networks' own."""
        for name, (network, _) in self.replicates.items():
            if network in self.networks_of(experiment):
                for part, swept in replicates.grids(self.config, experiment):
                    place = f"experiments: {experiment}: parts: {part}"
                    for label, setting in self._settings(
                        place, self.config["experiments"][experiment]["parts"][part], swept
                    ):
                        yield Job(experiment, part, name, f"{part}.{label}", setting, draws_of=network, replicate=True)

    def _settings(self, place: str, entry: Mapping[str, Any], swept: Mapping[str, Any]) -> list[tuple[str, Setting]]:
        """Labels and settings of a part: what it sweeps, over what it fixes, over the study's setting."""
        common = {key: value for key, value in dotted(self.config["setting"]).items() if key not in swept}
        stated = self._setting_errors(f"{place}: fixed", lambda: dotted(entry.get("fixed", {})))
        return self._setting_errors(place, lambda: expand({**common, **stated}, swept, self._with_own_device))

    def _with_own_device(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """`fields` with the resistances or the measurements of a device that the configuration itself defines."""
        own = self.config["devices"].get(fields.get("device.name"), {})
        return {**{f"device.{key}": own[key] for key in ("r_on", "r_off", "table") if key in own}, **fields}

    @staticmethod
    def _setting_errors(place: str, make: Any) -> Any:
        try:
            return make()
        except InputError as error:
            raise InputError(f"{place}: {error}") from None


def _job_of(variant: choices.Variant) -> Job:
    return Job(
        choices.EXPERIMENT,
        variant.part,
        variant.evaluated,
        variant.label,
        variant.setting,
        variant.selection,
        draws_of=variant.network,
    )


def canonical(value: Any) -> str:
    """One text for equal values, whatever the order of their keys: what a rule's params hold."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
