"""The reference of configuration keys says what the schema says, and the schema knows every field."""

import yaml

from memristive.config import SCHEMA
from memristive.config_reference import REPOSITORY, reference
from memristive.devices.vteam import ALLOWED
from memristive.setting import FIELD_NAMES


def test_the_reference_is_what_the_schema_says():
    written = (REPOSITORY / "config" / "README.md").read_text(encoding="utf-8")
    assert written == reference(), "run python -m memristive.config_reference"


def test_every_key_is_explained():
    lines = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(lines) > 90
    assert not [line for line in lines if line.split("|")[2].strip() == ""]


def test_the_schema_names_the_fields_of_settings_and_devices():
    definitions = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    assert set(definitions["setting"]["properties"]) == set(FIELD_NAMES)
    assert set(definitions["device"]["properties"]) == {*ALLOWED, "name", "source", "hysteresis", "switching"}
