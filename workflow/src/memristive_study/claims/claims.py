"""The machinery of the claims ledger: a claim is data, its verdict follows from a study's result files.

A claim has parts, each a quantity with a criterion; `paper_claims.CLAIMS` lists those of the paper.
A criterion is true, false or undecided for an interval. A claim holds where all its parts hold for
every network, with at least one of the choices that the text leaves open (whether the network was
tuned before or after a non-ideality). `physical` decides first, then `memtorch`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.papers.souto_garnelo.reported import Network
from memristive_study.report import tables
from memristive_study.results.statistics import Interval

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
ONLY_WITH_DEFECT = "reproduced only with the defect"
NOT_DECIDABLE = "not decidable"
VERDICTS = (REPRODUCED, ONLY_WITH_DEFECT, NOT_REPRODUCED, NOT_DECIDABLE)

ROUNDING = 1e-5  # accuracies are written with six decimals; one image of 10,000 is 0.01
COLUMNS = ("number", "section", "claim", "paper", "ours", "criterion", "verdict", "reason", "explanation")


class Missing(Exception):
    """A study lacks what a quantity needs; its text goes on after "this study has no"."""


@dataclass(frozen=True)
class Criterion:
    """A condition on an interval, fixed before the study runs; `test` takes the interval and the paper's value."""

    text: str
    test: Callable[[Interval, float | None], bool | None]


def below(limit: float) -> Criterion:
    """The whole interval is below `limit`; undecided where it crosses it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        low, high = (ours.low, ours.high) if ours.known else (ours.value, ours.value)
        return True if high < limit - ROUNDING else False if low >= limit - ROUNDING else None

    return Criterion(f"below {limit:g} {{unit}}", test)


def at_most(limit: float) -> Criterion:
    """The interval reaches `limit` or lies below it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return (ours.low if ours.known else ours.value) <= limit + ROUNDING

    return Criterion(f"not above {limit:g} {{unit}}", test)


def refuted_above(limit: float) -> Criterion:
    """Above `limit` the claim is wrong; at or below it, the quantity says nothing about the claim."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return False if (ours.low if ours.known else ours.value) > limit + ROUNDING else None

    return Criterion(f"refuted above {limit:g} {{unit}}", test)


def confirmed_above(limit: float) -> Criterion:
    """Above `limit` the claim is right; at or below it, the quantity says nothing about the claim."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return True if (ours.low if ours.known else ours.value) > limit + ROUNDING else None

    return Criterion(f"confirmed above {limit:g} {{unit}}", test)


def above(limit: float) -> Criterion:
    """The whole interval is above `limit`; undecided where it crosses it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        low, high = (ours.low, ours.high) if ours.known else (ours.value, ours.value)
        return True if low > limit + ROUNDING else False if high <= limit + ROUNDING else None

    return Criterion(f"above {limit:g} {{unit}}", test)


def near(tolerance: float) -> Criterion:
    """Our value is at most `tolerance` from the paper's; undecided where only a part of the interval is."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        if paper is None:
            return None
        if abs(ours.value - paper) <= tolerance:
            return True
        reaches = ours.known and ours.low <= paper + tolerance and ours.high >= paper - tolerance
        return None if reaches else False

    return Criterion(f"within {tolerance:g} {{unit}} of the paper's", test)


def within_factor(factor: float) -> Criterion:
    """Our value is at most `factor` times the paper's, and at least the paper's divided by it."""

    def test(ours: Interval, paper: float | None) -> bool | None:
        return None if not paper else 1 / factor <= ours.value / paper <= factor

    return Criterion(f"within a factor of {factor:g} of the paper's", test)


@dataclass(frozen=True)
class Found:
    """A quantity of one network (or device): `semantics` and `choice` are empty where they make no difference."""

    where: str
    ours: Interval
    semantics: str = ""
    choice: str = ""
    paper: float | None = None
    note: str = ""


