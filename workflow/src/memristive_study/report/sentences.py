"""The meaning of a study's experiments, in sentences whose every number is computed from its files.

A function for each section takes the evidence (see `claims.evidence.Evidence`) and returns plain sentences; where the
study lacks the data, it returns none.
"""

from collections.abc import Callable

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.quantities.devices import loop_narrowing
from memristive_study.claims.quantities.semantics import meant_less_published
from memristive_study.claims.quantities.training import digital_accuracy, fold_spread
from memristive_study.results import readings
from memristive_study.results.statistics import Interval, fixed


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
        sentence(evidence.label(f.where), f)
        for f in find(quantity, evidence)
        if semantics is None or f.semantics in ("", semantics)
    ]


def by_network(evidence: Evidence, quantity: Quantity, what: str, unit: str) -> list[str]:
    """One sentence a network: `what`, each semantics and choice, and the paper's value if it states one."""
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
    return ", ".join(filter(None, [readings.AS.get(f.semantics, f.semantics), f.choice.replace("tuning", "tuned")]))


def _stated(f: Found, unit: str = "%") -> str:
    """The end of a sentence that gives the paper's value, if there is one."""
    return f"; paper {f.paper:g} {unit}." if f.paper else "."


def between_semantics(evidence: Evidence, experiment: str) -> list[str]:
    """By how much the two semantics differ where they differ most."""
    return each(
        evidence,
        meant_less_published(experiment),
        lambda name, f: (
            f"{name}: the accuracy as meant less that {readings.AS[f.choice]} is {number(f.ours, 'points')} where they "
            f"differ most{f' ({f.note})' if f.note else ''}."
        ),
    )


def training(evidence: Evidence) -> list[str]:
    """Accuracy of the digital networks and how alike the folds are."""
    return each(evidence, digital_accuracy, lambda name, f: f"{name}, digital: {number(f.ours)}{_stated(f)}") + each(
        evidence,
        fold_spread,
        lambda name, f: (
            f"{name}: over {f.ours.n} folds the test accuracy has a standard deviation of "
            f"{f.ours.value:.2f} % of its mean."
        ),
    )


def devices(evidence: Evidence) -> list[str]:
    """The narrowing of the hysteresis loops with frequency."""
    return each(
        evidence,
        loop_narrowing,
        lambda name, f: (
            f"{name}: each loop's area is at most {f.ours.value:.2f} times that of the next lower frequency."
        ),
    )


def one_class(evidence: Evidence, experiment: str) -> list[str]:
    """Evaluations that give every image the same class, so that their accuracy is no more than that class's share."""
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
