"""The entries of the library's tables that a job uses, so that others may come and go without a rerun."""

import dataclasses
import json
from collections.abc import Iterable

from memristive.core.setting import GROUPS, Setting
from memristive_study.results.paper import Paper
from memristive_study.runtime.code.modules import Sources

DEVICES = "memristive.devices:DEVICES"
CONVERTERS = "memristive.converters:CONVERTERS"
NONIDEALITIES = "memristive.arrays.nonidealities"
RECOVERY = "memristive.network.recovery"
PAPERS = "memristive_study.papers"


def by_settings(settings: Iterable[Setting], sources: Sources) -> dict[str, set[str]]:
    """The argument `used` of `code_hash` for a job that carries out `settings`.

    Of the devices and the converters those that are named count, of the non-idealities those of which a setting
    mentions a field: that one whose fields are all neutral changes nothing is what neutral means. Likewise of
    recovery the options that are on.
    """
    distinct = dict.fromkeys(settings)
    possible = {name.rpartition(".")[2] for name in sources.children(NONIDEALITIES)}
    active = {group for setting in distinct for group in _mentioned(setting)} & possible
    return {
        DEVICES: {each.device.name for setting in distinct for each in setting.every()},
        CONVERTERS: {each.adc.quantisation for setting in distinct for each in setting.every()},
        NONIDEALITIES: active,
        f"{NONIDEALITIES}:AFTER_PROGRAMMING": active,
        RECOVERY: {name for setting in distinct for each in setting.every() for name in each.recovery.options},
        "memristive.core.setting:Setting": (set(GROUPS) - possible) | active | {"layers"},
    }


def of_paper(key: str, without: Iterable[str]) -> dict[str, set[str]]:
    """The argument `used` of `code_hash` for a job that compares with the paper `key`, if any.

    Args:
        without: attributes of `results.paper.Paper` that the job does not read.
    """
    if not key:
        return {PAPERS: set()}
    return {PAPERS: {key}, f"{PAPERS}.{key}:PAPER": {each.name for each in dataclasses.fields(Paper)} - set(without)}


def _mentioned(setting: Setting) -> set[str]:
    """The groups with a field that is not neutral, in the network's setting or in that of some layers."""
    fields = json.loads(setting.canonical())
    layers = fields.pop("layers", {})
    return {name.split(".")[0] for names in (fields, *layers.values()) for name in names}
