"""What a study's experiments mean, in sentences whose every number is computed from its files.

A function for each section takes the evidence (see `claims.evidence.Evidence`) and returns plain sentences; where the
study lacks the data, it returns none.
"""

from collections.abc import Callable

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.quantities import (
    adc_tile,
    device_faults,
    devices,
    input_voltage,
    lifetime,
    semantics,
    training,
    variability,
)
from memristive_study.results.statistics import Interval, fixed

AS = {"physical": "as meant", "memtorch": "as MemTorch computes"}
FEW_BITS = 6  # fewer than these are compared with the most that a study has
FEW_STATES = 2


def number(interval: Interval, unit: str = "%") -> str:
    """A value, with its 95 % interval in brackets where there is one."""
    bounds = f" [{fixed(interval.low, 1)}, {fixed(interval.high, 1)}]" if interval.known else ""
    return f"{fixed(interval.value, 1)} {unit}{bounds}"


def find(quantity: Quantity, evidence: Evidence) -> list[Found]:
    """The values of a quantity; none where the study lacks data."""
    try:
        return quantity(evidence)
    except Missing:
        return []


def each(
    evidence: Evidence, quantity: Quantity, sentence: Callable[[str, Found], str], semantics: str | None = None
) -> list[str]:
    """A sentence for each value, of one semantics or of all."""
    return [
        sentence(evidence.study.label(f.where), f)
        for f in find(quantity, evidence)
        if semantics is None or f.semantics in ("", semantics)
    ]


def grouped(evidence: Evidence, quantity: Quantity, what: str, unit: str) -> list[str]:
    """One sentence a network: `what`, each semantics and choice, and the paper's value if it states one."""
    by_place: dict[str, list[Found]] = {}
    for f in find(quantity, evidence):
        by_place.setdefault(f.where, []).append(f)
    lines = []
    for name, found in by_place.items():
        values = ", ".join(f"{number(f.ours, unit)} ({_how(f)})" for f in found)
        paper = f"; paper {found[0].paper:g} {unit}" if found[0].paper else ""
        lines.append(f"{evidence.study.label(name)}, {what}: {values}{paper}.")
    return lines


def _how(f: Found) -> str:
    return ", ".join(filter(None, [AS.get(f.semantics, f.semantics), f.choice.replace("tuning", "tuned")]))


def _stated(f: Found, unit: str = "%") -> str:
    """The end of a sentence that gives the paper's value, if there is one."""
    return f"; paper {f.paper:g} {unit}." if f.paper else "."


def between_semantics(evidence: Evidence, experiment: str) -> list[str]:
    """By how much the two semantics differ where they differ most."""
    return each(
        evidence,
        semantics.between_semantics(experiment),
        lambda name, f: (
            f"{name}: as meant less as MemTorch computes is {number(f.ours, 'points')} where they differ most"
            f"{f' ({f.note})' if f.note else ''}."
        ),
    )


def of_training(evidence: Evidence) -> list[str]:
    """Accuracy of the digital networks and how alike the folds are."""
    return each(
        evidence, training.digital_accuracy, lambda name, f: f"{name}, digital: {number(f.ours)}{_stated(f)}"
    ) + each(
        evidence,
        training.fold_spread,
        lambda name, f: (
            f"{name}: over {f.ours.n} folds the test accuracy has a standard deviation of "
            f"{f.ours.value:.2f} % of its mean."
        ),
    )


def of_devices(evidence: Evidence) -> list[str]:
    """How the hysteresis loops narrow with frequency."""
    return each(
        evidence,
        devices.loop_narrowing,
        lambda name, f: (
            f"{name}: each loop's area is at most {f.ours.value:.2f} times that of the next lower frequency."
        ),
    )


