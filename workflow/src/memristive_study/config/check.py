"""The configuration against its schema: the first thing that is wrong, as one line.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import importlib.util
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive_study.models.names import LIBRARY, OPTIONS
from memristive_study.runtime.shipped import shipped

SCHEMA = shipped("schemas/config.schema.yaml")


def check(config: Mapping[str, Any]) -> None:
    """InputError unless `config` is what the schema describes: key, value and what is allowed.

    Also where a device of one's own lacks something, or the package of a network or a data set's file is not there.
    """
    import jsonschema
    import yaml

    from memristive import devices

    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        raise InputError(_line(errors[0]))
    _check_finite("", config)
    devices.table(config["devices"])
    for name, entry in config["networks"].items():
        _check_architecture(f"networks: {name}: architecture", entry["architecture"])
        _check_options(f"networks: {name}: options", entry["architecture"], entry.get("options", {}))
    used = {entry["dataset"] for name, entry in config["networks"].items() if name in config["run"]["networks"]}
    for name, entry in config["datasets"].items():
        if name in used and entry["source"] == "npz" and not Path(entry.get("path", ".")).exists():
            raise InputError(f"datasets: {name}: path: {entry['path']!r} is not there; an .npz file is needed")


def check_keys(path: Path) -> None:
    """InputError where the YAML file at `path` gives a key twice, of which YAML would silently take the last."""
    import yaml

    def look(node: yaml.Node, place: tuple[str, ...]) -> None:
        seen: set[str] = set()
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value in seen:
                line = key.start_mark.line + 1
                raise InputError(f"{path}: {': '.join((*place, key.value))}: is given twice, again in line {line}")
            seen.add(key.value)
            look(value, (*place, key.value))

    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())})") from None
    look(tree, ())


def located(line: str, paths: Sequence[Path], given: Mapping[str, Any]) -> str:
    """An error's `line` after the name of the file, of `paths` (later ones win), that holds what it speaks of.

    The line leads from key to key ("training: folds: 1 is not allowed"); it is the file which has most of them, or
    what was `given` on the command line.
    """
    import yaml

    contents = {str(path): yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths if path.exists()}
    contents["--config"] = given
    depths = {name: _depth(line.split(": "), content) for name, content in reversed(contents.items())}
    return f"{max(depths, key=depths.get)}: {line}"


def warnings(settings: Iterable[tuple[str, Any]]) -> list[str]:
    """One line for each choice that is possible and probably not meant, from settings by the place of their grid."""
    places = dict.fromkeys(place for place, setting in settings if setting.array.scheme == "single_column")
    lost = "maps negative weights to 0, as MemTorch does; trained networks have them"
    return [f"scheme: single_column {lost} ({', '.join(places)})"] if places else []


def _depth(keys: list[str], content: Any) -> int:
    found = 0
    for key in keys:
        if isinstance(content, Mapping):
            places = [content, *(child for child in content.values() if isinstance(child, Mapping))]
            holder = next((place for place in places if key in place), None)
            if holder is not None:
                content, found = holder[key], found + 1
    return found


def _check_finite(place: str, value: Any) -> None:
    """YAML has .nan and .inf, and a schema's bounds let the first pass."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        _check_finite(f"{place}: {key}" if place else str(key), child)
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{place}: {value} is not allowed; a finite number is needed")


def _check_architecture(place: str, architecture: str) -> None:
    """The networks of the library are named; another one's package must be there (its import would take seconds)."""
    package, colon, name = architecture.partition(":")
    if not colon:
        if architecture not in LIBRARY:
            raise InputError(f"{unknown_key(place, architecture, tuple(LIBRARY))} (or package.module:factory)")
        return
    top = package.split(".")[0]
    if not (top.isidentifier() and name.isidentifier() and importlib.util.find_spec(top)):
        raise InputError(f"{place}: {architecture!r} is not package.module:factory of a package that can be imported")


def _check_options(place: str, architecture: str, options: Mapping[str, Any]) -> None:
    """Options of a network of the library are known; those of a factory from elsewhere are its own arguments."""
    if ":" in architecture:
        return
    for key in options:
        if key not in OPTIONS:
            raise InputError(unknown_key(place, key, OPTIONS))


def _line(error: Any) -> str:
    path = ": ".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = next(key for key in error.instance if key not in known)
        return unknown_key(path or "config", unknown, known)
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{path or 'config'}: {missing}: is missing"
    return f"{path}: {_short(error.instance)} is not allowed; {_allowed(error)}"


def _allowed(error: Any) -> str:
    value = error.validator_value
    return {
        "enum": lambda: f"allowed are {', '.join(map(yaml_word, value))}",
        "type": lambda: f"{value} is needed",
        "minimum": lambda: f"at least {value} is needed",
        "maximum": lambda: f"at most {value} is allowed",
        "exclusiveMinimum": lambda: f"more than {value} is needed",
        "exclusiveMaximum": lambda: f"less than {value} is needed",
        "minItems": lambda: f"a list of at least {value} is needed",
        "maxItems": lambda: f"a list of at most {value} is needed",
        "minProperties": lambda: f"at least {value} entry is needed",
        "minLength": lambda: "a text that is not empty is needed",
        "uniqueItems": lambda: "every value may stand there once",
        "pattern": lambda: "letters, digits and underscores are allowed",
    }.get(error.validator, lambda: error.message)()


def yaml_word(value: Any) -> str:
    """A value of the schema as a configuration writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def image_notes(datasets: Mapping[str, Mapping[str, Any]], used: Iterable[str]) -> dict[str, str]:
    """What a configuration's `datasets` note of the images of those `used`, where they note anything."""
    return {name: datasets[name]["note"] for name in dict.fromkeys(used) if "note" in datasets.get(name, {})}
