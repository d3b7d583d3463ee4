"""What a study's experiments mean, in sentences whose every number is computed from its files.

Each function takes the evidence (see `claims.Evidence`) and returns plain sentences; where the study
lacks the data, it returns none.
"""

from collections.abc import Callable

from memristive_study.claims import quantities as q
from memristive_study.claims.claims import Evidence, Found, Missing
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.results.statistics import Interval, accuracy_interval, fixed

AS = {"physical": "as meant", "memtorch": "as MemTorch computes"}


def number(interval: Interval, unit: str = "%") -> str:
    """A value, with its 95 % interval in brackets where there is one."""
    bounds = f" [{fixed(interval.low, 1)}, {fixed(interval.high, 1)}]" if interval.known else ""
    return f"{fixed(interval.value, 1)} {unit}{bounds}"


def find(quantity: q.Quantity, evidence: Evidence) -> list[Found]:
    """What a quantity finds, nothing where the study lacks data."""
    try:
        return quantity(evidence)
    except Missing:
        return []


def _each(
    evidence: Evidence, quantity: q.Quantity, sentence: Callable[[str, Found], str], semantics: str | None = None
) -> list[str]:
    return [
        sentence(evidence.label(f.where), f)
        for f in find(quantity, evidence)
        if semantics is None or f.semantics in ("", semantics)
    ]


def _grouped(evidence: Evidence, quantity: q.Quantity, what: str, unit: str) -> list[str]:
    """One sentence a network: `what`, the paper's value if any, then each semantics and choice."""
    by_place: dict[str, list[Found]] = {}
    for f in find(quantity, evidence):
        by_place.setdefault(f.where, []).append(f)
    lines = []
    for name, found in by_place.items():
        values = ", ".join(f"{number(f.ours, unit)} ({_how(f)})" for f in found)
        paper = f"; paper {found[0].paper:g} {unit}" if found[0].paper else ""
        lines.append(f"{evidence.label(name)}, {what}: {values}{paper}.")
    return lines


def _how(f: Found) -> str:
    return ", ".join(filter(None, [AS.get(f.semantics, ""), f.choice.replace("tuning", "tuned")]))


def _semantics(evidence: Evidence, experiment: str) -> list[str]:
    """Where both semantics differ most, and by how much."""
    return _each(
        evidence,
        q.between_semantics(experiment),
        lambda name, f: (
            f"{name}: as meant less as MemTorch computes is {number(f.ours, 'points')} where they differ most"
            f"{f' ({f.note})' if f.note else ''}."
        ),
    )


def training(evidence: Evidence) -> list[str]:
    """Accuracy of the digital networks and how alike the folds are."""
    lines = _each(
        evidence,
        q.digital_accuracy,
        lambda name, f: f"{name}, digital: {number(f.ours)}" + (f"; paper {f.paper:g} %." if f.paper else "."),
    )
    lines += _each(
        evidence,
        q.fold_spread,
        lambda name, f: (
            f"{name}: over {f.ours.n} folds the test accuracy has a standard deviation of "
            f"{f.ours.value:.2f} % of its mean."
        ),
    )
    return lines


def devices(evidence: Evidence) -> list[str]:
    """Whether the loops are pinched and narrow with frequency."""
    text = "each loop's area is at most {:.2f} times that of the next lower frequency."
    return [
        f"{study.DEVICES.get(f.where, f.where)}: {text.format(f.ours.value)}" for f in find(q.loop_narrowing, evidence)
    ]


def input_voltage(evidence: Evidence) -> list[str]:
    """Cost of the conversion, and of a low voltage."""
    lines = _each(
        evidence,
        q.conversion_loss,
        lambda name, f: (
            f"{name}: at its best voltage conversion costs {number(f.ours, 'points')}"
            + (f"; in the paper {f.paper:.2f}." if f.paper else ".")
        ),
        "physical",
    )
    lines += _each(
        evidence,
        q.accuracy_at_1_v(over_chance=False),
        lambda name, f: (
            f"{name}: at 1 V the accuracy is {number(f.ours)}" + (f"; paper {f.paper:g} %." if f.paper else ".")
        ),
        "physical",
    )
    lines += _semantics(evidence, "input_voltage")
    lines += _each(
        evidence,
        q.spread_over_batches,
        lambda name, f: f"{name}: among batch sizes the accuracy differs by {number(f.ours, 'points')} {f.note}.",
    )
    if lines:
        lines.append(
            "Inputs above the maximum are scaled down and nothing scales the result back, so that a low voltage "
            "changes the balance between a layer's products and its bias."
        )
    return lines


