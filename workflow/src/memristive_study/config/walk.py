"""A walk over the plain data of a configuration along the declarations of its sections."""

import functools
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from memristive_study.config.sections import Refers, Section, SettingFields

GONE: Any = object()  # stands for an entry that is to go
Change = Callable[[Any, Any, tuple[str, ...]], Any]  # of a mark, the value that has it, and the keys that lead to it


def rebuilt(kind: Any, value: Any, change: Change, path: tuple[str, ...] = (), drop_null: bool = False) -> Any:
    """A copy of `value`, plain data of the annotation `kind`, in which `change` replaced every value with a mark.

    Marks are `Refers` and `SettingFields`. An entry that `change` makes `GONE` is left out of its list or mapping,
    as is, with `drop_null`, one that is null; a section that so loses a key goes itself, and so does a list or mapping
    that may not be empty and becomes it. Values of another shape than declared stay as they are.
    """
    marks: list[Any] = []
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            marks += more
        else:
            kind = next(part for part in get_args(kind) if part is not type(None))
    for mark in marks:
        if isinstance(mark, Refers | SettingFields) and value is not None:
            value = change(mark, value, path)
    if any(isinstance(mark, SettingFields) for mark in marks):
        return value  # null is a value there
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list and isinstance(value, list):
        found: Any = [rebuilt(inner[0], item, change, path, drop_null) for item in value]
        found = [item for item in found if item is not GONE]
    elif origin is dict and isinstance(value, Mapping):
        found = {}
        for name, item in value.items():
            new_name = rebuilt(inner[0], name, change, path, drop_null)
            new_item = rebuilt(inner[1], item, change, (*path, str(name)), drop_null)
            if not (new_name is GONE or new_item is GONE or (drop_null and new_item is None)):
                found[new_name] = new_item
    elif isinstance(kind, type) and issubclass(kind, Section) and isinstance(value, Mapping):
        return _section(kind, value, change, path, drop_null)
    else:
        return value
    emptied = bool(value) and not found and any(getattr(mark, "min_length", 0) for mark in marks)
    return GONE if emptied else found


def _section(
    kind: type[Section], value: Mapping[str, Any], change: Change, path: tuple[str, ...], drop_null: bool
) -> Any:
    kinds = annotations(kind)
    optional = {name for name, info in kind.model_fields.items() if not info.is_required()}
    found = {
        name: rebuilt(kinds[name], item, change, (*path, str(name)), drop_null) if name in kinds else item
        for name, item in value.items()
        if not (drop_null and item is None and name in optional)
    }
    return GONE if any(item is GONE for item in found.values()) else found


@functools.cache
def annotations(section: type[Section]) -> dict[str, Any]:
    """Annotation of each key of `section`, marks included."""
    return {
        name: Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        for name, info in section.model_fields.items()
    }
