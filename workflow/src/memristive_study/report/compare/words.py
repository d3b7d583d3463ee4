"""Values, keys and settings of two studies in words."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from memristive.core.setting import FIELDS
from memristive_study.config.sections import plain_numbers
from memristive_study.results import sweeps

LONGEST = 160  # characters of a value


class Absent:
    """Stands for a key that a configuration lacks."""


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """The differences of two configurations: dotted key, value of the first, value of the second.

    Numbers are compared as numbers, however they are written.
    """
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from differences(a.get(key, Absent), b.get(key, Absent), f"{path}.{key}" if path else str(key))
    elif _plain(a) != _plain(b) and {id(a), id(b)} != {id(None), id(Absent)}:  # null takes a key back
        yield path, value(a, unit(path)), value(b, unit(path))


def unit(path: str) -> str:
    """Unit of the field of a Setting to which a dotted key leads; empty for other keys."""
    return next((found.unit for name, found in FIELDS.items() if path.endswith(f".{name}")), "")


def value(given: Any, unit: str = "") -> str:
    """A value in words, with its unit: "none", "yes", "64, 64", "9 V", "rates: adc.bits 4, 8"."""
    text = _text(_plain(given))
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    return f"{text} {unit}" if unit and given is not Absent and given is not None else text


def _text(given: Any) -> str:
    if given is Absent:
        return "(not there)"
    if given is None:
        return "none"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, float):
        return "" if math.isnan(given) else f"{given:g}"
    if isinstance(given, Mapping):
        return "; ".join(f"{key}: {_text(inner)}" for key, inner in given.items()) or "nothing"
    if isinstance(given, list | tuple):
        pairs = bool(given) and all(isinstance(item, list | tuple) for item in given)
        return ", ".join("x".join(map(_text, item)) if pairs else _text(item) for item in given) or "none"
    return str(given)


def _plain(given: Any) -> Any:
    """A value with numbers as numbers: 1e4, which YAML reads as text, and 2.0, which is 2."""
    if isinstance(given, str):
        return plain_numbers(float, given)
    if isinstance(given, list | tuple):
        return [_plain(item) for item in given]
    if isinstance(given, Mapping):
        return {key: _plain(inner) for key, inner in given.items()}
    return given


def setting(row: Any, fields: Sequence[str]) -> str:
    """The values of swept fields in a row of an experiment, with their units; its label where nothing is swept."""
    texts = (f"{sweeps.title(name).split(' (')[0]} {value(row[name], _unit(name))}" for name in fields)
    return ", ".join(texts) or str(row["label"]).replace("_", " ")


def _unit(short: str) -> str:
    return next(found.unit for found in FIELDS.values() if found.short == short)
