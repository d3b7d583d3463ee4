"""Quantities of endurance and retention. Whether the network is tuned again is a choice that a text may leave open."""

from collections.abc import Mapping
from typing import Any

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.quantities.input_voltage import digital_value, ideal_rows
from memristive_study.results.differences import at, difference
from memristive_study.results.statistics import OneChip, accuracy_interval


def accuracy_after(experiment: str) -> Quantity:
    """Accuracy at the main point (the part `paper`) of endurance or retention."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(experiment, "paper")
        return [
            Found(
                name,
                accuracy_interval(rows["accuracy"]),
                semantics,
                choice,
                evidence.study.stated(experiment, name, rows.iloc[0]),
                chip=OneChip.of(rows["accuracy"]),
            )
            for name, semantics, choice, rows in evidence.groups(frame, ["tuning"])
        ]

    return quantity


def loss_after(experiment: str, reported: Mapping[str, float]) -> Quantity:
    """Digital accuracy minus that at the main point; `reported`: the loss that the paper states, by its network."""

    def quantity(evidence: Evidence) -> list[Found]:
        found = []
        for f in accuracy_after(experiment)(evidence):
            digital = digital_value(evidence, f.where)
            stated = evidence.study.reported(reported, f.where)
            chip = f.chip and f.chip.scaled(-1, digital)
            found.append(Found(f.where, f.ours.taken_from(digital), f.semantics, f.choice, stated, chip=chip))
        return found

    return quantity


def loss_from_ideal(experiment: str, reported: Mapping[str, float]) -> Quantity:
    """Accuracy on ideal devices minus that at the main point; `reported`: the loss that the paper states."""

    def quantity(evidence: Evidence) -> list[Found]:
        return [
            Found(
                name,
                difference(ideal_rows(evidence, name, rows), rows),
                semantics,
                choice,
                evidence.study.reported(reported, name),
            )
            for name, semantics, choice, rows in evidence.groups(evidence.frame(experiment, "paper"), ["tuning"])
        ]

    return quantity


def endurance_beyond_retention(evidence: Evidence) -> list[Found]:
    """Accuracy after retention minus that after endurance, tuned alike."""
    endurance, retention = evidence.frame("endurance", "paper"), evidence.frame("retention", "paper")
    found = []
    for name, semantics, choice, rows in evidence.groups(retention, ["tuning"]):
        other = at(endurance, network=name, semantics=semantics, tuning=rows["tuning"].iloc[0])
        if len(other):
            found.append(Found(name, difference(rows, other), semantics, choice))
    return found


def cost_of_heat(evidence: Evidence) -> list[Found]:
    """Accuracy at the lowest temperature minus that at the highest, at the most cycles of the sweep."""
    frame = evidence.frame("endurance", "cycles_temperature")
    if frame["temperature"].nunique() < 2:
        raise Missing("second temperature")
    if all((frame[column].map(_temperature_slope) == 0).all() for column in ("p_lrs", "p_hrs")):
        raise Missing(
            "endurance fit in which temperature plays a part: the paper gives none, none of the published fits over "
            "cycles has one (p_2 is 0), and sudden mode knows no temperature"
        )
    found = []
    for name, semantics, choice, rows in evidence.groups(frame, ["tuning"]):
        rows = rows[rows["cycles"] == rows["cycles"].max()]
        cold, hot = (at(rows, temperature=float(t)) for t in (rows["temperature"].min(), rows["temperature"].max()))
        found.append(Found(name, difference(cold, hot), semantics, choice))
    return found


def _temperature_slope(fit: Any) -> float:
    return float(str(fit).split("x")[2])
