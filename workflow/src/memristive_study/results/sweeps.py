"""Which fields an experiment sweeps, and their values as texts, in an order, on an axis."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from memristive.core.setting import FIELDS

_DECLARED = {found.short: found for found in FIELDS.values()}


def swept(frame: pd.DataFrame, semantics: bool = False) -> list[str]:
    """Short names of the fields that take several values in rows of an experiment, that with the most values first.

    A field that follows from those before it, as the resistances do from the device, is not among them; nor, unless
    asked for, is `semantics`, whose values figures and sentences tell apart by themselves.
    """
    fields = [name for name in _DECLARED if name in frame and (semantics or name != "semantics")]
    texts = frame[fields].map(text)
    counts = texts.nunique()
    found: list[str] = []
    for name in sorted((name for name in fields if counts[name] > 1), key=lambda name: -counts[name]):
        if not found or (texts.groupby(found)[name].nunique() > 1).any():
            found.append(name)
    return found


def title(field: str) -> str:
    """A field's dotted name, with its unit where it has one."""
    declared = _DECLARED[field]
    return f"{declared.name} ({declared.unit})" if declared.unit else declared.name


def where(row: Any, fields: Sequence[str]) -> str:
    """Values of some fields in a row: "adc.bits 6, variability.sigma 20"."""
    return ", ".join(f"{named(name)} {text(row[name]) or 'none'}" for name in fields)


def named(field: str) -> str:
    """Dotted name of a field by its short form."""
    return _DECLARED[field].name


def text(value: Any) -> str:
    """A value for readers; empty where the field is not set."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_ordered(value: Any) -> bool:
    """Whether a value is a number, a shape or not set, so that a line between it and others of a field means something.

    Words, such as names of devices, are not.
    """
    return not text(value) or order(value)[0] < math.inf


def order(value: Any) -> tuple[float, str]:
    """By what values are ordered: numbers by size, shapes such as 64x64 by their first number, what is not set last."""
    shown = text(value)
    head = shown.split("x")[0]
    try:
        return float(head or "inf"), shown
    except ValueError:
        return math.inf, shown
