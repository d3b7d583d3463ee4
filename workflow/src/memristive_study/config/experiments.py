"""Keys under `experiments`."""

from typing import Annotated

from memristive_study.config.sections import Name, Named, Refers, Section, Some, Text, key
from memristive_study.config.settings import Fields, Grid

NetworkName = Annotated[Name, Refers("networks")]


class Part(Section):
    """One grid."""

    fixed: Fields | None = key("Fields of a setting with one value.", optional=True)
    grid: Grid | None = key(
        "Fields of a setting with a list of values; every combination is evaluated, null takes a list back.",
        optional=True,
    )


class Experiment(Section):
    """One experiment."""

    title: Text | None = key("Heading of its section in the report, where not its name.", optional=True)
    networks: Some[NetworkName] = key("Networks that take part, where the study runs them.")
    parts: Named[Part] = key("Grids by name.", min_length=1)
