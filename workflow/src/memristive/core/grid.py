"""Grids of settings, their labels, and values as text."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import Setting, full_name


def expand(
    fixed: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    complete: Callable[[dict[str, Any]], Mapping[str, Any]] = dict,
) -> list[tuple[str, Setting]]:
    """Every combination of `grid`'s values over `fixed`, each with a label made of its swept values.

    Keys are dotted names or short forms; labels serve as file names and hold dotted ones. The last key of `grid`
    varies fastest. `complete` adds to the fields of each setting, by dotted name, what these imply.

    Raises InputError on an empty list of values, on a key that is both fixed and swept, on two equal settings and on
    two equal labels.
    """
    swept = {}
    stated = {full_name(key, key) for key in fixed}
    for key, values in grid.items():
        name = full_name(key, key)
        if not isinstance(values, (list, tuple)) or not values:
            raise InputError(f"grid: {key}: {values!r} is not a list of at least one value")
        if name in stated:
            raise InputError(f"grid: {key}: is given twice, as a fixed value and as a grid")
        if name in swept:
            raise InputError(f"grid: {key}: is given twice, under two names")
        swept[name] = values
    settings: list[tuple[str, Setting]] = []
    labels: dict[str, Setting] = {}
    seen: dict[Setting, str] = {}
    for combination in itertools.product(*swept.values()):
        setting = Setting.from_dict(complete({**fixed, **dict(zip(swept, combination, strict=True))}))
        label = label_of(setting, swept)
        if setting in seen:
            raise InputError(f"grid: {label}: is the same setting as {seen[setting]}")
        if label in labels:
            raise InputError(f"grid: {label}: is the label of two settings")
        seen[setting], labels[label] = label, setting
        settings.append((label, setting))
    return settings


def label_of(setting: Setting, names: Sequence[str]) -> str:
    """Label of `setting` among settings that differ in the fields `names` (dotted).

    It has neither commas nor equals signs, by which cluster executors of Snakemake tell wildcards apart.
    """
    return "+".join(f"{name}-{value_text(setting[name])}" for name in names) or "single"


def value_text(value: Any) -> str:
    """`value` as part of a file name: no slash, no blank, the shortest text that is exact."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "x".join(value_text(item) for item in value) or "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
