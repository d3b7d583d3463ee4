"""Quantities of the ADC's resolution and range, and of the tile shape."""

import math
from typing import Any

import pandas as pd

from memristive_study.claims.evidence import Evidence, Found, Quantity
from memristive_study.results.differences import at, difference, smallest, spread

EXPERIMENT = "adc_tile"


def devices(tile_shape: Any) -> float:
    """Devices of a tile from its text, 64x64; infinitely many where the layer is one array (an empty field)."""
    return math.prod(map(int, tile_shape.split("x"))) if isinstance(tile_shape, str) else math.inf


def smallest_loss_below(bits: int, tile_shape: str) -> Quantity:
    """The least that a resolution below `bits` costs against the highest, on tiles of one shape."""

    def quantity(evidence: Evidence) -> list[Found]:
        found = []
        for name, semantics, _, rows in evidence.groups(_on(evidence, tile_shape)):
            best = rows[rows["adc_bits"] == rows["adc_bits"].max()]
            low = sorted(b for b in rows["adc_bits"].dropna().unique() if b < bits)
            if low and best["adc_bits"].iloc[0] >= bits:
                cost = smallest([(best, at(rows, adc_bits=b)) for b in low])
                found.append(Found(name, cost, semantics))
        return found

    return quantity


def change_from(bits: int, tile_shape: str) -> Quantity:
    """Largest difference in accuracy among the resolutions from `bits` on, on tiles of one shape."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = _on(evidence, tile_shape)
        return [
            Found(name, spread(rows, "adc_bits"), semantics)
            for name, semantics, _, rows in evidence.groups(frame[frame["adc_bits"] >= bits])
            if rows["adc_bits"].nunique() > 1
        ]

    return quantity


def smallest_gain_of_small_tiles(evidence: Evidence) -> list[Found]:
    """The least that the smallest tiles gain over a larger shape, over all resolutions."""
    found = []
    for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper")):
        pairs = []
        for _, mine in rows.groupby("adc_bits"):
            shapes = sorted(mine["tile_shape"].unique(), key=devices)
            pairs += [(at(mine, tile_shape=shapes[0]), at(mine, tile_shape=larger)) for larger in shapes[1:]]
        if pairs:
            found.append(Found(name, smallest(pairs), semantics))
    return found


def change_over_tiles(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the tile shapes, at the resolution where it is largest."""
    return [
        Found(name, spread(rows, "tile_shape", ["adc_bits"]), semantics)
        for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper"))
        if rows.groupby("adc_bits")["tile_shape"].nunique().max() > 1
    ]


def cost_of_fixed_range(evidence: Evidence) -> list[Found]:
    """Cost of an ADC of a fixed range against the auto-ranging one, at the most bits and at the fewest."""
    fixed, paper = evidence.frame(EXPERIMENT, "range"), evidence.frame(EXPERIMENT, "paper")
    found = []
    for name, semantics, _, rows in evidence.groups(fixed):
        auto = at(paper, network=name, semantics=semantics, tile_shape=rows["tile_shape"].iloc[0])
        shared = sorted(set(rows["adc_bits"].dropna()) & set(auto["adc_bits"].dropna()), reverse=True)
        for bits in dict.fromkeys([shared[0], shared[-1]] if shared else []):
            cost = difference(at(auto, adc_bits=bits), at(rows, adc_bits=bits))
            found.append(Found(name, cost, semantics, f"{bits:g} bits"))
    return found


def _on(evidence: Evidence, tile_shape: str) -> pd.DataFrame:
    return at(evidence.frame(EXPERIMENT, "paper"), tile_shape=tile_shape)
