"""Quantities of device variability (sigma, ohm) and of conductance states."""

import math
from dataclasses import replace

import pandas as pd
from scipy import special

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.results.differences import at, difference, most_states, spread
from memristive_study.results.statistics import (
    Interval,
    deviation_interval,
    deviation_ratio,
    independent_difference,
    single,
)

EXPERIMENT = "variability"


def change_over_states(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the numbers of conductance states, at sigma 0."""
    frame = at(evidence.frame(EXPERIMENT, "paper"), sigma=0.0)
    frame = frame.assign(states=frame["conductance_states"].fillna(math.inf))
    return [
        Found(name, spread(rows, "states"), semantics)
        for name, semantics, _, rows in evidence.groups(frame)
        if rows["states"].nunique() > 1
    ]


def loss_with_states(states: int) -> Quantity:
    """Cost of `states` conductance states against the most that the study has, at sigma 0."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = at(evidence.frame(EXPERIMENT, "paper"), sigma=0.0)
        return [
            Found(name, difference(most_states(rows), few), semantics)
            for name, semantics, _, rows in evidence.groups(frame)
            if len(few := at(rows, conductance_states=states))
        ]

    return quantity


def loss_at_largest_sigma(evidence: Evidence) -> list[Found]:
    """Cost of the largest sigma against sigma 0, with the most conductance states."""
    return [
        Found(name, cost, semantics, note=f"at sigma {rows['sigma'].max():g} ohm")
        for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper"))
        if (cost := _loss(rows, rows["sigma"].max())) is not None
    ]


def loss_at(sigma: float) -> Quantity:
    """Cost of a sigma against sigma 0, with the most conductance states."""

    def quantity(evidence: Evidence) -> list[Found]:
        return [
            Found(name, cost, semantics)
            for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper"))
            if (cost := _loss(rows, sigma)) is not None
        ]

    return quantity


def _loss(rows: pd.DataFrame, sigma: float) -> Interval | None:
    rows = most_states(rows)
    ideal, varied = at(rows, sigma=0.0), at(rows, sigma=sigma)
    return difference(ideal, varied) if len(ideal) and len(varied) and sigma > 0 else None


def sigma_costs_beyond(network: str, other: str, sigma: float) -> Quantity:
    """Cost of a sigma to the paper's `network`, less its cost to the paper's `other`."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(EXPERIMENT, "paper")
        names, labels = [evidence.named(paper) for paper in (network, other)], evidence.study.paper.labels
        note, found = f"{labels.get(network, network)} less {labels.get(other, other)}", []
        for semantics in frame["semantics"].unique():
            costs = []
            for name in names:
                rows = most_states(frame[(frame["network"] == name) & (frame["semantics"] == semantics)])
                varied = at(rows, sigma=sigma)
                if not len(varied):
                    raise Missing(f"variability of {evidence.label(name)} at sigma {sigma:g} ohm")
                costs.append(replace(difference(at(rows, sigma=0.0), varied), images=None))
            found.append(Found("", independent_difference(*costs), semantics, note=note))
        return found

    return quantity


def scatter_growth(sigma: float) -> Quantity:
    """Standard deviation between chips at a sigma over that at the smallest sigma above 0."""

    def quantity(evidence: Evidence) -> list[Found]:
        found = []
        for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT, "paper")):
            rows = most_states(rows)
            least = min(set(rows["sigma"]) - {0.0}, default=sigma)
            few, many = (at(rows, sigma=value)["accuracy"] for value in (least, sigma))
            if least < sigma and len(few) and len(many):
                note = f"sigma {sigma:g} against {least:g} ohm"
                found.append(Found(name, deviation_ratio(many, few), semantics, note=note))
        return found

    return quantity


def scatter_at(network: str, sigma: float) -> Quantity:
    """Standard deviation (points) between chips of the paper's `network` at a sigma."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = at(evidence.frame(EXPERIMENT, "paper"), sigma=sigma)
        return [
            Found(name, deviation_interval(most_states(rows)["accuracy"]), semantics)
            for name, semantics, _, rows in evidence.groups(frame)
            if evidence.networks[name].paper == network
        ]

    return quantity


def overlapping_devices(evidence: Evidence) -> list[Found]:
    """Share (%) of devices drawn with R_on above R_off at the largest sigma, from the two normal distributions."""
    frame = evidence.frame(EXPERIMENT, "paper")
    row = frame.loc[frame["sigma"].idxmax()]
    sigma = float(row["sigma"])
    if sigma == 0:
        raise Missing("sigma above 0")
    share = special.ndtr((row["r_on"] - row["r_off"]) / (sigma * math.sqrt(1 + 2**2)))
    return [Found("", single(100 * float(share), "distributions"), note=f"at sigma {sigma:g} ohm")]
