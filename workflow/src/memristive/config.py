"""The configuration against its schema: the first thing that is wrong, as one line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memristive.errors import InputError
from memristive.setting import unknown_key

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.schema.yaml"


def check(config: Mapping[str, Any]) -> None:
    """InputError unless `config` is what the schema describes: key, value and what is allowed."""
    import jsonschema
    import yaml

    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        raise InputError(_line(errors[0]))


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
        "enum": lambda: f"allowed are {', '.join(str(item) for item in value)}",
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


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
