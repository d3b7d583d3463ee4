"""Keys under `experiments`."""

from typing import Annotated

import pydantic

from memristive_study.config.sections import (
    Name,
    Named,
    Real,
    Refers,
    Section,
    Some,
    Text,
    Whole,
    WrongKey,
    key,
)
from memristive_study.config.settings import Fields, Grid

NetworkName = Annotated[Name, Refers("networks")]
# The seeds of an evaluation are part of one argument of its command, of which Linux takes 128 KiB.
REPEATS = 5000
AT_MOST = 200  # evaluations for the sake of a precision, where nothing else is said


class Drawn(Section):
    """How often a setting that draws at random is evaluated, where not `repeats` times."""

    precision: Real | None = key(
        "In place of repeats: a setting that draws is evaluated until the 95 % interval of its mean accuracy reaches "
        "this far to each side, in stages (memristive.population.sequence), the first of 60.",
        optional=True,
        unit="points",
        gt=0,
        le=50,
    )
    at_most: Whole | None = key(
        f"Evaluations of a setting for the sake of precision; {AT_MOST} where nothing is said.",
        optional=True,
        ge=2,
        le=REPEATS,
    )


class Part(Drawn):
    """One grid."""

    fixed: Fields | None = key("Fields of a setting with one value.", optional=True)
    grid: Grid | None = key(
        "Fields of a setting with a list of values; every combination is evaluated, null takes a list back.",
        optional=True,
    )
    replicates: Grid | None = key(
        "Values of the grid, all of them for fields that are not named, at which networks.<name>.replicates are "
        "evaluated; those that the grid lacks play no part. Left out: the part is not evaluated for them.",
        optional=True,
    )


class Experiment(Drawn):
    """One experiment; its parts may state another precision and at_most."""

    title: Text | None = key("Heading of its section in the report, where not its name.", optional=True)
    networks: Some[NetworkName] = key("Networks that take part, where the study runs them.")
    parts: Named[Part] = key("Grids by name.", min_length=1)

    @pydantic.model_validator(mode="after")
    def _something_is_limited(self) -> "Experiment":
        for name, part in self.parts.items():
            stated = (self.precision, part and part.precision)
            if part and part.at_most is not None and stated == (None, None):
                raise WrongKey(("parts", name, "at_most"), "is allowed only beside a precision")
        if (
            self.at_most is not None
            and self.precision is None
            and not any(p and p.precision for p in self.parts.values())
        ):
            raise WrongKey(("at_most",), "is allowed only beside a precision")
        return self
