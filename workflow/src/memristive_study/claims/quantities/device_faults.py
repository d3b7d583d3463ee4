"""Quantities of devices that are stuck at their low (LRS) or high resistance (HRS)."""

from memristive_study.claims.evidence import Evidence, Found, Quantity
from memristive_study.results.differences import at, difference
from memristive_study.results.statistics import accuracy_interval

EXPERIMENT = "device_faults"
SHARE = 0.05  # of the devices


def lrs_beyond_hrs(evidence: Evidence) -> list[Found]:
    """Accuracy with SHARE (or the nearest proportion that both have) stuck at HRS minus that with it stuck at LRS."""
    found = []
    for name, semantics, _, rows in evidence.groups(evidence.frame(EXPERIMENT)):
        lrs = set(at(rows, stuck_at_hrs=0.0)["stuck_at_lrs"])
        hrs = set(at(rows, stuck_at_lrs=0.0)["stuck_at_hrs"])
        common = sorted((lrs & hrs) - {0.0}, key=lambda p: abs(p - SHARE))
        if common:
            p = common[0]
            cost = difference(at(rows, stuck_at_lrs=0.0, stuck_at_hrs=p), at(rows, stuck_at_lrs=p, stuck_at_hrs=0.0))
            found.append(Found(name, cost, semantics, note="" if p == SHARE else f"at {100 * p:g} %"))
    return found


def accuracy_with(lrs: float, hrs: float) -> Quantity:
    """Accuracy with these proportions of stuck devices."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = at(evidence.frame(EXPERIMENT), stuck_at_lrs=lrs, stuck_at_hrs=hrs)
        return [
            Found(
                name,
                accuracy_interval(rows["accuracy"]),
                semantics,
                paper=evidence.study.stated(EXPERIMENT, name, rows.iloc[0]),
            )
            for name, semantics, _, rows in evidence.groups(frame)
        ]

    return quantity
