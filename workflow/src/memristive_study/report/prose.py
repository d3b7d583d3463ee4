"""What a study's experiments mean, in sentences whose every number is computed from its files.

Each function takes the evidence (see `claims.Evidence`) and returns plain sentences; where the study
lacks the data, it returns none.
"""

from collections.abc import Callable

from memristive_study.claims import quantities as q
from memristive_study.claims.claims import Evidence, Found, Missing
from memristive_study.results.statistics import Interval, fixed

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


def each(
    evidence: Evidence, quantity: q.Quantity, sentence: Callable[[str, Found], str], semantics: str | None = None
) -> list[str]:
    """A sentence for each network or device that a quantity finds, under one semantics or all."""
    return [
        sentence(evidence.label(f.where), f)
        for f in find(quantity, evidence)
        if semantics is None or f.semantics in ("", semantics)
    ]


def by_network(evidence: Evidence, quantity: q.Quantity, what: str, unit: str) -> list[str]:
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


def between_semantics(evidence: Evidence, experiment: str) -> list[str]:
    """Where both semantics differ most, and by how much."""
    return each(
        evidence,
        q.between_semantics(experiment),
        lambda name, f: (
            f"{name}: as meant less as MemTorch computes is {number(f.ours, 'points')} where they differ most"
            f"{f' ({f.note})' if f.note else ''}."
        ),
    )


def training(evidence: Evidence) -> list[str]:
    """Accuracy of the digital networks and how alike the folds are."""
    lines = each(
        evidence,
        q.digital_accuracy,
        lambda name, f: f"{name}, digital: {number(f.ours)}" + (f"; paper {f.paper:g} %." if f.paper else "."),
    )
    lines += each(
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
    return [f"{evidence.label(f.where)}: {text.format(f.ours.value)}" for f in find(q.loop_narrowing, evidence)]


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
