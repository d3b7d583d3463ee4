"""Sizes that a configuration may have, checked before anything grows with them."""

import math
from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError

VALUES = 100_000  # in a configuration, aliases written out
EVALUATIONS = 100_000  # of a study; reading so many takes Snakemake minutes
# A file name has at most 255 bytes. That of an unfinished record adds a point, a hyphen, 8 letters and `.json`.
LABEL = 255 - 15


def check_values(config: Mapping[str, Any]) -> None:
    """InputError where a key of `config` holds itself or more than `VALUES` values, as a few YAML aliases may make."""
    sizes: dict[int, float] = {}
    for key, value in config.items():
        try:
            size = _size(value, sizes)
        except RecursionError:
            raise InputError(f"{key}: is nested too deeply") from None
        if math.isinf(size):
            raise InputError(f"{key}: contains itself, by an alias")
        if size > VALUES:
            raise InputError(f"{key}: holds more than {VALUES:,} values, aliases written out; fewer are needed")


def _size(value: Any, sizes: dict[int, float]) -> float:
    """Values in `value`; infinity where it contains itself. `sizes` has those already known, by identity."""
    if not isinstance(value, Mapping | list):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = math.inf  # until it is known
        items = value.values() if isinstance(value, Mapping) else value
        sizes[id(value)] = 1 + sum(_size(item, sizes) for item in items)
    return sizes[id(value)]


def check_evaluations(config: Mapping[str, Any]) -> None:
    """InputError where the experiments and choices that a valid `config` runs make more than `EVALUATIONS`."""
    run = config["run"]
    made: dict[str, int] = {}
    for name in run["experiments"]:
        entry = config["experiments"][name]
        networks = sum(network in run["networks"] for network in entry["networks"])
        for part, described in entry["parts"].items():
            grid = described.get("grid", {})
            made[f"experiments: {name}: parts: {part}: grid"] = networks * math.prod(map(len, grid.values()))
    for name in run["choices"]:
        entry = config["choices"]["alternatives"][name]
        each = len(entry["points"]) * len(entry.get("semantics", ["physical"])) * len(run["networks"])
        made[f"choices: alternatives: {name}"] = each * (1 + len(entry.get("values", ["network"])))
    if sum(made.values()) > EVALUATIONS:
        place = max(made, key=made.__getitem__)
        part, whole = (f"{n:,}" if n < 10**12 else "over 10^12" for n in (made[place], sum(made.values())))
        raise InputError(f"{place}: makes {part} of {whole} evaluations; a study may have {EVALUATIONS:,}")


def check_label(place: str, label: str) -> None:
    """InputError where a setting's label is too long for the name of a file; `place` is where its grid stands."""
    if len(label.encode()) > LABEL:
        raise InputError(
            f"{place}: the label {label[:40]}... is {len(label.encode())} bytes long, and a file name has room for "
            f"{LABEL}; sweep fewer fields in one part, or fields with shorter names"
        )
