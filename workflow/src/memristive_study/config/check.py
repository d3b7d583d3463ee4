"""A configuration, validated and in one form: the first thing that is wrong, as one line.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from memristive import devices
from memristive.arrays import together
from memristive.core.errors import InputError
from memristive_study.config import limits
from memristive_study.config.architectures import check_architecture
from memristive_study.config.images import check_counts
from memristive_study.config.references import check_references, without_null
from memristive_study.config.spelling import spelled
from memristive_study.config.study import Study
from memristive_study.config.words import validated


def checked(config: Mapping[str, Any], sources: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """`config` as plain data in one form: what it says, no defaults, no null entries, fields under dotted names.

    `sources` are the contents of the files that it was merged from, later ones winning; they decide where files spell
    a field in different ways. Raises InputError for the first key or value that is not allowed, also where a device
    of a user's own lacks something, or where the package of a network or the file of a data set is not there.
    """
    limits.check_values(config)
    study = validated(Study, spelled(config, sources))
    found = without_null(study.model_dump(exclude_unset=True))
    check_references(found)
    limits.check_evaluations(found)
    check_counts(found)
    devices.table(found["devices"])
    for name, entry in found["networks"].items():
        check_architecture(f"networks: {name}: architecture", entry["architecture"])
    used = {found["networks"][name]["dataset"] for name in found["run"]["networks"]}
    for name, entry in found["datasets"].items():
        if name in used and entry["source"] == "npz" and not Path(entry["path"]).exists():
            raise InputError(f"datasets: {name}: path: {entry['path']!r} is not there; an .npz file is needed")
    return found


def warnings(settings: Iterable[tuple[str, Any]]) -> list[str]:
    """One line for each choice that is possible and probably not meant, from settings by the place of their grid."""
    found: dict[str, dict[str, None]] = {}
    for place, setting in settings:
        for line in (doubt for each in setting.every() for doubt in _doubts(each)):
            found.setdefault(line, {})[place] = None
    return [f"{line} ({', '.join(places)})" for line, places in found.items()]


def _doubts(setting: Any) -> Iterator[str]:
    yield from together.doubts(setting)
    if setting.array.scheme == "single_column":
        yield "scheme: single_column maps negative weights to 0, as MemTorch does; trained networks have them"
    ageing, device = setting.endurance, setting.device
    if ageing.active and ageing.operation_mode == "sudden":
        for name in ("stable_resistance_lrs", "stable_resistance_hrs"):
            value = getattr(ageing, name)
            if not device.r_on <= value <= device.r_off:
                yield (
                    f"{name}: {value:g} ohm, to which states fail, is outside of the device's own resistances, "
                    f"{device.name} {device.r_on:g} to {device.r_off:g} ohm"
                )
