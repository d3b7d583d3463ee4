"""Keys under `devices`: a user's own devices. Bounds are those of `memristive.devices.vteam`."""

from typing import Annotated, Any

import pydantic

from memristive.devices.vteam import ALLOWED, POSITIVE
from memristive_study.config.sections import Real, Section, Text, Words, key
from memristive_study.config.settings import table_of

# Meaning and unit of each parameter.
PARAMETERS = {
    "r_on": ("Low resistance.", "ohm"),
    "r_off": ("High resistance.", "ohm"),
    "d": ("Range of the state.", "m"),
    "k_on": ("Speed of the state below v_on.", "m/s"),
    "k_off": ("Speed of the state above v_off.", "m/s"),
    "alpha_on": ("Exponent below v_on.", ""),
    "alpha_off": ("Exponent above v_off.", ""),
    "v_on": ("Lower threshold.", "V"),
    "v_off": ("Upper threshold.", "V"),
}


class Drive(Section):
    """Periodic voltage of a curve."""

    v_min: Real = key("Lowest voltage.", unit="V", lt=0)
    v_max: Real = key("Highest voltage.", unit="V", gt=0)
    frequency: Real = key("Periods a second.", unit="Hz", gt=0)


class Described(Section):
    """A device but for its parameters."""

    name: Text | None = key("Name in figures.", optional=True)
    source: Text | None = key("Source of the numbers.", optional=True)


# Rows, also where the configuration has the path of a file: what is evaluated depends on its content.
Table = Annotated[
    list[list[Real]],
    pydantic.BeforeValidator(lambda value: table_of(value, ())),
    pydantic.WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "array"}}]}),
    Words("the path of a CSV file with target, mean, standard_deviation and perhaps time, or such rows", "tables"),
]


def _parameter(name: str) -> tuple[Any, Any]:
    meaning, unit = PARAMETERS[name]
    bound = {"gt": 0} if ALLOWED[name] == POSITIVE else {"lt": 0}
    return Real | None, key(meaning, optional=True, unit=unit, **bound)


Device = pydantic.create_model(
    "Device",
    __base__=Described,
    __doc__="One device: r_on and r_off alone, all nine parameters of VTEAM, or a table of measurements.",
    table=(Table | None, key("Measurements of many cells (S, s): CSV file, or its rows.", optional=True)),
    **{name: _parameter(name) for name in ALLOWED},
    hysteresis=(Drive | None, key("Voltage of its hysteresis curve.", optional=True)),
    switching=(Drive | None, key("Voltage of its switching curve.", optional=True)),
)
