"""The main findings of a study: a heading and a sentence each, every number computed from its files."""

from collections.abc import Callable, Sequence

from memristive_study.claims.evidence import Evidence, Found
from memristive_study.claims.quantities import adc_tile, device_faults, input_voltage, lifetime, variability
from memristive_study.report.sentences import FEW_STATES, find, lowest_voltage, number
from memristive_study.results.statistics import Interval

Finding = Callable[[Evidence], tuple[str, str] | None]  # None where the study cannot speak to it


def main(evidence: Evidence, kinds: Sequence[Finding], most: int = 3) -> list[tuple[str, str]]:
    """The first of `kinds` that the study can speak to: heading, sentence."""
    found = [finding for kind in kinds if (finding := kind(evidence))]
    return found[:most]


def states(evidence: Evidence) -> tuple[str, str] | None:
    """Whether two conductance states suffice, as meant and as MemTorch computes."""
    found = find(variability.loss_with_states(FEW_STATES), evidence)
    meant, published = (_first(found, kind) for kind in ("physical", "memtorch"))
    if not meant or not published:
        return None
    heading = _by(
        meant.ours,
        1,
        "Two conductance states do not suffice",
        "Two conductance states suffice",
        "It is open whether two conductance states suffice",
    )
    return heading, (
        f"{evidence.study.label(meant.where)}: quantised as meant, two states cost {number(meant.ours, 'points')}; "
        f"as MemTorch computes they cost {published.ours.value:.1f}, because its quantisation does nothing."
    )


def tuning(
    evidence: Evidence, remark: Callable[[Evidence, Found], str] = lambda evidence, before: ""
) -> tuple[str, str] | None:
    """How much the time of tuning changes the accuracy after drift; `remark` adds to the sentence."""
    found = find(lifetime.accuracy_after("retention"), evidence)
    before, after = (_first(found, "physical", f"tuning {when}") for when in ("before", "after"))
    if not before or not after:
        return None
    seconds = evidence.frame("retention", "paper")["retention_time"].iloc[0]
    moved = abs(after.ours.value - before.ours.value)
    heading = f"Tuning {'decides' if moved > 5 else 'hardly changes'} what retention costs"
    return heading, (
        f"{evidence.study.label(before.where)} after {seconds:,.0f} s of drift: {number(before.ours)} when tuned "
        f"before the drift, {number(after.ours)} when tuned after it.{remark(evidence, before)}"
    )


def faults(evidence: Evidence) -> tuple[str, str] | None:
    """Which of the two kinds of stuck devices costs more."""
    found = find(device_faults.lrs_beyond_hrs, evidence)
    if not found:
        return None
    first = found[0]
    heading = _by(
        first.ours,
        0,
        "Stuck-at-LRS is the costly fault",
        "Stuck-at-LRS is not the costly fault",
        "It is open which fault costs more",
    )
    share = first.note.removeprefix("at ") or "5 %"
    return heading, (
        f"{evidence.study.label(first.where)}: {share} of the devices stuck at LRS instead of HRS cost another "
        f"{number(first.ours, 'points')}."
    )


def fixed_range(evidence: Evidence) -> tuple[str, str] | None:
    """What a range fixed beforehand costs an ADC of few bits."""
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
        f"{evidence.study.label(fewest.where)}, {fewest.choice}: a range fixed on training images costs "
        f"{number(fewest.ours, 'points')} against MemTorch's, which each vector sets for itself."
    )


def conversion(evidence: Evidence) -> tuple[str, str] | None:
    """What ideal conversion costs."""
    found = _first(find(input_voltage.conversion_loss, evidence), "physical")
    if not found:
        return None
    return "The cost of ideal conversion", (
        f"{evidence.study.label(found.where)}: at its best voltage conversion costs {number(found.ours, 'points')} "
        "against the digital network."
    )


def low_voltage(evidence: Evidence) -> tuple[str, str] | None:
    """The accuracy at the lowest input voltage."""
    lowest = lowest_voltage(evidence)
    found = _first(find(input_voltage.accuracy_at(lowest), evidence), "physical") if lowest is not None else None
    if not found:
        return None
    return "The accuracy at a low input voltage", (
        f"{evidence.study.label(found.where)}: at a maximum input voltage of {lowest:g} V the accuracy is "
        f"{number(found.ours)}."
    )


ALL: Sequence[Finding] = (states, tuning, faults, fixed_range, conversion, low_voltage)


def _first(found: list[Found], semantics: str, choice: str = "") -> Found | None:
    return next((f for f in found if f.semantics == semantics and f.choice == choice), None)


def _by(interval: Interval, limit: float, above: str, below: str, between: str) -> str:
    """The text for an interval wholly above `limit`, wholly below it, or across it."""
    low, high = (interval.low, interval.high) if interval.known else (interval.value, interval.value)
    return above if low > limit else below if high <= limit else between
