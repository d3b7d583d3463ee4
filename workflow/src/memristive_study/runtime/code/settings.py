"""Which entries of the simulator's tables the settings of a job use, so that others may come and go without a rerun."""

import json
from collections.abc import Iterable

from memristive.core.setting import GROUPS, Setting
from memristive_study.runtime.code.modules import Sources

DEVICES = "memristive.devices:DEVICES"
NONIDEALITIES = "memristive.arrays.nonidealities"


def used_by(settings: Iterable[Setting], sources: Sources) -> dict[str, set[str]]:
    """What `code_hash` takes as `used` for a job that carries out `settings`.

    Of the devices those that are named count, of the non-idealities those of which a setting mentions a field: that
    one whose fields are all neutral changes nothing is what neutral means.
    """
    distinct = dict.fromkeys(settings)
    possible = {name.rpartition(".")[2] for name in sources.children(NONIDEALITIES)}
    active = {group for setting in distinct for group in _mentioned(setting)} & possible
    return {
        DEVICES: {each.device.name for setting in distinct for each in setting.every()},
        NONIDEALITIES: active,
        f"{NONIDEALITIES}:AFTER_PROGRAMMING": active,
        "memristive.core.setting:Setting": (set(GROUPS) - possible) | active | {"layers"},
    }


def _mentioned(setting: Setting) -> set[str]:
    """The groups with a field that is not neutral, in the network's setting or in that of some layers."""
    fields = json.loads(setting.canonical())
    layers = fields.pop("layers", {})
    return {name.split(".")[0] for names in (fields, *layers.values()) for name in names}
