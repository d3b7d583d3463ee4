"""Declarations of fields: type, unit, bounds, meaning, default and neutral value of each, in one place.

A `Group` is a record of declared fields. `Setting` is a group of groups; what validates it, names its columns,
writes its reference and its JSON schema is derived from these declarations.

The neutral value of a field is the one that changes nothing, or the value that a field had in effect before it
existed. It is left out of a setting's canonical text, so that a new field changes no text that was written before.
A neutral value is therefore never changed once results exist; a default may be.
"""

import dataclasses
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import pydantic

from memristive.core.errors import InputError

_DEFAULT: Any = object()  # no neutral value given: the default is neutral


@dataclasses.dataclass(frozen=True)
class Declaration:
    """All facts of one field.

    Attributes:
        name: dotted, group and field: `adc.bits`.
        short: the flat keyword that means the same: `adc_bits`.
        default: value where none is given.
        neutral: value that the canonical text leaves out.
        kind: type in words, `null` included where it is allowed.
        allowed: values that are allowed, in words that complete "is not ...".
        choices: the allowed words, empty where the field takes other values.
        unit: "" where the value has none.
        meaning: one sentence.
        per_layer: whether layers may differ in it.
    """

    name: str
    short: str
    default: Any
    neutral: Any
    kind: str
    allowed: str
    choices: tuple[str, ...]
    unit: str
    meaning: str
    per_layer: bool


def field(
    default: Any,
    meaning: str,
    *,
    unit: str = "",
    neutral: Any = _DEFAULT,
    short: str = "",
    allowed: str = "",
    per_layer: bool = True,
    **bounds: Any,
) -> Any:
    """Declare a field of a `Group`.

    Args:
        default: value where none is given.
        meaning: one sentence for readers.
        unit: of a number.
        neutral: value that leaves everything as if the field did not exist; `default` if not given.
        short: flat keyword; the field's own name if not given.
        allowed: words for the allowed values; made from the type and `bounds` if not given.
        per_layer: whether layers may differ in it.
        bounds: `gt`, `ge`, `lt`, `le`, as pydantic has them.
    """
    facts = {
        "unit": unit,
        "neutral": default if neutral is _DEFAULT else neutral,
        "short": short,
        "allowed": allowed,
        "per_layer": per_layer,
    }
    return pydantic.Field(default, description=meaning, json_schema_extra=facts, **bounds)


class WrongValue(ValueError):
    """A value that one field, seen with others, does not allow; without `allowed`, `value` says all in words."""

    def __init__(self, key: str, value: Any, allowed: str = "") -> None:
        super().__init__(f"{key}: {value!r} is not {allowed}" if allowed else f"{key}: {value}")
        self.key = key


class Group(pydantic.BaseModel):
    """Frozen record of declared fields.

    A check over several fields is a pydantic model validator that raises `WrongValue`.
    """

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, hide_input_in_errors=True
    )

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        """Take NumPy's and torch's numbers and arrays as plain ones, and refuse true and false as numbers."""
        if hasattr(value, "tolist"):
            value = value.tolist()
        members = _members(cls.model_fields[info.field_name].annotation)
        if isinstance(value, bool) and bool not in members and (int in members or float in members):
            raise ValueError("a truth value")
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        raise InputError(f"setting: {name}: a setting does not change; setting.replace({name}=...) gives another one")

    @property
    def active(self) -> bool:
        """Whether any field differs from its neutral value."""
        return any(getattr(self, name) != _facts(info)["neutral"] for name, info in type(self).model_fields.items())


def declarations(group: type[Group], prefix: str = "") -> dict[str, Declaration]:
    """Declarations of a group's fields, those of groups in it included, by dotted name, in the order of definition."""
    found: dict[str, Declaration] = {}
    for name, info in group.model_fields.items():
        inner = info.annotation
        # In Python 3.10 `tuple[int, int]` passes for a type.
        if get_origin(inner) is None and isinstance(inner, type) and issubclass(inner, Group):
            found |= declarations(inner, f"{prefix}{name}.")
            continue
        if info.json_schema_extra is None:  # not declared by `field`
            continue
        facts = _facts(info)
        choices = tuple(word for part in _parts(inner) if get_origin(part) is Literal for word in get_args(part))
        found[f"{prefix}{name}"] = Declaration(
            name=f"{prefix}{name}",
            short=facts["short"] or name,
            default=info.default,
            neutral=facts["neutral"],
            kind=_kind(inner),
            allowed=(facts["allowed"] or _allowed(info, choices)) + (", or null" if _optional(inner) else ""),
            choices=choices,
            unit=facts["unit"],
            meaning=info.description or "",
            per_layer=facts["per_layer"],
        )
    return found


def one_line(
    place: str, group: str, error: pydantic.ValidationError, known: dict[str, Declaration], given: dict[str, Any]
) -> InputError:
    """InputError that names the first wrong key, its value and what is allowed.

    `given` are the values that were validated, by field of `group`.
    """
    first = error.errors(include_url=False)[0]
    problem = first.get("ctx", {}).get("error")
    if isinstance(problem, WrongValue):
        return InputError(f"{place}: {problem}")
    leaf = str(first["loc"][0]) if first["loc"] else ""  # what follows are a list's items and a union's branches
    name = f"{group}.{leaf}"
    if name not in known:
        return InputError(f"{place}: {group}: {first['msg']}")
    return InputError(f"{place}: {name}: {_shown(given.get(leaf))} is not {known[name].allowed}")


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, tuple):
        value = list(value)
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _facts(info: pydantic.fields.FieldInfo) -> dict[str, Any]:
    return typing.cast(dict[str, Any], info.json_schema_extra)


def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _optional(annotation: Any) -> bool:
    return type(None) in _parts(annotation)


def _members(annotation: Any) -> set[Any]:
    """The scalar types that a value, or its items, may have."""
    members: set[Any] = set()
    for part in _parts(annotation):
        members |= set(get_args(part)) if get_origin(part) is tuple else {part}
    return members


def _kind(annotation: Any) -> str:
    words = []
    for part in _parts(annotation):
        if part is type(None):
            words.append("null")
        elif get_origin(part) is Literal:
            words.append("text")
        elif get_origin(part) is tuple:
            words.append("list")
        else:
            words.append(
                {int: "whole number", float: "number", bool: "true or false", str: "text"}.get(part, "mapping")
            )
    return " or ".join(words)


def _allowed(info: pydantic.fields.FieldInfo, choices: tuple[str, ...]) -> str:
    if choices:
        return f"one of {', '.join(choices)}"
    kinds = _members(info.annotation)
    if bool in kinds:
        return "true or false"
    if int not in kinds and float not in kinds:
        return "a text"
    bounds = {
        name: getattr(part, name) for part in info.metadata for name in ("gt", "ge", "lt", "le") if hasattr(part, name)
    }
    word = "a whole number" if int in kinds else "a number"
    if float in kinds and (bounds.get("ge"), bounds.get("le")) == (0, 1):
        return "a proportion from 0 to 1"
    if "ge" in bounds and "le" in bounds:
        return f"{word} from {bounds['ge']} to {bounds['le']}"
    if "gt" in bounds:
        return f"{word} above {bounds['gt']}"
    if "ge" in bounds:
        return f"{word} of at least {bounds['ge']}"
    return "a finite number" if float in kinds else word
