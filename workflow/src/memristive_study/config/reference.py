"""The reference of all configuration keys, from the schema: ``python -m memristive_study.config.reference``.

Writes config/README.md, where the workflow catalogue looks for it.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from memristive.core.files import write_text
from memristive.core.setting import FIELDS as DECLARED
from memristive_study.config.check import SCHEMA, yaml_word

REPOSITORY = Path(__file__).parents[4]
HEAD = """# Configuration

The study is described by [`config.yaml`](../config.yaml) at the top of the repository, in which every number has a
comment. Another study is a smaller file with the keys that differ:
`snakemake --cores 6 --configfile my_study.yaml -- all` (see `examples/` and `profiles/`); mappings are merged, so
networks and experiments are left out by the lists under `run`. A configuration can name Python code that is then run
(`architecture`): treat one from elsewhere as you treat code.

All keys, written by `python -m memristive_study.config.reference` from `workflow/schemas/config.schema.yaml`; `<name>`
stands for a name of your own. Default is what `config.yaml` says, or what holds where it says nothing.
"""
# What several keys have in common is listed once.
LISTED = ("training.settings", "devices.<name>")
FIELDS = {found.short: found for found in DECLARED.values()}
TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "array": "list",
}


def reference() -> str:
    """All keys of a configuration as Markdown tables, one a section."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    parts = [HEAD]
    simple = [(key, entry) for key, entry in schema["properties"].items() if not _children(_resolved(entry, schema))]
    parts.append(_table([(key, entry, config.get(key)) for key, entry in simple]))
    for key, entry in schema["properties"].items():
        resolved = _resolved(entry, schema)
        if _children(resolved):
            rows = list(_rows(key, resolved, config.get(key), schema))
            parts.append(f"## {key}\n\n{resolved['description']}\n\n{_table(rows)}")
    return "\n".join(parts)


def _rows(path: str, entry: Mapping[str, Any], default: Any, schema: Mapping[str, Any]) -> Iterator[tuple]:
    """Key, its schema and its default of everything below `path`."""
    for name, child in _children(entry).items():
        below = f"{path}.{name}"
        resolved = _resolved(child, schema)
        value = default.get(name) if isinstance(default, Mapping) else None
        if path == "setting":
            value = (default or {}).get(name, FIELDS[name].default)
        if not _children(resolved) or ("$ref" in child and below not in LISTED):
            yield below, resolved, value
        else:
            if "description" in resolved:
                yield below, {"description": resolved["description"]}, None
            yield from _rows(below, resolved, value, schema)


def _resolved(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`entry` with what it refers to, its own words winning."""
    if "$ref" not in entry:
        return dict(entry)
    return {**schema["$defs"][entry["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in entry.items() if k != "$ref"}}


def _children(entry: Mapping[str, Any]) -> dict[str, Any]:
    others = entry.get("additionalProperties")
    named = {"<name>": others} if isinstance(others, Mapping) and others.get("type") != "array" else {}
    return {**entry.get("properties", {}), **named}


def _table(rows: list[tuple[str, Mapping[str, Any], Any]]) -> str:
    lines = ["| key | meaning | allowed | default |", "| --- | --- | --- | --- |"]
    for key, entry, default in rows:
        shown = "" if default is None or isinstance(default, Mapping) else f"`{json.dumps(default)}`"
        cells = (f"`{key}`", entry.get("description", ""), _allowed(key, entry), shown)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _allowed(key: str, entry: Mapping[str, Any]) -> str:
    if field := FIELDS.get(key.removeprefix("setting.")):
        return ", ".join(field.choices) or field.kind
    if choices := entry.get("enum"):
        return ", ".join(map(yaml_word, choices))
    kinds = entry.get("type", "")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    words = " or ".join(TYPES.get(kind.split("[")[0], kind) for kind in kinds if kind != "object")
    bounds = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return " ".join([words, *(f"{word} {entry[bound]}" for bound, word in bounds.items() if bound in entry)]).strip()


if __name__ == "__main__":
    write_text(REPOSITORY / "config" / "README.md", reference())
