"""The evaluations of the first published study, frozen: every setting, seed and result of its networks.

`real/published_rows.csv.gz` holds them as they were published at commit bc08e9742a39, without the columns in seconds.
Its columns keep the names of that time; `FIELDS` is the one place that says what they are called today. Its networks
are the strong ones of `workflow/resources/pretrained`; `study` reads the rows of a study that is published now.

What `physical` means was repaired afterwards, in three facts: resistances that cannot be negative, conductance states
that all devices have in common, and a device that ages once. `PHYSICAL` is what it meant then.
"""

import csv
import dataclasses
import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from memristive import Setting
from memristive.arrays import semantics
from memristive_study.config.references import without_null
from memristive_study.plan.plan import Plan

PATH = Path(__file__).parent / "real" / "published_rows.csv.gz"
# SHA-256 of the weights that the rows were computed with.
WEIGHTS = {
    "mnist": "15c0573745b9ce6eb5f6cd9be2160e736e9697c6a1d2f0d7e2e1556cb4434e5f",
    "cifar10": "0d7a3a0d2aac777a1571b79f44017fca3c82454cc7cb89dee69b8f358545968f",
    "cifar100": "4f35c814b55ee1969a2d0bda4f585943de5561dbe8e75dc0475df10d191587e0",
}
Row = Mapping[str, str]
PHYSICAL = dataclasses.replace(semantics.PHYSICAL, resistances="floored", states="own", ages_in_turn=True)


def _list(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [kind(item) for item in text.split("x")]


def _truth(text: str) -> bool:
    return {"True": True, "False": False}[text]


# Published column: (the Setting's field today, how its text is read). An empty text is null.
FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "device": ("device.name", str),
    "r_on": ("device.r_on", float),
    "r_off": ("device.r_off", float),
    "transistor": ("array.transistor", _truth),
    "scheme": ("array.scheme", str),
    "p_l": ("array.p_l", float),
    "layer_types": ("array.layer_types", _list(str)),
    "tile_shape": ("array.tile_shape", _list(int)),
    "max_input_voltage": ("inputs.max_voltage", float),
    "rescale_output": ("inputs.rescale_output", _truth),
    "adc_bits": ("adc.bits", int),
    "adc_quantisation": ("adc.quantisation", str),
    "adc_overflow_rate": ("adc.overflow_rate", float),
    "adc_range": ("adc.range", str),
    "calibration_images": ("adc.calibration_images", int),
    "tuning": ("tuning.when", str),
    "sigma": ("variability.sigma", float),
    "conductance_states": ("states.count", int),
    "stuck_at_lrs": ("faults.stuck_at_lrs", float),
    "stuck_at_hrs": ("faults.stuck_at_hrs", float),
    "cycles": ("endurance.cycles", float),
    "operation_mode": ("endurance.operation_mode", str),
    "temperature": ("endurance.temperature", float),
    "temperature_threshold": ("endurance.temperature_threshold", float),
    "cell_size": ("endurance.cell_size", float),
    "p_lrs": ("endurance.p_lrs", _list(float)),
    "p_hrs": ("endurance.p_hrs", _list(float)),
    "stable_resistance_lrs": ("endurance.stable_resistance_lrs", float),
    "stable_resistance_hrs": ("endurance.stable_resistance_hrs", float),
    "retention_time": ("retention.time", float),
    "drift_coefficient": ("retention.drift_coefficient", float),
    "initial_time": ("retention.initial_time", float),
    "semantics": ("arithmetic.semantics", str),
    "accumulate": ("arithmetic.accumulate", {"memtorch": "separate", "fused": "fused"}.__getitem__),
    "batch_size": ("arithmetic.batch_size", int),
}
RESULTS = ("images", "correct", "accuracy", "classes_predicted")


def read() -> list[Row]:
    """All rows, as text, in the order of publication."""
    with gzip.open(PATH, "rt", newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def study(folder: Path) -> tuple[Plan, list[Row]]:
    """What the study published in `folder` planned, by its own `config.yaml`, and its rows, file by file."""
    rows = []
    for path in sorted((folder / "experiments").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            rows += [row for row in csv.DictReader(stream) if "label" in row]
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    return Plan(without_null(config)), rows  # with null a published study takes back what config.yaml has


def setting_of(row: Row) -> Setting:
    """The Setting of a row, every field given."""
    return Setting.from_dict({name: read(row[old]) if row[old] else None for old, (name, read) in FIELDS.items()})


def results_of(row: Row) -> dict[str, float]:
    """What was measured, as numbers."""
    return {name: float(row[name]) for name in RESULTS}


def some(rows: Sequence[Row], most: Mapping[str, int]) -> list[Row]:
    """At most `most[network]` rows, evenly spread, of each part of an experiment on a network under one semantics.

    Batches of one image are left out, which take longest.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row["batch_size"] == "1":
            continue
        groups.setdefault(tuple(row[key] for key in ("experiment", "network", "part", "semantics")), []).append(row)
    chosen = []
    for (_, network, _, _), group in groups.items():
        count = min(most[network], len(group))
        chosen += [group[number * (len(group) - 1) // max(count - 1, 1)] for number in range(count)]
    return chosen


def weights_are_those(network: str, path: Path) -> bool:
    """Whether `path` holds the weights that the rows of `network` were computed with."""
    return hashlib.sha256(path.read_bytes()).hexdigest() == WEIGHTS[network]
