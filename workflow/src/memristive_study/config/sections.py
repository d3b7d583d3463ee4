"""Sections of a configuration, and the kinds of values that their keys take.

A `Section` is a pydantic model each of whose keys is declared by `key`, with its meaning. What validates a
configuration, its reference and the schema for editors are derived from these declarations.
"""

import functools
import json
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pydantic
from annotated_types import Ge, Len, MinLen
from pydantic_core import core_schema

LONGEST_NAME = 100  # characters; names become parts of file names
NAME_PATTERN = r"^[^\s!-/:-@\[-^`{-~]+$"  # of editors, whose \w has no umlauts: no blank, and of punctuation only _
# Numbers that YAML 1.1 reads as text: 1e4 has no point, 1.0e4 no sign.
_EXPONENT = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+")


class WrongKey(ValueError):
    """A value that a validator refuses: `path` leads to it from the section that is validated, `problem` follows it."""

    def __init__(self, path: tuple[str, ...], problem: str) -> None:
        super().__init__(": ".join(part for part in (*path, problem) if part))


@dataclass(frozen=True)
class Refers:
    """Mark of a name that must stand under `section`, dotted: ``choices.points``."""

    section: str


@dataclass(frozen=True)
class SettingFields:
    """Mark of a mapping from fields of a Setting to a value each or, where `swept`, to a list of values."""

    swept: bool


_REQUIRED: Any = object()


def key(
    meaning: str,
    *,
    optional: bool = False,
    default: Any = _REQUIRED,
    unit: str = "",
    allowed: str = "",
    **bounds: Any,
) -> Any:
    """Declare a key of a `Section`.

    Args:
        meaning: one sentence for readers.
        optional: whether the key may be left out; its default is None where `default` gives no other.
        default: value where the key is left out.
        unit: of a number.
        allowed: words for what is allowed, in place of those that `words.allowed` makes.
        bounds: `gt`, `ge`, `lt`, `le`, `min_length`, `max_length`, as pydantic has them.
    """
    facts = {"unit": unit, "allowed": allowed}
    if optional and default is _REQUIRED:
        default = None
    given = {} if default is _REQUIRED else {"default": default}
    return pydantic.Field(description=meaning, json_schema_extra=facts, **given, **bounds)


class Section(pydantic.BaseModel):
    """Frozen record of declared keys. Whole numbers may be written 2.0, and numbers 1e4, which YAML 1.1 reads as text.

    An optional key that is null counts as not given: a file may so take back what another one says.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _not_given(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        optional = {name for name, info in cls.model_fields.items() if not info.is_required()}
        return {name: value for name, value in values.items() if not (value is None and name in optional)}

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _numbers(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        return plain_numbers(cls.model_fields[info.field_name].annotation, value)


def plain_numbers(kind: Any, value: Any) -> Any:
    """`value` with numbers as the annotation `kind` has them: text like 1e4 as a number, 2.0 as 2 where 2 is meant."""
    numeric, whole = _numeric(kind)
    if not numeric:
        if bool in _leaves(kind) and isinstance(value, int | float) and not isinstance(value, bool):
            raise ValueError("a number")  # 1 equals true
        return value
    if isinstance(value, bool):
        raise ValueError("a truth value")
    if isinstance(value, list):
        return [plain_numbers(kind, item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain_numbers(kind, item) for name, item in value.items()}
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        value = float(value)
    if whole and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@functools.cache
def _numeric(kind: Any) -> tuple[bool, bool]:
    """Whether values of `kind` (keys of mappings aside) are numbers alone, and whether whole ones."""
    leaves = set(_leaves(kind))
    return bool(leaves) and leaves <= {int, float}, leaves == {int}


def _leaves(kind: Any) -> Iterator[type]:
    origin = get_origin(kind)
    if origin is Literal:
        yield from map(type, get_args(kind))
    elif origin is Annotated:
        yield from _leaves(get_args(kind)[0])
    elif origin is dict:
        yield from _leaves(get_args(kind)[1])
    elif origin in (list, tuple, Union, types.UnionType):
        for part in get_args(kind):
            if part not in (type(None), Ellipsis):
                yield from _leaves(part)
    else:
        yield kind


def _name(text: str) -> str:
    if not re.fullmatch(r"\w+", text) or len(text) > LONGEST_NAME:
        raise ValueError("not a name")
    return text


def _folder(text: str) -> str:
    if not text or re.search(r"[{}\0\n]", text):
        raise ValueError("not a folder")
    return text


@dataclass(frozen=True)
class EachOnce:
    """Mark of a list in which no value stands twice."""

    def __get_pydantic_core_schema__(self, source: Any, handler: pydantic.GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: pydantic.GetJsonSchemaHandler) -> Any:
        return handler(schema) | {"uniqueItems": True}

    @staticmethod
    def check(values: list[Any]) -> list[Any]:
        """`values`; WrongKey where one of them stands there twice."""
        seen: set[str] = set()
        for value in values:
            if (text := canonical(value)) in seen:
                raise WrongKey((), f"{value!r} stands there twice; every value may stand there once")
            seen.add(text)
        return values


T = TypeVar("T")


@dataclass(frozen=True)
class Words:
    """Mark of a kind with words for what it allows, which complete "is not ...", and for several such values."""

    allowed: str
    plural: str = "values"


Whole = Annotated[int, pydantic.Strict()]
Real = Annotated[float, pydantic.Strict()]
Flag = Annotated[bool, pydantic.Strict()]
Pair = Annotated[
    list[Annotated[Whole, Ge(1)]],
    Len(2, 2),
    Words("two whole numbers of at least 1", "pairs of whole numbers of at least 1"),
]
Text = Annotated[str, MinLen(1), Words("a text that is not empty")]
Name = Annotated[
    str,
    pydantic.AfterValidator(_name),
    pydantic.WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "maxLength": LONGEST_NAME}),
    Words(f"a name of letters, digits and underscores, at most {LONGEST_NAME}", "names"),
]
# Snakemake would read braces as a wildcard.
Folder = Annotated[
    str,
    pydantic.AfterValidator(_folder),
    pydantic.WithJsonSchema({"type": "string", "minLength": 1}),
    Words("the path of a folder, without braces"),
]
Listed = Annotated[list[T], EachOnce()]
Some = Annotated[Listed[T], MinLen(1)]
Named = dict[Name, T | None]  # null takes back what another file defines


def canonical(value: Any) -> str:
    """One text for equal values, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr)
