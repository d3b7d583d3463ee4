"""Keys under `choices`."""

from typing import Annotated, Any

import pydantic

from memristive.core.names import unknown_key
from memristive.core.setting import SHORT_NAMES, SemanticsName, full_name
from memristive_study.config.experiments import NetworkName
from memristive_study.config.sections import Folder, Name, Named, Refers, Section, Some, WrongKey, key
from memristive_study.config.settings import Fields, values_of
from memristive_study.config.words import shown
from memristive_study.training.rules import RULES

CHECKPOINT = "checkpoint"  # the choice of the epoch; it is no field of a setting


class Point(Section):
    """One setting at which alternatives are compared."""

    experiment: Annotated[Name, Refers("experiments")] = key(
        "Experiment that the point belongs to; the values that its part paper fixes hold here too."
    )
    fixed: Fields | None = key("Fields of a setting on top of them.", optional=True)


class Alternative(Section):
    """One choice and its alternatives."""

    points: Some[Annotated[Name, Refers("choices.points")]] = key("Points that the choice touches.")
    semantics: Some[SemanticsName] | None = key("Semantics under which it is run.", optional=True)
    values: Some[Any] | None = key("Values besides the study's own.", optional=True)
    networks: dict[NetworkName, NetworkName | None] | None = key(
        "Network that stands for each of these; it is trained by itself, and other networks are left out.",
        optional=True,
    )


class Choices(Section):
    """Alternatives to the choices that the text leaves open, and the points at which they are compared."""

    points: Named[Point] = key("Settings at which alternatives are compared, by name.")
    alternatives: dict[Name, Alternative | None] = key(
        "Choices by name: a field of a setting, checkpoint, or any name where networks are exchanged."
    )
    recipes: dict[Name, Folder | None] = key(
        "Folders of published studies of other trainings, by name: the coherence table takes each as a recipe.",
        optional=True,
        default={},
    )

    @pydantic.model_validator(mode="after")
    def _values_as_declared(self) -> "Choices":
        """Give the values of each alternative the form that its field declares."""
        alternatives = {
            name: entry and entry.model_copy(update=_values(name, entry)) for name, entry in self.alternatives.items()
        }
        return self.model_copy(update={"alternatives": alternatives})


def _values(name: str, entry: Alternative) -> dict[str, list[Any]]:
    place = ("alternatives", name)
    field = full_name(name, "")
    if entry.networks is not None:
        if entry.values is not None or field or name == CHECKPOINT:
            raise WrongKey((*place, "networks"), f"is not allowed here; {name} takes values")
        return {}
    if not field and name != CHECKPOINT:
        raise WrongKey(place[:1], unknown_key("", name, [*SHORT_NAMES, CHECKPOINT]).removeprefix(": "))
    if entry.values is None:
        raise WrongKey((*place, "values"), "is missing")
    if field:
        return {"values": values_of(field, entry.values, (*place, "values"))}
    for value in entry.values:
        if not isinstance(value, str) or value not in RULES:
            raise WrongKey((*place, "values"), f"{shown(value)} is not one of {', '.join(RULES)}")
    return {}
