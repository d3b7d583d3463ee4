"""The reference of configuration keys says what the schema says, and the schema knows every field."""

import yaml

from memristive.core.setting import SHORT_NAMES
from memristive.devices.vteam import ALLOWED
from memristive_study.config.check import SCHEMA
from memristive_study.config.reference import REPOSITORY, reference


def test_the_reference_is_what_the_schema_says():
    written = (REPOSITORY / "config" / "README.md").read_text(encoding="utf-8")
    assert written == reference(), "run python -m memristive_study.config.reference"


def test_every_key_is_explained():
    lines = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(lines) > 90
    assert not [line for line in lines if line.split("|")[2].strip() == ""]


def test_the_schema_names_the_fields_of_settings_and_devices():
    definitions = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    assert set(definitions["setting"]["properties"]) == set(SHORT_NAMES)
    assert set(definitions["device"]["properties"]) == {*ALLOWED, "name", "source", "hysteresis", "switching"}