def adc_tile(evidence: Evidence) -> list[str]:
    """Where the resolution limits, and what the tile shape changes."""
    lines = _grouped(
        evidence, q.smallest_loss_below_6_bits, "least cost of fewer than 6 bits against the most", "points"
    )
    lines += _grouped(evidence, q.change_over_tiles, "largest difference among tile shapes at one resolution", "points")
    lines += _semantics(evidence, "adc_tile")
    return lines + _each(
        evidence,
        q.cost_of_fixed_range,
        lambda name, f: (
            f"{name}: with {f.choice}, a range fixed on training images costs {number(f.ours, 'points')} against one "
            "that each vector sets."
        ),
        "physical",
    )


def variability(evidence: Evidence) -> list[str]:
    """States and sigma."""
    lines = _grouped(evidence, q.loss_with_two_states, "cost of two conductance states at sigma 0", "points")
    sigma = next((f.note for f in find(q.loss_at_largest_sigma, evidence)), "")
    return lines + _grouped(evidence, q.loss_at_largest_sigma, f"cost {sigma}".strip(), "points")


def device_faults(evidence: Evidence) -> list[str]:
    """LRS against HRS."""
    share = next((f.note.removeprefix("at ") for f in find(q.lrs_beyond_hrs, evidence)), "") or "5 %"
    what = f"further cost of {share} of the devices stuck at LRS instead of HRS"
    return _semantics(evidence, "device_faults") + _grouped(evidence, q.lrs_beyond_hrs, what, "points")


def endurance(evidence: Evidence) -> list[str]:
    """The paper's point."""
    return _grouped(evidence, q.lifetime("endurance", study.ENDURANCE_ACCURACY), "accuracy after 10,000 cycles", "%")


def retention(evidence: Evidence) -> list[str]:
    """The paper's point."""
    quantity = q.lifetime("retention", study.RETENTION_ACCURACY)
    return _grouped(evidence, quantity, "accuracy after 10,000 s of drift", "%")


def one_class(evidence: Evidence, experiment: str) -> list[str]:
    """Where a network gives every image the same class, so that its accuracy says nothing but that class's share."""
    frame = evidence.frames.get(experiment)
    if frame is None or "one_class" not in frame:
        return []
    lines = []
    for name, rows in frame.groupby("network", sort=False):
        constant = rows[rows["one_class"]]
        if len(constant):
            settings = constant["label"].nunique()
            lines.append(
                f"{evidence.label(name)}: {len(constant):,} of {len(rows):,} evaluations ({settings:,} of "
                f"{rows['label'].nunique():,} settings) give every image the same class; their accuracy is that "
                "class's share of the test images."
            )
    return lines


def predictions(evidence: Evidence) -> list[str]:
    """On how many images MemTorch itself was run, and on how many of them it predicts another class."""
    frame = evidence.frames.get("times")
    if frame is None or "predictions_differing" not in frame:
        return []
    rows = frame[frame["engine"] == "memtorch"].sort_values("images").groupby("network", sort=False).tail(1)
    return [
        f"{evidence.label(row.network)}: on {row.images:,} test images, tiles of {row.tile_shape}, MemTorch and this "
        f"project's engine predict another class for {row.predictions_differing:.0f}."
        for row in rows.itertuples()
    ]


def findings(evidence: Evidence) -> list[tuple[str, str]]:
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
    found = find(q.loss_with_two_states, evidence)
    meant, published = (_first(found, s) for s in ("physical", "memtorch"))
    if not meant or not published:
        return None
    return _by(
        meant.ours,
        1,
        "Two conductance states do not suffice",
        "Two conductance states suffice",
        "Whether two conductance states suffice is open",
    ), (
        f"{evidence.label(meant.where)}: quantised as meant, two states cost {number(meant.ours, 'points')}; "
        f"as MemTorch computes they cost {published.ours.value:.1f}, because its quantisation does nothing."
    )


