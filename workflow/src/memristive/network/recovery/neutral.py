"""A setting without what is fixed on training images, for what is done before there is a chip."""

from typing import Any

from memristive.core.setting import FIELDS, Setting


def uncalibrated(setting: Setting) -> Setting:
    """`setting` whose converters range themselves, without errors, and whose inputs are continuous."""
    errors = dict.fromkeys(("adc.offset", "adc.gain", "adc.inl", "adc.noise"), 0.0)
    ranged = {"adc.range": "auto", "adc.fit": "power_of_two", "dac.bits": None, "dac.serial": False}
    return everywhere(setting, errors | ranged)


def everywhere(setting: Setting, values: dict[str, Any]) -> Setting:
    """`setting` with these values of fields, by dotted name, in every layer."""
    layers = {
        pattern: {name: value for name, value in fields if name not in values} for pattern, fields in setting.layers
    }
    return setting.replace(**values, layers={pattern: fields for pattern, fields in layers.items() if fields})


def neutral(group: str) -> dict[str, Any]:
    """The fields of `group` at their neutral values, by dotted name."""
    return {name: found.neutral for name, found in FIELDS.items() if name.startswith(f"{group}.")}
