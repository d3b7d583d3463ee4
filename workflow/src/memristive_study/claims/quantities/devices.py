"""Quantities of the devices' curves."""

from memristive_study.claims.evidence import Evidence, Found
from memristive_study.results.statistics import single


def current_at_zero(evidence: Evidence) -> list[Found]:
    """|current| at zero voltage in per cent of the largest current, the worst loop of each device."""
    loops, curves = evidence.frame("hysteresis"), evidence.frame("curves")
    found = []
    for device, mine in loops.groupby("device"):
        peak = curves.loc[(curves["device"] == device) & (curves["experiment"] == "hysteresis"), "current"].abs().max()
        found.append(Found(device, single(100 * mine["current_at_zero_voltage"].max() / peak, "loops", len(mine))))
    return found


def loop_narrowing(evidence: Evidence) -> list[Found]:
    """Largest ratio of a loop's area to that of the next lower frequency, for each device."""
    found = []
    for device, mine in evidence.frame("hysteresis").groupby("device"):
        areas = mine.sort_values("frequency")["loop_area"].to_numpy()
        if len(areas) > 1:
            found.append(Found(device, single(float((areas[1:] / areas[:-1]).max()), "frequencies", len(areas))))
    return found
