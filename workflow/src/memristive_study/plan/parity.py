"""Which settings of a study are also carried out by MemTorch, and the columns of their comparison.

Imported when Snakemake reads the workflow, so it imports no torch.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from memristive.core.setting import FIELD_NAMES, Setting
from memristive.memtorch import criterion
from memristive.memtorch.limits import comparable

COLUMNS = ("experiment", "network", "setting", *criterion.COLUMNS)


def extremes(*grids: Sequence[tuple[str, Setting]]) -> list[tuple[str, Setting]]:
    """The settings, with their labels, that stand for an experiment in the validation.

    From each grid (a part of the experiment) come the first and the last setting, and those in which every varying
    field has its lowest or its highest value (the corners); beyond two varying fields only the two opposite corners.
    Each is made `comparable`, and equal ones are taken once, under the first label.
    """
    chosen: dict[Setting, str] = {}
    for grid in grids:
        for label, setting in _corners(grid):
            chosen.setdefault(setting, label)
    return [(label, setting) for setting, label in chosen.items()]


def _corners(settings: Sequence[tuple[str, Setting]]) -> list[tuple[str, Setting]]:
    grid: dict[Setting, str] = {}
    for label, setting in settings:
        grid.setdefault(comparable(setting), label)
    kept = list(grid)
    ends = [_ends([setting[name] for setting in kept]) for name in FIELD_NAMES]
    varying = [(name, pair) for name, pair in zip(FIELD_NAMES, ends, strict=True) if pair[0] != pair[1]]
    if len(varying) <= 2:
        corners = list(itertools.product(*(pair for _, pair in varying)))
    else:
        corners = list(zip(*(pair for _, pair in varying), strict=True))
    chosen = {
        setting
        for setting in kept
        if setting in (kept[0], kept[-1]) or tuple(setting[name] for name, _ in varying) in corners
    }
    return [(grid[setting], setting) for setting in kept if setting in chosen]


def _ends(values: list[Any]) -> tuple[Any, Any]:
    """Lowest and highest of `values`; first and last where they have no order (None among numbers)."""
    try:
        return min(values), max(values)
    except TypeError:
        return values[0], values[-1]
