"""The findings of a study of this paper that matter most, for the first screen of its report."""

from memristive_study.claims.evidence import Evidence, Found
from memristive_study.claims.quantities import adc_tile, device_faults, input_voltage, lifetime, variability
from memristive_study.report.sentences import find, number
from memristive_study.results import readings
from memristive_study.results.differences import at
from memristive_study.results.statistics import Interval, accuracy_interval


def highlights(evidence: Evidence) -> list[tuple[str, str]]:
    """The three findings that matter most among those that the study can speak to: heading, sentence."""
    found = [of(evidence) for of in (_states, _tuning, _faults, _fixed_range, _conversion, _low_voltage)]
    return [finding for finding in found if finding][:3]


def _first(found: list[Found], semantics: str, choice: str = "") -> Found | None:
    return next((f for f in found if f.semantics == semantics and f.choice == choice), None)


def _by(interval: Interval, limit: float, above: str, below: str, between: str) -> str:
    """The text for an interval wholly above `limit`, wholly below it, or across it."""
    low, high = (interval.low, interval.high) if interval.known else (interval.value, interval.value)
    return above if low > limit else below if high <= limit else between


def _states(evidence: Evidence) -> tuple[str, str] | None:
    found = find(variability.loss_with_states(2), evidence)
    meant, published = (_first(found, s) for s in (readings.MEANT, readings.published(f.semantics for f in found)))
    if not meant or not published:
        return None
    return _by(
        meant.ours,
        1,
        "Two conductance states do not suffice",
        "Two conductance states suffice",
        "It is open whether two conductance states suffice",
    ), (
        f"{evidence.label(meant.where)}: quantised as meant, two states cost {number(meant.ours, 'points')}, "
        f"{readings.AS[published.semantics]} {published.ours.value:.1f}, because its quantisation does nothing."
    )


def _faults(evidence: Evidence) -> tuple[str, str] | None:
    found = find(device_faults.lrs_beyond_hrs, evidence)
    if not found:
        return None
    worst = found[0]
    heading = _by(
        worst.ours,
        0,
        "Stuck-at-LRS is the costly fault",
        "Stuck-at-LRS is not the costly fault",
        "It is open which fault costs more",
    )
    share = worst.note.removeprefix("at ") or "5 %"
    return heading, (
        f"{evidence.label(worst.where)}: {share} of the devices stuck at LRS instead of HRS cost another "
        f"{number(worst.ours, 'points')}."
    )


def _tuning(evidence: Evidence) -> tuple[str, str] | None:
    found = find(lifetime.accuracy_after("retention"), evidence)
    before, after = (_first(found, "physical", f"tuning {when}") for when in ("before", "after"))
    if not before or not after:
        return None
    paper = f" The paper reports {before.paper:g} % and does not say which." if before.paper else ""
    paper += _nearest_initial_time(evidence, before)
    moved = abs(after.ours.value - before.ours.value)
    heading = f"Tuning {'decides' if moved > 5 else 'hardly changes'} what retention costs"
    return heading, (
        f"{evidence.label(before.where)} after 10,000 s of drift: {number(before.ours)} when tuned before the "
        f"drift, {number(after.ours)} when tuned after it.{paper}"
    )


def _nearest_initial_time(evidence: Evidence, found: Found) -> str:
    """The initial time of the drift, among those run as alternatives, that comes nearest to the paper's accuracy."""
    frame = evidence.frames.get("choices")
    if frame is None or found.paper is None:
        return ""
    rows = at(frame[frame["retention_time"].notna()], network=found.where, semantics="physical", tuning="before")
    means = rows.groupby("initial_time")["accuracy"].mean()
    if len(means) < 2:
        return ""
    nearest, own = float((means - found.paper).abs().idxmin()), _own_initial_time(evidence, found)
    if nearest == own:
        return ""
    ours = accuracy_interval(at(rows, initial_time=nearest)["accuracy"])
    return f" Nor does it state when the drift begins: after {nearest:g} s instead of {own:g} s, {number(ours)}."


def _own_initial_time(evidence: Evidence, found: Found) -> float:
    return float(at(evidence.frame("retention", "paper"), network=found.where)["initial_time"].iloc[0])


def _fixed_range(evidence: Evidence) -> tuple[str, str] | None:
    found = [f for f in find(adc_tile.cost_of_fixed_range, evidence) if f.semantics == "physical"]
    if not found:
        return None
    fewest = [f for f in found if f.where == found[0].where][-1]
    heading = _by(
        fewest.ours,
        1,
        "An ADC of a fixed range needs more bits",
        "An ADC of a fixed range is as good",
        "It is open whether an ADC of a fixed range needs more bits",
    )
    return heading, (
        f"{evidence.label(fewest.where)}, {fewest.choice}: a range fixed on training images costs "
        f"{number(fewest.ours, 'points')} against MemTorch's, which each vector sets for itself."
    )


def _conversion(evidence: Evidence) -> tuple[str, str] | None:
    found = _first(find(input_voltage.conversion_loss, evidence), "physical")
    if not found:
        return None
    return "The cost of ideal conversion", (
        f"{evidence.label(found.where)}: at its best voltage conversion costs {number(found.ours, 'points')} "
        "against the digital network."
    )


def _low_voltage(evidence: Evidence) -> tuple[str, str] | None:
    found = _first(find(input_voltage.accuracy_at(1.0), evidence), "physical")
    if not found:
        return None
    return "The accuracy at a low input voltage", (
        f"{evidence.label(found.where)}: at a maximum input voltage of 1 V the accuracy is {number(found.ours)}."
    )
