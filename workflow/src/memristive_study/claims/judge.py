"""The ledger of a paper's claims: a claim is data, its verdict follows from a study's result files.

A claim has parts, each a quantity with a criterion. It holds where all its parts hold for every network, with at least
one of the choices that the text leaves open (whether the network was tuned before or after a non-ideality). `physical`
decides first, then `memtorch`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.claims.criteria import Criterion
from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.results import readings, sources
from memristive_study.results.study import Study
from memristive_study.tables.text import to_markdown

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
ONLY_WITH_DEFECT = "reproduced only with the defect"
NOT_DECIDABLE = "not decidable"
VERDICTS = (REPRODUCED, ONLY_WITH_DEFECT, NOT_REPRODUCED, NOT_DECIDABLE)

COLUMNS = ("number", "section", "claim", "paper", "ours", "criterion", "verdict", "reason", "explanation")


@dataclass(frozen=True)
class Part:
    """A quantity, its unit, what it must fulfil."""

    what: str
    quantity: Quantity
    criterion: Criterion
    unit: str = "points"


@dataclass(frozen=True)
class Claim:
    """One claim of a paper.

    Attributes:
        parts: all must hold.
        paper: what it says in numbers, as text.
        networks: the paper's networks that the claim names; the study's others do not count. Empty:
            a claim about such networks in general, or about no network.
        explanations: by verdict, why the claim gets it on the paper's images.
        revised: why its criterion is another one than before the first study, after "because"; empty where it is not.
    """

    number: int
    section: str
    text: str
    parts: tuple[Part, ...]
    paper: str = ""
    networks: tuple[str, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict)
    revised: str = ""


def judge(claim: Claim, evidence: Evidence) -> dict[str, Any]:
    """One row of the ledger (COLUMNS)."""
    criteria = [f"{part.what}: {part.criterion.text.format(unit=part.unit)}".strip() for part in claim.parts]
    if claim.revised:
        criteria.append(f"criterion revised after the first study, because {claim.revised}")
    row = {
        "number": claim.number,
        "section": claim.section,
        "claim": claim.text,
        "paper": claim.paper,
        "criterion": "; ".join(criteria),
    }
    absent = []
    if claim.networks:
        have = {network.paper: name for name, network in evidence.networks.items()}
        absent = [evidence.study.paper.labels.get(name, name) for name in claim.networks if name not in have]
        evidence = _of({have[name] for name in claim.networks if name in have}, evidence)
        if not evidence.networks:
            return row | _verdict(NOT_DECIDABLE, "", f"this study has no network trained on {_or(absent)}")
    try:
        found = [(part, part.quantity(evidence)) for part in claim.parts]
    except Missing as missing:
        return row | _verdict(NOT_DECIDABLE, "", f"this study has no {missing}")
    empty = next((part for part, quantities in found if not quantities), None)
    if empty is not None:
        return row | _verdict(NOT_DECIDABLE, "", f"this study has no data on: {empty.what}")
    several = len(found) > 1
    ours = "; ".join(
        (f"{part.what}, " if several else "") + _text(quantity, evidence)
        for part, quantities in found
        for quantity in quantities
    )
    verdict, reason = _decide(found)
    notes = [reason, *dict.fromkeys(q.note for _, quantities in found for q in quantities if q.note)]
    if absent:
        notes.append(f"no {_or(absent)} in this study")
    seen = {q.where for _, quantities in found for q in quantities}
    foreign = [network.label for name, network in evidence.networks.items() if name in seen and not network.paper]
    if foreign:
        notes.append(f"not the paper's images: {', '.join(foreign)}")
    explanation = "" if foreign else claim.explanations.get(verdict, "")
    return row | _verdict(verdict, ours, "; ".join(note for note in notes if note), explanation)


def _of(names: set[str], evidence: Evidence) -> Evidence:
    """`evidence` of these networks alone."""
    kept = {name: network for name, network in evidence.networks.items() if name in names}
    return Evidence(evidence.frames, dataclasses.replace(evidence.study, networks=kept))


def _verdict(verdict: str, ours: str, reason: str, explanation: str = "") -> dict[str, str]:
    return {"ours": ours, "verdict": verdict, "reason": reason, "explanation": explanation}


def _or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _text(found: Found, evidence: Evidence) -> str:
    where = " ".join(filter(None, [evidence.label(found.where), found.semantics, found.choice]))
    return f"{where}: {found.ours.text()}" if where else found.ours.text()


def _all(verdicts: Sequence[bool | None]) -> bool | None:
    if any(verdict is False for verdict in verdicts):
        return False
    return None if any(verdict is None for verdict in verdicts) else True


def _fulfils(criterion: Criterion, found: Found) -> bool | None:
    """True or false only where the intervals over repeats and over images, as far as there are both, agree."""
    intervals = [found.ours, found.ours.images]
    known = [interval for interval in intervals if interval is not None and interval.known] or [found.ours]
    verdicts = {criterion.test(interval, found.paper) for interval in known}
    return verdicts.pop() if len(verdicts) == 1 else None


def _holds(found: Sequence[tuple[Part, list[Found]]], semantics: str) -> tuple[bool | None, list[str]]:
    """True where all parts hold under one semantics, None where that is undecided; and the choices with which they do.

    A quantity without a semantics, or without a choice, counts under each.
    """
    mine = [(part, q) for part, quantities in found for q in quantities if q.semantics in ("", semantics)]
    choices = list(dict.fromkeys(q.choice for _, q in mine if q.choice)) or [""]
    verdicts = {
        choice: _all([_fulfils(part.criterion, q) for part, q in mine if q.choice in ("", choice)])
        for choice in choices
    }
    fulfilling = [choice for choice, verdict in verdicts.items() if verdict]
    if fulfilling:
        return True, fulfilling if len(fulfilling) < len(choices) else []
    return (None if not mine or None in verdicts.values() else False), []


def _decide(found: Sequence[tuple[Part, list[Found]]]) -> tuple[str, str]:
    """Verdict, and why it is not simply so."""
    kinds = {q.semantics for _, quantities in found for q in quantities} - {""}
    published = readings.published(kinds)
    both = bool(published) and readings.MEANT in kinds
    first, choices = _holds(found, published if published and not both else readings.MEANT)
    if first:
        reasons = [f"with {' or '.join(choices)} only" if choices else ""]
        verdict = _holds(found, published)[0] if both else True
        if not verdict:
            reasons.append(f"holds as meant, {'undecided' if verdict is None else 'not'} {readings.AS[published]}")
        if _single(found):
            reasons.append("decided on single runs, without an interval")
        return REPRODUCED, "; ".join(filter(None, reasons))
    if first is None:
        known = any(q.ours.known for _, quantities in found for q in quantities)
        return NOT_DECIDABLE, "an interval crosses the criterion" if known else "these values do not decide it"
    if published and _holds(found, published)[0]:
        return ONLY_WITH_DEFECT, f"holds {readings.AS[published]}, not as meant"
    return NOT_REPRODUCED, "decided on single runs, without an interval" if _single(found) else ""


def _single(found: Sequence[tuple[Part, list[Found]]]) -> bool:
    ours = [q.ours for _, quantities in found for q in quantities]
    return any(one.kind == "repeats" and not one.known and one.images is None for one in ours)


def ledger(claims: Sequence[Claim], evidence: Evidence) -> pd.DataFrame:
    """The whole ledger (COLUMNS), a row a claim."""
    return pd.DataFrame([judge(claim, evidence) for claim in claims], columns=list(COLUMNS))


def make(
    claims: Sequence[Claim],
    inputs: Mapping[str, figures.Value],
    study: Study,
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write the ledger of a study as CSV and Markdown from its named inputs (see `results.outputs`)."""
    frame = ledger(claims, Evidence(figures.read_all(inputs), study))
    write_csv(csv, frame.to_dict("records"), COLUMNS)
    write_text(markdown, f"# Claims\n\n{to_markdown(frame)}")
    sources.write(markdown, inputs)
