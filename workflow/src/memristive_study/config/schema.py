"""The JSON schema of a configuration for editors: ``python -m memristive_study.config.schema``.

Writes workflow/schemas/config.schema.json. An editor completes keys by it, shows their meaning and marks what is not
allowed. No key is required by it, since a study's file holds only the keys that differ; the workflow itself checks by
the declarations that the schema is made from.
"""

import json
from pathlib import Path
from typing import Any

from memristive.core.files import write_text
from memristive.core.setting import FIELDS, GROUPS, Setting
from memristive_study.config.sections import NAME_PATTERN
from memristive_study.config.study import Study
from memristive_study.config.words import with_unit

SCHEMA = Path(__file__).parents[3] / "schemas" / "config.schema.json"


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a configuration's file."""
    study = Study.model_json_schema()
    definitions = {
        **study.pop("$defs"),
        **{name: _field(name) for name in FIELDS},
        "setting": _setting(lambda name: {"$ref": f"#/$defs/{name}"}),
        "grid": _setting(lambda name: _values({"$ref": f"#/$defs/{name}"})),
    }
    definitions["setting"]["properties"]["layers"] = {
        "description": "Fields that differ in some layers, by a pattern of the layers' names (fc*).",
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/setting"},
    }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Written by python -m memristive_study.config.schema",
    }
    return head | _tidy(study | {"$defs": definitions})


def _field(name: str) -> dict[str, Any]:
    """Schema of a Setting's field, with its meaning and unit."""
    group, leaf = name.split(".")
    node = Setting.model_fields[group].annotation.model_json_schema()["properties"][leaf]
    return node | {"description": with_unit(FIELDS[name].meaning, FIELDS[name].unit), "unit": ""}


def _values(of: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "array", "minItems": 1, "uniqueItems": True, "items": of}, {"type": "null"}]}


def _setting(node: Any) -> dict[str, Any]:
    """Fields of a setting by short form, dotted name and group; `node` gives the schema of a field."""
    fields: dict[str, Any] = {found.short: node(name) for name, found in FIELDS.items()}
    fields |= {name: node(name) for name in FIELDS}
    for group in GROUPS:
        leaves = {name.split(".")[1]: node(name) for name in FIELDS if name.startswith(f"{group}.")}
        mapping = {"type": "object", "additionalProperties": False, "properties": leaves}
        fields[group] = {"anyOf": [fields[group], mapping]} if group in fields else mapping
    return {"type": "object", "additionalProperties": False, "properties": fields}


def _tidy(node: Any) -> Any:
    """The schema without what only pydantic and the project read, with its placeholders replaced, nothing required."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("title") in ("setting", "grid"):
        return {"$ref": f"#/$defs/{node['title']}"}
    if "patternProperties" in node:  # pydantic lets other names pass
        (named,) = node["patternProperties"].values()
        names = {"pattern": NAME_PATTERN, **node.get("propertyNames", {})}
        node = {key: value for key, value in node.items() if key != "patternProperties"}
        node |= {"propertyNames": names, "additionalProperties": named}
    if isinstance(node.get("unit"), str) and node["unit"]:
        node = node | {"description": with_unit(node["description"], node["unit"])}
    if "properties" in node and "title" in node:  # a section; null counts as not given for its optional keys
        needed = node.get("required", ())
        given = {name: child if name in needed else _nullable(child) for name, child in node["properties"].items()}
        node = node | {"properties": given}
    return {
        key: {name: _tidy(child) for name, child in value.items()} if key in ("properties", "$defs") else _tidy(value)
        for key, value in node.items()
        if key not in ("title", "default", "required", "unit", "allowed", "neutral", "short", "per_layer")
    }


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    null = {"type": "null"}
    if null in node.get("anyOf", ()):
        return node
    described = {key: node[key] for key in ("description", "unit") if key in node}
    return described | {"anyOf": [{key: value for key, value in node.items() if key not in described}, null]}


if __name__ == "__main__":
    write_text(SCHEMA, json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")
