"""The reference of keys and the schema for editors say what the declarations say."""

import json
import re

import jsonschema
import pytest
import yaml

from memristive.core.setting import FIELDS
from memristive.devices.vteam import ALLOWED
from memristive_study.config.devices import PARAMETERS
from memristive_study.config.reference import REPOSITORY, reference
from memristive_study.config.schema import SCHEMA, schema

STUDIES = [
    REPOSITORY / "config.yaml",
    *sorted(path for path in REPOSITORY.glob("profiles/*/*.yaml") if path.name != "config.yaml"),
    *sorted(REPOSITORY.glob("examples/*.yaml")),
    *sorted(REPOSITORY.glob("tests/**/*_study.yaml")),
]


def test_the_reference_is_up_to_date():
    written = (REPOSITORY / "config" / "README.md").read_text(encoding="utf-8")
    assert written == reference(), "run python -m memristive_study.config.reference"


def test_the_schema_is_up_to_date():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema(), "run python -m memristive_study.config.schema"


def test_every_key_is_explained():
    lines = [line.split(" | ") for line in reference().splitlines() if line.startswith(("| `", "| (`"))]
    assert len(lines) > 90
    assert not [line for line in lines if line[-3].strip() == ""]


def test_every_field_and_every_parameter_of_a_device_is_listed():
    text = reference()
    assert not [name for name, field in FIELDS.items() if f"`{name}`" not in text or f"| `{field.short}` |" not in text]
    assert set(PARAMETERS) == set(ALLOWED)
    assert not [name for name in ALLOWED if f"`devices.<name>.{name}`" not in text]


def nodes(node):
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def test_an_editor_shows_the_meaning_of_every_key():
    jsonschema.Draft202012Validator.check_schema(schema())
    definitions = schema()["$defs"]
    for node in nodes(schema()):
        for name, child in node.get("properties", {}).items():
            target = definitions[child["$ref"].rsplit("/", 1)[1]] if "$ref" in child else child
            group = "additionalProperties" in target or "anyOf" in target or "array" in str(target)
            assert target.get("description") or group, name
    assert definitions["inputs.max_voltage"]["description"].endswith("(V).")


class Yaml12(yaml.SafeLoader):
    """Reads 1e4 as a number, as editors do."""


Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)[eE][-+]?\d+$"), list("-+.0123456789")
)


def read(text):
    return yaml.load(text, Yaml12)


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: "/".join(path.parts[-2:]))
def test_an_editor_finds_nothing_wrong_with_our_studies(validator, path):
    assert not list(validator.iter_errors(read(path.read_text())))


@pytest.mark.parametrize(
    "text",
    [
        "stady: mine",
        "seed: one",
        "repeats: 0",
        "training: {folds: 1}",
        "training: {settings: {epoch: 1}}",
        "networks: {a/b: {dataset: mnist}}",
        "run: {networks: [mnist, mnist]}",
        "setting: {adc_bit: 8}",
        "setting: {adc_bits: 1}",
        "setting: {adc.bits: eight}",
        "setting: {adc: {bit: 8}}",
        "setting: {layers: {fc*: {adc.bits: 99}}}",
        "experiments: {mine: {parts: {paper: {grid: {adc_bits: 8}}}}}",
        "experiments: {mine: {parts: {paper: {grid: {adc.bits: [1]}}}}}",
        "experiments: {mine: {parts: {paper: {grid: {device: {r_on: [-1]}}}}}}",
        "devices: {mine: {r_on: -1}}",
    ],
)
def test_an_editor_marks_what_is_wrong(validator, text):
    assert list(validator.iter_errors(read(text)))


@pytest.mark.parametrize(
    "text",
    [
        "setting: {adc_bits: null, adc.bits: 6, adc: {bits: 8}, device: mine}",
        "setting: {device: {r_on: 100, name: mine}, layers: {fc*: {adc: {bits: 4}}}}",
        "experiments: {any_name: {parts: {p: {grid: {device: [mine], adc: {bits: [4, null]}, sigma: null}}}}}",
        "experiments: {input_voltage: {parts: {batch: null}}}",
        "experiments: {retention: null}",
        "networks: {größe: {dataset: mnist}}",
    ],
)
def test_an_editor_takes_every_spelling(validator, text):
    assert not list(validator.iter_errors(read(text)))