@dataclass
class Evidence:
    """What a study has: named inputs as `figures.read` gives them, its networks, and probes of the arithmetic."""

    frames: Mapping[str, Any]
    networks: Mapping[str, Network]
    probes: Mapping[str, float] = field(default_factory=dict)

    def frame(self, name: str, part: str | None = None) -> pd.DataFrame:
        """A table, or one part of an experiment; raises Missing where it is absent or empty."""
        frame = self.frames.get(name)
        if frame is not None and part is not None and len(frame):
            frame = frame[frame["part"] == part]
        if frame is None or not len(frame):
            raise Missing(name.replace("_", " ") + (f" ({part.replace('_', ' ')})" if part else ""))
        if "records" in self.frames and "label" in frame:
            return frame.merge(self.frames["records"], on=["experiment", "network", "label", "repeat"], how="left")
        return frame

    def named(self, paper: str) -> str:
        """The study's network that is the paper's `paper`; raises Missing."""
        found = next((name for name, network in self.networks.items() if network.paper == paper), None)
        if found is None:
            raise Missing(f"network trained on {study.LABELS[paper]}")
        return found

    def label(self, name: str) -> str:
        """Name of a network or a device for readers."""
        return self.networks[name].label if name in self.networks else study.DEVICES.get(name, name)


@dataclass(frozen=True)
class Part:
    """A quantity, its unit, what it must fulfil. `quantity` raises Missing where the study lacks data."""

    what: str
    quantity: Callable[[Evidence], list[Found]]
    criterion: Criterion
    unit: str = "points"


@dataclass(frozen=True)
class Claim:
    """One claim of a paper.

    Attributes:
        paper: what it says in numbers, as text.
        parts: all must hold.
        networks: the paper's networks that the claim names; the study's others do not count. Empty:
            a claim about such networks in general, or about no network.
        explanations: by verdict, why the claim gets it on the paper's images.
    """

    number: int
    section: str
    text: str
    paper: str
    parts: tuple[Part, ...]
    networks: tuple[str, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict)


def judge(claim: Claim, evidence: Evidence) -> dict[str, Any]:
    """One row of the ledger (COLUMNS)."""
    row = {
        "number": claim.number,
        "section": claim.section,
        "claim": claim.text,
        "paper": claim.paper,
        "criterion": "; ".join(
            f"{part.what}: {part.criterion.text.format(unit=part.unit)}".strip() for part in claim.parts
        ),
    }
    absent = []
    if claim.networks:
        have = {network.paper: name for name, network in evidence.networks.items()}
        absent = [study.LABELS[name] for name in claim.networks if name not in have]
        evidence = Evidence(
            evidence.frames,
            {have[name]: evidence.networks[have[name]] for name in claim.networks if name in have},
            evidence.probes,
        )
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
    """Whether all parts hold under one semantics, and with which choices.

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
    first, choices = _holds(found, "memtorch" if kinds == {"memtorch"} else "physical")
    if first:
        reasons = [f"with {' or '.join(choices)} only" if choices else ""]
        published = _holds(found, "memtorch")[0] if kinds == {"physical", "memtorch"} else True
        if not published:
            reasons.append(f"as meant; as MemTorch computes {'undecided' if published is None else 'not'}")
        if _single(found):
            reasons.append("decided on single runs, without an interval")
        return REPRODUCED, "; ".join(filter(None, reasons))
    if first is None:
        known = any(q.ours.known for _, quantities in found for q in quantities)
        return NOT_DECIDABLE, "an interval crosses the criterion" if known else "these values do not decide it"
    if "memtorch" in kinds and _holds(found, "memtorch")[0]:
        return ONLY_WITH_DEFECT, "holds as MemTorch computes, not as meant"
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
    networks: Mapping[str, Network],
    probes: Mapping[str, float],
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write the ledger of a study as CSV and Markdown from its named inputs (see `results.outputs`)."""
    frame = ledger(claims, Evidence(figures.read_all(inputs), networks, probes))
    write_csv(csv, frame.to_dict("records"), COLUMNS)
    write_text(markdown, f"# Claims\n\n{tables.to_markdown(frame)}\n{tables.stamp_line(inputs)}")


def nan_interval(value: float, kind: str = "settings", n: int = 1) -> Interval:
    """A value that has no interval of its own."""
    return Interval(value, math.nan, math.nan, n, kind)
