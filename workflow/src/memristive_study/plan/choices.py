"""Choices that the text leaves open: alternatives to the study's own, each evaluated where it may matter.

A point is a setting for which the paper gives a number, or in which a choice shows. An alternative changes one thing
at the points that it touches: a field of Setting, the rule that selects the epoch (`checkpoint`: other weights of the
same training), or the network itself (another normalisation needs a training of its own).

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.grid import value_text
from memristive.core.names import check_known, unknown_key
from memristive.core.setting import SHORT_NAMES, Setting, dotted, full_name
from memristive_study.training.rules import RULES

EXPERIMENT = "choices"  # under this name alternatives are evaluated and collected, like an experiment
OWN = "study"  # the part that holds the study's own choice at each point


@dataclasses.dataclass(frozen=True)
class Variant:
    """One value of a choice at one point, the study's own among them.

    Attributes:
        choice, point: names in the configuration.
        experiment: the experiment that the point belongs to.
        network: the study's network that it is about.
        setting: what is evaluated.
        value: the chosen value, as text; `own` says whether it is the study's.
        evaluated: the network that is evaluated: `network`, or the one that stands for it.
        selection: the rule by which its weights are selected; None: the study's.
        part, label: of the evaluation's record.
    """

    choice: str
    point: str
    experiment: str
    network: str
    setting: Setting
    value: str
    own: bool
    evaluated: str
    selection: str | None
    part: str
    label: str


Make = Callable[[str, Mapping[str, Any]], Setting]  # of the place in the configuration and the fields there


def variants(config: Mapping[str, Any], make: Make) -> Iterator[Variant]:
    """Every variant of a study, choice by choice, the study's own value first at each point.

    The study's own evaluation of a point is one record, whichever choice it is compared with.
    Raises InputError where the configuration contradicts itself.
    """
    defined = config["choices"]["alternatives"]
    for choice in config["run"]["choices"]:
        check_known("run: choices", choice, defined)
        entry = defined[choice]
        _check(choice, entry)
        if config["training"].get("pretrained") and (choice == "checkpoint" or "networks" in entry):
            continue  # they need other weights, and this study trains nothing
        for point in entry["points"]:
            yield from _at_point(config, make, choice, entry, point)


def _at_point(
    config: Mapping[str, Any], make: Make, choice: str, entry: Mapping[str, Any], point: str
) -> Iterator[Variant]:
    check_known(f"choices: alternatives: {choice}: points", point, config["choices"]["points"])
    place = f"choices: points: {point}"
    experiment = config["choices"]["points"][point]["experiment"]
    check_known(f"{place}: experiment", experiment, config["experiments"])
    if experiment not in config["run"]["experiments"]:
        return
    fields = _fields_at(config, point)
    exchanged = entry.get("networks", {})
    for network in config["experiments"][experiment]["networks"]:
        if network not in config["run"]["networks"] or (exchanged and network not in exchanged):
            continue
        for semantics in entry.get("semantics", [fields.get("arithmetic.semantics", "physical")]):
            at = {**fields, "arithmetic.semantics": semantics}
            setting = make(place, at)
            own = Variant(
                choice=choice,
                point=point,
                experiment=experiment,
                network=network,
                setting=setting,
                value=_own_value(config, choice, network, setting),
                own=True,
                evaluated=network,
                selection=None,
                part=OWN,
                label=f"{OWN}.{point}.{semantics}",
            )
            yield own
            for other in _alternatives(config, make, entry, own, at):
                if other.value != own.value:
                    label = f"{choice}-{other.value}.{point}.{semantics}"
                    yield dataclasses.replace(other, own=False, part=choice, label=label)


def _fields_at(config: Mapping[str, Any], point: str) -> dict[str, Any]:
    """Fields of a setting at a point: the study's, what the experiment's part `paper` fixes, the point's own."""
    described = config["choices"]["points"][point]
    part = config["experiments"][described["experiment"]]["parts"].get("paper") or {}
    stated = (config["setting"], part.get("fixed", {}), described.get("fixed", {}))
    try:
        return {name: value for values in stated for name, value in dotted(values).items()}
    except InputError as error:
        raise InputError(f"choices: points: {point}: {error}") from None


def _own_value(config: Mapping[str, Any], choice: str, network: str, setting: Setting) -> str:
    """The study's own value of a choice."""
    if full_name(choice, ""):
        return value_text(setting[choice])
    return config["training"]["checkpoint"] if choice == "checkpoint" else _of_dataset(config, choice, network)


def _alternatives(
    config: Mapping[str, Any], make: Make, entry: Mapping[str, Any], own: Variant, fields: Mapping[str, Any]
) -> Iterator[Variant]:
    """The study's own variant with each other network or value of a choice in its place."""
    place, choice, network = f"choices: alternatives: {own.choice}", own.choice, own.network
    if "networks" in entry:
        other = entry["networks"][network]
        check_known(f"{place}: networks: {network}", other, config["networks"])
        yield dataclasses.replace(own, evaluated=other, value=_of_dataset(config, choice, other))
        return
    for value in entry["values"]:
        if choice != "checkpoint":
            setting = make(place, {**fields, full_name(choice): value})
            yield dataclasses.replace(own, setting=setting, value=value_text(setting[choice]))
        elif not RULES[value].needs_folds or config["networks"][network].get("folds", 1) > 0:
            yield dataclasses.replace(own, selection=value, value=value)


def _of_dataset(config: Mapping[str, Any], choice: str, network: str) -> str:
    """A network's value of a choice: its data set's entry of that name (normalisation), else the network's name."""
    dataset = config["datasets"].get(config["networks"][network]["dataset"], {})
    return str(dataset.get(choice, network))


def _check(choice: str, entry: Mapping[str, Any]) -> None:
    place = f"choices: alternatives: {choice}"
    if "networks" in entry:
        if "values" in entry or full_name(choice, "") or choice == "checkpoint":
            raise InputError(f"{place}: networks: is not allowed here; {choice} takes values")
        return
    if "values" not in entry:
        raise InputError(f"{place}: values: is missing")
    if choice == "checkpoint":
        for value in entry["values"]:
            if value not in RULES:
                raise InputError(f"{place}: values: {value!r} is not one of {', '.join(RULES)}")
    elif not full_name(choice, ""):
        raise InputError(unknown_key("choices: alternatives", choice, [*SHORT_NAMES, "checkpoint"]))
