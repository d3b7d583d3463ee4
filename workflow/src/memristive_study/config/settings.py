"""Fields of a `memristive.Setting` in a configuration: names, values, and grids of values.

A field is given by its dotted name (`adc.bits`), in its group (`adc: {bits: 6}`) or by its short form (`adc_bits`);
all are declared in `memristive.core.setting` and nowhere else.
"""

import difflib
import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic

from memristive.core.names import unknown_key
from memristive.core.setting import FIELDS, GROUPS, SHORT_NAMES, Setting, full_name
from memristive.devices import DEVICES, from_table
from memristive_study.config.sections import Name, SettingFields, WrongKey, canonical, plain_numbers
from memristive_study.config.words import allowed, key_text, refused, shown

LAYERS = "layers"  # fields that differ in some layers, by a pattern of their names


def named(values: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Dotted name, the name that was used, and the value of each field of `values`.

    Raises WrongKey for a name that no field has.
    """
    for key, value in values.items():
        if key == LAYERS:
            yield LAYERS, LAYERS, value
        elif key in GROUPS and isinstance(value, Mapping):
            for leaf, inner in value.items():
                if f"{key}.{leaf}" not in FIELDS:
                    leaves = [name.split(".")[1] for name in FIELDS if name.startswith(f"{key}.")]
                    raise WrongKey((), unknown_key(key, key_text(leaf), leaves))
                yield f"{key}.{leaf}", f"{key}: {leaf}", inner
        elif name := full_name(key, "") if isinstance(key, str) else "":
            yield name, key, value
        else:
            near = difflib.get_close_matches(str(key), [*SHORT_NAMES, *FIELDS, LAYERS], n=1)
            hint = f"did you mean {near[0]}?" if near else "config/README.md lists the fields of a setting"
            raise WrongKey((), f"{key_text(key)}: unknown key; {hint}")


def _fields(values: Any) -> dict[str, Any]:
    """`values` by dotted name, each as its field declares it."""
    return {
        name: _of_layers(value) if name == LAYERS else _value(name, value, (name,)) for name, value in _once(values)
    }


def _grid(values: Any) -> dict[str, list[Any]]:
    """Lists of values by dotted name; null takes a list back."""
    found = {}
    for name, given in _once(values):
        if given is None:
            continue
        if name == LAYERS:
            raise WrongKey((LAYERS,), "cannot be swept; it may stand under fixed")
        if not isinstance(given, list) or not given:
            raise WrongKey((name,), refused(given, "a list of one or more values"))
        found[name] = values_of(name, given, (name,))
    return found


def values_of(name: str, given: list[Any], path: tuple[str, ...]) -> list[Any]:
    """Distinct values of the field `name`, as it declares them; WrongKey at `path`."""
    plain = [_value(name, value, path) for value in given]
    seen: dict[str, Any] = {}
    for value, text in zip(given, map(canonical, plain), strict=True):
        if text in seen:
            same = f"{shown(value)} is the same as {shown(seen[text])}"
            raise WrongKey(path, f"{same}; every value may stand there once")
        seen[text] = value
    return plain


def _once(values: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(values, Mapping):
        raise ValueError("not a mapping")
    spelled: dict[str, str] = {}
    for name, key, value in named(values):
        if name in spelled:
            raise WrongKey((name,), f"is given twice, as {spelled[name]} and as {key}")
        spelled[name] = key
        yield name, value


def _of_layers(layers: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(layers, Mapping):
        raise WrongKey((LAYERS,), refused(layers, "a mapping from patterns of layers' names"))
    found = {}
    for pattern, values in layers.items():
        try:
            found[str(pattern)] = _fields(values)
        except WrongKey as error:
            raise WrongKey((LAYERS, key_text(pattern)), str(error)) from None
        except ValueError:
            raise WrongKey((LAYERS, key_text(pattern)), refused(values, "a mapping from fields of a setting")) from None
        for name in found[str(pattern)]:
            if name == LAYERS or not FIELDS[name].per_layer:
                raise WrongKey((LAYERS, key_text(pattern), name), "is one for the whole network")
    return found


def _value(name: str, value: Any, path: tuple[str, ...]) -> Any:
    """`value` as the field `name` declares it, in a form that JSON can hold; WrongKey at `path`."""
    if name == "device.name" and isinstance(value, str) and value in DEVICES:
        return value  # a preset's name may have a point
    if name == "device.table" and value is not None:
        return table_of(value, path)
    kind, adapter = _adapter(name)
    try:
        return adapter.dump_python(adapter.validate_python(plain_numbers(kind, value)), mode="json")
    except ValueError:
        raise WrongKey(path, refused(value, allowed(Name) if kind is str else FIELDS[name].allowed)) from None


def table_of(value: Any, path: tuple[str, ...]) -> list[list[float]]:
    """Rows of a table of measurements, of a file or as they are; WrongKey at `path`."""
    try:
        return [list(row) for row in from_table.rows_of(value)]
    except from_table.WrongTable as error:
        raise WrongKey(path, str(error)) from None


@functools.cache
def _adapter(name: str) -> tuple[Any, pydantic.TypeAdapter]:
    group, leaf = name.split(".")
    info = Setting.model_fields[group].annotation.model_fields[leaf]
    kind = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    if kind is str:
        kind = Name  # labels, which hold it, are names of files
    return info.annotation, pydantic.TypeAdapter(kind, config=pydantic.ConfigDict(allow_inf_nan=False))


# Placeholders in the schema for editors, which `config.schema` replaces by one definition each.
Fields = Annotated[
    dict[str, Any],
    pydantic.BeforeValidator(_fields),
    pydantic.WithJsonSchema({"title": "setting"}),
    SettingFields(swept=False),
]
Grid = Annotated[
    dict[str, Any],
    pydantic.BeforeValidator(_grid),
    pydantic.WithJsonSchema({"title": "grid"}),
    SettingFields(swept=True),
]
