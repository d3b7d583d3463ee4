"""The ledger of a paper's claims: a claim is data, its verdict follows from a study's result files.

A claim has parts, each a quantity with a criterion. It holds where all its parts hold for every network and with every
choice that the text leaves open (whether the network was tuned before or after a non-ideality). Where it holds with
some choices and not with others, or for some trainings of a network and not for others, the verdict says that it
depends on them. Further draws of a network (`plan.replicates`) have fewer repeats: they decide nothing by themselves,
but a verdict depends on the network where one of them decides against the study's own. Where a criterion on our mean is
not fulfilled, but the paper's number, which is that of one chip, lies where one further chip of ours does, the verdict
says that. `physical` decides first, then MemTorch's own arithmetic.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.claims import verdicts
from memristive_study.claims.criteria import Criterion
from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.verdicts import NOT_DECIDABLE
from memristive_study.plan.replicates import TABLE
from memristive_study.results import sources
from memristive_study.results.statistics import fixed, mean_interval
from memristive_study.results.study import Study
from memristive_study.tables.text import to_markdown

COLUMNS = (
    "number",
    "section",
    "claim",
    "paper",
    "ours",
    "criterion",
    "revised",
    "verdict",
    "holds_with",
    "fact",
    "reason",
    "explanation",
)


@dataclass(frozen=True)
class Part:
    """A quantity, its unit, what it must fulfil.

    Attributes:
        by_construction: why the model could not but fulfil it, if so: then it is no evidence.
    """

    what: str
    quantity: Quantity
    criterion: Criterion
    unit: str = "points"
    by_construction: str = ""


@dataclass(frozen=True)
class Claim:
    """One claim of a paper.

    Attributes:
        parts: all must hold.
        paper: what it says in numbers, as text.
        networks: the paper's networks that the claim names; the study's others do not count. Empty:
            a claim about such networks in general, or about no network.
        revised: why its criterion was changed after a study had been judged by another; empty where it was not.
        same_fact_as: number of the claim that states the same fact, so that it counts once; None: a fact of its own.
        explanations: by verdict, why the claim gets it on the paper's images.
    """

    number: int
    section: str
    text: str
    parts: tuple[Part, ...]
    paper: str = ""
    networks: tuple[str, ...] = ()
    revised: str = ""
    same_fact_as: int | None = None
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
        "revised": f"criterion revised after the first study, because {claim.revised}" if claim.revised else "",
        "fact": claim.same_fact_as or claim.number,
    }
    absent = []
    if claim.networks:
        have = {network.paper for network in evidence.networks.values()}
        absent = [evidence.study.paper.labels.get(name, name) for name in claim.networks if name not in have]
        evidence = _of(claim.networks, evidence)
        if not evidence.networks:
            return row | _verdict(NOT_DECIDABLE, "", f"this study has no network trained on {_or(absent)}")
    try:
        found = [(part, part.quantity(evidence.own())) for part in claim.parts]
    except Missing as missing:
        return row | _verdict(NOT_DECIDABLE, "", f"this study has no {missing}")
    empty = next((part for part, quantities in found if not quantities), None)
    if empty is not None:
        return row | _verdict(NOT_DECIDABLE, "", f"this study has no data on: {empty.what}")
    several, drawn = len(found) > 1, _of_draws(claim, evidence)
    ours = "; ".join(
        (f"{part.what}, " if several else "") + text
        for number, (part, quantities) in enumerate(found)
        for text in (
            *(_text(one, evidence) for one in quantities),
            *_between_networks(quantities, evidence),
            *_between_networks([one for one in drawn[number][1] if evidence.networks[one.where].draw_of], evidence),
        )
    )
    decided = verdicts.decide(found, {name: network.paper for name, network in evidence.networks.items()}, drawn)
    notes = [decided.reason, *dict.fromkeys(q.note for _, quantities in found for q in quantities if q.note)]
    notes += [f"{part.what}: by construction, {part.by_construction}" for part in claim.parts if part.by_construction]
    if claim.same_fact_as:
        notes.append(f"the same fact as claim {claim.same_fact_as}")
    if absent:
        notes.append(f"no {_or(absent)} in this study")
    seen = {q.where for _, quantities in found for q in quantities}
    foreign = [network.label for name, network in evidence.networks.items() if name in seen and not network.paper]
    if foreign:
        notes.append(f"not the paper's images: {', '.join(foreign)}")
    explanation = "" if foreign else claim.explanations.get(decided.verdict, "")
    reason = "; ".join(note for note in notes if note)
    return row | _verdict(decided.verdict, ours, reason, explanation, decided.holds_with)


def _of_draws(claim: Claim, evidence: Evidence) -> list[tuple[Part, list[Found]]]:
    """What its parts are about at the settings of further draws, of these and of the networks; empty without them."""
    found = []
    for part in claim.parts:
        try:
            quantities = part.quantity(evidence) if TABLE in evidence.frames else []
        except Missing:
            quantities = []
        found.append((part, [one for one in quantities if one.where in evidence.networks]))
    return (
        found
        if any(evidence.networks[one.where].draw_of for _, several in found for one in several)
        else [(part, []) for part in claim.parts]
    )


def _of(papers: Sequence[str], evidence: Evidence) -> Evidence:
    """`evidence` of the networks that stand for these of the paper's alone."""
    study = evidence.study
    networks, draws = (
        {name: network for name, network in of.items() if network.paper in papers}
        for of in (study.networks, study.replicates)
    )
    return Evidence(evidence.frames, dataclasses.replace(study, networks=networks, replicates=draws))


def _verdict(verdict: str, ours: str, reason: str, explanation: str = "", holds_with: str = "") -> dict[str, str]:
    return {
        "ours": ours,
        "verdict": verdict,
        "holds_with": holds_with,
        "reason": reason,
        "explanation": explanation,
    }


def _or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _text(found: Found, evidence: Evidence) -> str:
    where = " ".join(filter(None, [evidence.label(found.where), found.semantics, found.choice]))
    text = f"{where}: {found.ours.text()}" if where else found.ours.text()
    if found.chip is None or found.paper is None:
        return text
    there = {True: "is there", False: "is not there", None: "is not among these, which are too few to tell"}
    return f"{text}, {found.chip.text()}: the paper's {fixed(found.paper, 2)} {there[verdicts.consistent(found)]}"


def _between_networks(quantities: Sequence[Found], evidence: Evidence) -> list[str]:
    """Mean over the networks that stand for one of the paper's, where there are several, with its interval.

    Further draws of a network are taken together without it: their recipe differs in the images and in the epoch.
    """
    groups: dict[tuple[str, str, str, str], list[float]] = {}
    for one in quantities:
        network = evidence.networks.get(one.where)
        if network is not None and network.paper:
            kind = "folds' networks, last epoch" if network.draw_of else "trainings"
            groups.setdefault((network.paper, one.semantics, one.choice, kind), []).append(one.ours.value)
    labels = evidence.study.paper.labels
    return [
        f"{' '.join(filter(None, [labels.get(paper, paper), *how]))}, between {kind}: "
        f"{mean_interval(values, 'networks').text()}, from {fixed(min(values), 2)} to {fixed(max(values), 2)}"
        for (paper, *how, kind), values in groups.items()
        if len(values) > 1
    ]


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