def _faults(evidence: Evidence) -> tuple[str, str] | None:
    found = find(q.lrs_beyond_hrs, evidence)
    if not found:
        return None
    worst = found[0]
    heading = _by(
        worst.ours,
        0,
        "Stuck-at-LRS is the costly fault",
        "Stuck-at-LRS is not the costly fault",
        "Which fault costs more is open",
    )
    share = worst.note.removeprefix("at ") or "5 %"
    return heading, (
        f"{evidence.label(worst.where)}: {share} of the devices stuck at LRS instead of HRS cost another "
        f"{number(worst.ours, 'points')}."
    )


def _tuning(evidence: Evidence) -> tuple[str, str] | None:
    found = find(q.lifetime("retention", study.RETENTION_ACCURACY), evidence)
    before, after = (_first(found, "physical", f"tuning {when}") for when in ("before", "after"))
    if not before or not after:
        return None
    paper = f" The paper reports {before.paper:g} % and does not say which." if before.paper else ""
    paper += _nearest_initial_time(evidence, before)
    moved = abs(after.ours.value - before.ours.value)
    heading = f"Tuning {'decides' if moved > 5 else 'hardly changes'} what retention costs"
    return heading, (
        f"{evidence.label(before.where)} after 10,000 s of drift: {number(before.ours)} when tuned before the drift, "
        f"{number(after.ours)} when tuned after it.{paper}"
    )


def _nearest_initial_time(evidence: Evidence, found: Found) -> str:
    """The initial time of the drift, among those run as alternatives, that comes nearest to the paper's accuracy."""
    frame = evidence.frames.get("choices")
    if frame is None or found.paper is None:
        return ""
    rows = q.at(frame[frame["retention_time"].notna()], network=found.where, semantics="physical", tuning="before")
    means = rows.groupby("initial_time")["accuracy"].mean()
    if len(means) < 2:
        return ""
    nearest, own = float((means - found.paper).abs().idxmin()), _own_initial_time(evidence, found)
    if nearest == own:
        return ""
    ours = accuracy_interval(q.at(rows, initial_time=nearest)["accuracy"])
    return f" Nor does it state when the drift begins: after {nearest:g} s instead of {own:g} s, {number(ours)}."


def _own_initial_time(evidence: Evidence, found: Found) -> float:
    return float(q.at(evidence.frame("retention", "paper"), network=found.where)["initial_time"].iloc[0])


def _fixed_range(evidence: Evidence) -> tuple[str, str] | None:
    found = [f for f in find(q.cost_of_fixed_range, evidence) if f.semantics == "physical"]
    if not found:
        return None
    fewest = [f for f in found if f.where == found[0].where][-1]
    heading = _by(
        fewest.ours,
        1,
        "An ADC of a fixed range needs more bits",
        "An ADC of a fixed range is as good",
        "Whether an ADC of a fixed range needs more bits is open",
    )
    return heading, (
        f"{evidence.label(fewest.where)}, {fewest.choice}: a range fixed on training images costs "
        f"{number(fewest.ours, 'points')} against MemTorch's, which each vector sets for itself."
    )


def _conversion(evidence: Evidence) -> tuple[str, str] | None:
    found = _first(find(q.conversion_loss, evidence), "physical")
    if not found:
        return None
    return "What ideal conversion costs", (
        f"{evidence.label(found.where)}: at its best voltage conversion costs {number(found.ours, 'points')} against "
        "the digital network."
    )


def _low_voltage(evidence: Evidence) -> tuple[str, str] | None:
    found = _first(find(q.accuracy_at_1_v(over_chance=False), evidence), "physical")
    if not found:
        return None
    return "What a low input voltage costs", (
        f"{evidence.label(found.where)}: at a maximum input voltage of 1 V the accuracy is {number(found.ours)}."
    )
