"""Quantities of devices that are stuck at their low (LRS) or high resistance (HRS)."""

from collections.abc import Iterator, Mapping

import pandas as pd

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.quantities.adc_tile import devices
from memristive_study.claims.quantities.input_voltage import digital_value
from memristive_study.results.differences import at, difference
from memristive_study.results.statistics import (
    POINTS,
    OneChip,
    accuracy_interval,
    extreme,
    mean_interval,
    paired_by_repeat,
    simultaneous_level,
)

EXPERIMENT = "device_faults"
SHARE = 0.05  # of the devices


def lrs_beyond_hrs(evidence: Evidence) -> list[Found]:
    """Accuracy with SHARE (or the nearest proportion that both have) stuck at HRS minus that with it stuck at LRS."""
    found = []
    for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper")):
        lrs = set(at(rows, stuck_at_hrs=0.0)["stuck_at_lrs"])
        hrs = set(at(rows, stuck_at_lrs=0.0)["stuck_at_hrs"])
        common = sorted((lrs & hrs) - {0.0}, key=lambda p: abs(p - SHARE))
        if common:
            p = common[0]
            cost = difference(at(rows, stuck_at_lrs=0.0, stuck_at_hrs=p), at(rows, stuck_at_lrs=p, stuck_at_hrs=0.0))
            found.append(Found(name, cost, semantics, note="" if p == SHARE else f"at {100 * p:g} %"))
    return found


def loss_with(lrs: float, hrs: float) -> Quantity:
    """Cost of these proportions of stuck devices against the same network without any."""

    def quantity(evidence: Evidence) -> list[Found]:
        return [
            Found(
                name,
                difference(ideal, stuck),
                semantics,
                paper=_paper_loss(evidence, name, ideal, stuck),
                chip=_one_chip(stuck, -1.0, float(ideal["accuracy"].mean())),
            )
            for name, semantics, ideal, stuck in _beside_ideal(evidence, lrs, hrs)
        ]

    return quantity


def conversion_loss(evidence: Evidence) -> list[Found]:
    """Digital accuracy minus that without stuck devices."""
    study, found = evidence.study, []
    for name, semantics, rows, _ in _beside_ideal(evidence, 0.0, 0.0):
        digital, stated = (
            study.reported(study.paper.digital_accuracy, name),
            study.stated(EXPERIMENT, name, rows.iloc[0]),
        )
        ours = digital_value(evidence, name)
        loss = accuracy_interval(rows["accuracy"]).taken_from(ours)
        paper = digital - stated if digital and stated else None
        found.append(Found(name, loss, semantics, paper=paper, chip=_one_chip(rows, -1.0, ours)))
    return found


def left_with(lrs: float, hrs: float, chance: Mapping[str, float]) -> Quantity:
    """What these proportions of stuck devices leave of a network's accuracy above chance (%).

    Args:
        chance: per cent, by network of the paper.
    """

    def quantity(evidence: Evidence) -> list[Found]:
        found = []
        for name, semantics, ideal, stuck in _beside_ideal(evidence, lrs, hrs):
            least = chance.get(evidence.networks[name].paper or "")
            if least is None:
                continue
            share = 100 / (float(ideal["accuracy"].mean()) - least)  # of what was learned, a point
            before, after = (evidence.study.stated(EXPERIMENT, name, rows.iloc[0]) for rows in (ideal, stuck))
            stated = before is not None and after is not None
            limits = (-share * least, share * (100 - least))
            found.append(
                Found(
                    name,
                    mean_interval(share * (stuck["accuracy"] - least), limits=limits),
                    semantics,
                    paper=100 * (after - least) / (before - least) if stated else None,
                    chip=_one_chip(stuck, share, -share * least),
                )
            )
        return found

    return quantity


def cost_of_large_tiles(evidence: Evidence) -> list[Found]:
    """Cost of stuck devices on the largest tiles minus that on the smallest, of all proportions the least."""
    found = []
    for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "tiles")):
        shapes = sorted(rows["tile_shape"].unique(), key=devices)
        if len(shapes) < 2:
            raise Missing("second tile shape of device faults")
        costs = [
            paired_by_repeat(at(mine, stuck_at_lrs=0.0), at(mine, stuck_at_lrs=proportion)).set_index("repeat")
            for proportion in sorted(set(rows["stuck_at_lrs"]) - {0.0})
            for mine in (at(rows, tile_shape=shapes[0]), at(rows, tile_shape=shapes[-1]))
        ]
        level = simultaneous_level(len(costs) // 2)
        further = [
            mean_interval((large - small)["difference"].dropna(), limits=POINTS, level=level)
            for small, large in zip(costs[::2], costs[1::2], strict=True)
        ]
        found.append(Found(name, extreme(further, min), semantics, note=f"{shapes[-1]} against {shapes[0]}"))
    return found


def _beside_ideal(evidence: Evidence, lrs: float, hrs: float) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Network, semantics, rows without stuck devices and rows with these proportions, where there are both."""
    for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper")):
        ideal = at(rows, stuck_at_lrs=0.0, stuck_at_hrs=0.0)
        stuck = at(rows, stuck_at_lrs=lrs, stuck_at_hrs=hrs)
        if len(ideal) and len(stuck):
            yield name, semantics, ideal, stuck


def _one_chip(rows: pd.DataFrame, factor: float, offset: float) -> OneChip | None:
    """`factor` times the accuracy of one further chip, plus `offset`; None where nothing is drawn."""
    found = OneChip.of(rows["accuracy"])
    return found and found.scaled(factor, offset)


def _paper_loss(evidence: Evidence, name: str, ideal: pd.DataFrame, stuck: pd.DataFrame) -> float | None:
    before, after = (evidence.study.stated(EXPERIMENT, name, rows.iloc[0]) for rows in (ideal, stuck))
    return before - after if before is not None and after is not None else None
