"""Which settings of a study both engines carry out, and when they agree.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from memristive.core.setting import FIELD_NAMES, Setting

COLUMNS = (
    "experiment",
    "network",
    "setting",
    "images",
    "max_abs_difference",
    "max_abs_logit",
    "same_predictions",
    "codes",
    "codes_differing",
    "codes_unexplained",
    "max_relative_conductance_difference",
    "max_relative_line_difference",
    "passed",
)

LOGIT_TOLERANCE = 1e-5  # of the largest logit
CODES_PER_FLIP = 100_000  # at most one code in so many may differ
CONDUCTANCE_TOLERANCE = 1e-6  # of each conductance
LINE_TOLERANCE = 1e-5  # of the coefficient; of the largest digital output for the intercept


def passed(row: Mapping[str, Any]) -> bool:
    """Whether the engines agree, from the other columns of a row.

    They agree if
    - our own mapping and non-idealities give MemTorch's conductances, and our tuning its line;
    - no code differs but for the order of summation (see `validation.unexplained`), and then at
      most one in `CODES_PER_FLIP`, layer by layer on identical inputs;
    - the logits are equal to rounding and every prediction is the same. Only a code that differed,
      as above, may break this: what follows it sees another input.
    """
    same_logits = row["max_abs_difference"] <= LOGIT_TOLERANCE * row["max_abs_logit"]
    flips = row["codes_differing"]
    return bool(
        row["max_relative_conductance_difference"] <= CONDUCTANCE_TOLERANCE
        and row["max_relative_line_difference"] <= LINE_TOLERANCE
        and row["codes_unexplained"] == 0
        and flips * CODES_PER_FLIP <= row["codes"]
        and ((same_logits and row["same_predictions"]) or flips > 0)
    )


def comparable(setting: Setting) -> Setting:
    """`setting` as far as MemTorch can carry it out."""
    return setting.replace(semantics="memtorch", accumulate=None, rescale_output=False, adc_range="auto")


def extremes(*grids: Sequence[tuple[str, Setting]]) -> list[tuple[str, Setting]]:
    """The settings, with their labels, that stand for an experiment in the validation.

    Of each grid (a part of the experiment) the first and the last, and those in which every varying
    field has its lowest or its highest value (the corners); beyond two varying fields only the two
    opposite corners. Each is made `comparable`, and equal ones are taken once, under the first label.
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
