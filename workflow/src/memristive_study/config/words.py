"""What a key allows, in words that complete "is not ...", and a validation's first error as one line."""

import math
import types
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pydantic

from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive_study.config.sections import Refers, Section, SettingFields, Words, WrongKey

S = TypeVar("S", bound=Section)
_BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length")


def allowed(kind: Any, info: pydantic.fields.FieldInfo | None = None) -> str:
    """Words for the values that the annotation `kind` allows, or those that the key's declaration `info` states."""
    if info is not None:
        words = info.json_schema_extra["allowed"] or allowed(
            Annotated[(kind, *info.metadata)] if info.metadata else kind
        )
        null_is_a_value = info.is_required() and type(None) in get_args(kind)
        return f"{words}, or null" if null_is_a_value else words
    kind, marks = opened(kind)
    for mark in marks:
        if isinstance(mark, Refers):
            return f"a name under {mark.section}"
    for mark in marks:
        if isinstance(mark, Words):
            return mark.allowed
        if isinstance(mark, SettingFields):
            return f"a mapping from fields of a setting to {'lists of values' if mark.swept else 'values'}"
    bounds = {name: getattr(mark, name) for mark in marks for name in _BOUNDS if hasattr(mark, name)}
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(map(_word, inner))}"
    if kind is bool:
        return "true or false"
    if kind in (int, float):
        return _number("a whole number" if kind is int else "a number", bounds)
    if origin is list:
        return f"a list of {'one or more ' if bounds.get('min_length') else ''}{_plural(inner[0])}"
    if origin is dict:
        return f"a mapping from {'one or more ' if bounds.get('min_length') else ''}{_plural(inner[0])}"
    if isinstance(kind, type) and issubclass(kind, Section):
        return f"a mapping with {', '.join(kind.model_fields)}"
    return "a text"


def with_unit(meaning: str, unit: str) -> str:
    """A sentence with the unit of the number that it speaks of."""
    return f"{meaning.removesuffix('.')} ({unit})." if unit else meaning


def shown(value: Any) -> str:
    """`value` as a message shows it, at most 60 characters long."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def refused(value: Any, words: str) -> str:
    """Message that `value` is not what `words` say; no number but a finite one is ever allowed."""
    infinite = isinstance(value, float) and not math.isfinite(value)
    return f"{shown(value)} is not {'a finite number' if infinite else words}"


def key_text(key: Any) -> str:
    """A key as a message shows it: as it is where that is one short line."""
    text = str(key)
    return text if text.isprintable() and 0 < len(text) <= 60 else shown(key)


def validated(section: type[S], values: Any, place: str = "") -> S:
    """`values`, which stand at `place`, as a `section`; InputError where they are none.

    Its line has the keys that lead to the first wrong value, the value, and what is allowed.
    """
    try:
        return section.model_validate(values)
    except pydantic.ValidationError as error:
        raise InputError(_one_line(section, error, place)) from None


def _one_line(section: type[Section], error: pydantic.ValidationError, place: str) -> str:
    first = error.errors(include_url=False)[0]
    path = first["loc"]
    problem = first.get("ctx", {}).get("error")
    if first["type"] == "missing":
        return _line(path[:-1], place, f"{path[-1]}: is missing")
    if first["type"] in ("extra_forbidden", "invalid_key"):
        known = opened(_declared(section, path[:-1])[0])[0].model_fields
        return unknown_key(_line(path[:-1], place), key_text(path[-1]), known)
    if isinstance(problem, WrongKey):
        return _line(path, place, str(problem))
    line = refused(first["input"], allowed(*_declared(section, path)))
    return _line(path[:-2] if path[-1:] == ("[key]",) else path, place, line)


def _line(path: Any, place: str, *more: str) -> str:
    keys = [*([place] if place else []), *map(key_text, path)]
    return ": ".join([*(keys or ["config"]), *more])


def _word(value: Any) -> str:
    """A value as YAML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plural(kind: Any) -> str:
    """Words for several values of the annotation `kind`."""
    kind, marks = opened(kind)
    refers = "".join(f" under {mark.section}" for mark in marks if isinstance(mark, Refers))
    plural = next((mark.plural for mark in marks if isinstance(mark, Words)), "values")
    return f"of {', '.join(map(_word, get_args(kind)))}" if get_origin(kind) is Literal else f"{plural}{refers}"


def _number(words: str, bounds: dict[str, Any]) -> str:
    if "ge" in bounds and "le" in bounds:
        return f"{words} from {bounds['ge']} to {bounds['le']}"
    limits = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}
    stated = " and ".join(f"{word} {bounds[name]}" for name, word in limits.items() if name in bounds)
    return f"{words} {stated}".strip()


def opened(kind: Any) -> tuple[Any, list[Any]]:
    """The type itself and its marks, without what makes it optional."""
    marks: list[Any] = []
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            marks = [*more, *marks]
        elif get_origin(kind) in (Union, types.UnionType):
            kind = next(part for part in get_args(kind) if part is not type(None))
        else:
            return kind, marks


def _declared(section: type[Section], path: Any) -> tuple[Any, pydantic.fields.FieldInfo | None]:
    """Annotation of what stands at `path` below `section`, and its declaration where that is a key."""
    kind, info = section, None
    keys = list(path)
    while keys:
        inside, _ = opened(kind)
        step = keys.pop(0)
        if isinstance(inside, type) and issubclass(inside, Section):
            info = inside.model_fields[step]
            kind = info.annotation
        elif get_origin(inside) is dict:
            names, values = get_args(inside)
            kind, info = (names, None) if keys[:1] == ["[key]"] else (values, None)
            keys = keys[1:] if keys[:1] == ["[key]"] else keys
        elif get_origin(inside) is list:
            kind, info = get_args(inside)[0], None
    return kind, info