def of_input_voltage(evidence: Evidence) -> list[str]:
    """Cost of the conversion and of the lowest voltage, difference between the semantics and among batch sizes."""
    lines = each(
        evidence,
        input_voltage.conversion_loss,
        lambda name, f: (
            f"{name}: at its best voltage conversion costs {number(f.ours, 'points')}"
            + (f"; in the paper {f.paper:.2f}." if f.paper else ".")
        ),
        "physical",
    )
    lowest = lowest_voltage(evidence)
    if lowest is not None:
        lines += each(
            evidence,
            input_voltage.accuracy_at(lowest),
            lambda name, f: f"{name}: at {lowest:g} V the accuracy is {number(f.ours)}{_stated(f)}",
            "physical",
        )
    lines += between_semantics(evidence, "input_voltage")
    lines += each(
        evidence,
        input_voltage.spread_over_batches,
        lambda name, f: f"{name}: among batch sizes the accuracy differs by {number(f.ours, 'points')} {f.note}.",
    )
    if lines:
        lines.append(
            "Inputs above the maximum are scaled down and nothing scales the result back, so that a low voltage "
            "changes the balance between a layer's products and its bias."
        )
    return lines


def lowest_voltage(evidence: Evidence) -> float | None:
    """The lowest maximum input voltage (V) of the sweep; None without one."""
    try:
        return float(evidence.frame("input_voltage", "paper")["max_input_voltage"].min())
    except Missing:
        return None


def of_adc_tile(evidence: Evidence) -> list[str]:
    """Cost of few bits, difference among tile shapes, cost of a range that is fixed."""
    tiles = evidence.study.setting.array.tile_shape
    few = adc_tile.smallest_loss_below(FEW_BITS, tiles and "x".join(map(str, tiles)))
    lines = grouped(evidence, few, f"least cost of fewer than {FEW_BITS} bits against the most", "points")
    lines += grouped(
        evidence, adc_tile.change_over_tiles, "largest difference among tile shapes at one resolution", "points"
    )
    lines += between_semantics(evidence, "adc_tile")
    return lines + each(
        evidence,
        adc_tile.cost_of_fixed_range,
        lambda name, f: (
            f"{name}: with {f.choice}, a range fixed on training images costs {number(f.ours, 'points')} against one "
            "that each vector sets."
        ),
        "physical",
    )


def of_variability(evidence: Evidence) -> list[str]:
    """Cost of two conductance states and of the largest sigma."""
    two = variability.loss_with_states(FEW_STATES)
    lines = grouped(evidence, two, "cost of two conductance states at sigma 0", "points")
    sigma = next((f.note for f in find(variability.loss_at_largest_sigma, evidence)), "")
    return lines + grouped(evidence, variability.loss_at_largest_sigma, f"cost {sigma}".strip(), "points")


def of_device_faults(evidence: Evidence) -> list[str]:
    """Difference between the semantics, and what devices stuck at LRS cost beyond those stuck at HRS."""
    share = next((f.note.removeprefix("at ") for f in find(device_faults.lrs_beyond_hrs, evidence)), "") or "5 %"
    what = f"further cost of {share} of the devices stuck at LRS instead of HRS"
    return between_semantics(evidence, "device_faults") + grouped(
        evidence, device_faults.lrs_beyond_hrs, what, "points"
    )


def of_endurance(evidence: Evidence) -> list[str]:
    """Accuracy at the main point."""
    cycles = _first(evidence, "endurance", "cycles")
    return grouped(evidence, lifetime.accuracy_after("endurance"), f"accuracy after {cycles} cycles", "%")


def of_retention(evidence: Evidence) -> list[str]:
    """Accuracy at the main point."""
    seconds = _first(evidence, "retention", "retention_time")
    return grouped(evidence, lifetime.accuracy_after("retention"), f"accuracy after {seconds} s of drift", "%")


def _first(evidence: Evidence, experiment: str, column: str) -> str:
    """The value of a column at an experiment's main point; empty without one."""
    try:
        return f"{evidence.frame(experiment, 'paper')[column].iloc[0]:,.0f}"
    except Missing:
        return ""


def of_one_class(evidence: Evidence, experiment: str) -> list[str]:
    """Where a network gives every image the same class, so that its accuracy is no more than that class's share."""
    frame = evidence.frames.get(experiment)
    if frame is None or "one_class" not in frame:
        return []
    lines = []
    for name, rows in frame.groupby("network", sort=False):
        constant = rows[rows["one_class"]]
        if len(constant):
            settings = constant["label"].nunique()
            lines.append(
                f"{evidence.study.label(name)}: {len(constant):,} of {len(rows):,} evaluations ({settings:,} of "
                f"{rows['label'].nunique():,} settings) give every image the same class; their accuracy is that "
                "class's share of the test images."
            )
    return lines
