"""A setting from the command line: name=value, or files of names and values."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive.core.grid import expand
from memristive.core.setting import Setting, dotted

SHAPE = re.compile(r"\d+(x\d+)+")


def read_settings(given: Sequence[str], sweeps: Sequence[str] = ()) -> list[tuple[str, Setting]]:
    """Label and setting of every combination of the sweeps' values over the given fields; one without a sweep.

    Args:
        given: `name=value` or files; of two values of a field the later one counts.
        sweeps: `name=value,value,...`.

    Raises:
        InputError: a text of another form, a file that cannot be read, or what `Setting` refuses.
    """
    fixed: dict[str, Any] = {}
    for entry in given:
        fixed |= dotted(_fields(entry))
    grid: dict[str, list[Any]] = {}
    for entry in sweeps:
        name, text = pair("sweep", entry, "name=value,value,...")
        if name in grid:
            raise InputError(f"sweep: {name}: is given twice")
        grid[name] = values_of(text)
    return expand(fixed, grid)


def read_setting(given: Sequence[str]) -> Setting:
    """The one setting that the given fields make."""
    return read_settings(given)[0][1]


def pair(place: str, entry: str, form: str = "name=value") -> tuple[str, str]:
    """Name and value of `name=value`; InputError where there is no equals sign."""
    name, equals, text = entry.partition("=")
    if not equals or not name.strip():
        raise InputError(f"{place}: {entry!r} is not {form}")
    return name.strip(), text.strip()


def value_of(text: str) -> Any:
    """What a value says: JSON (6, 0.5, true, null, [64, 64]), 64x64 for a shape, and otherwise itself."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    if SHAPE.fullmatch(text):
        return [int(part) for part in text.split("x")]
    try:
        return float(text)
    except ValueError:
        return text


def values_of(text: str) -> list[Any]:
    """Values between commas."""
    try:
        return json.loads(f"[{text}]")
    except ValueError:
        return [value_of(part.strip()) for part in text.split(",")]


def _fields(entry: str) -> dict[str, Any]:
    path = Path(entry)
    if "=" in entry and not path.is_file():
        name, text = pair("setting", entry)
        return {name: value_of(text)}
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise InputError(f"setting: {entry!r} is not name=value, and not a .yaml or .json file")
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except FileNotFoundError:
        raise InputError(f"setting: {entry}: no such file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"setting: {entry}: cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(found, dict):
        raise InputError(f"setting: {entry}: {type(found).__name__} is not a mapping of fields")
    return {str(name): value for name, value in found.items()}


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise InputError(
            "setting: a .yaml file needs pyyaml: pip install 'memristive[cli]'; .json needs none"
        ) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(error) from None
