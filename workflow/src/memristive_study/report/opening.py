"""The opening of a report: which conclusions of a paper hold, which are artefacts of what, which exclude each other.

Everything is taken from the ledger, the coherence table and the proofs of the study; nothing is judged here.
"""

from collections.abc import Iterable
from html import escape

import pandas as pd

from memristive_study.claims import coherence
from memristive_study.claims.evidence import Evidence
from memristive_study.claims.verdicts import (
    ALSO_ON_NETWORK,
    CONSISTENT,
    DEPENDS_ON_CHOICE,
    DEPENDS_ON_NETWORK,
    NOT_DECIDABLE,
    NOT_REPRODUCED,
    ONLY_WITH_DEFECT,
    REPRODUCED,
)
from memristive_study.results.folder import Folder
from memristive_study.tables import coherence as written

ARTEFACTS = {  # of what a claim is an artefact
    ONLY_WITH_DEFECT: "MemTorch's arithmetic",
    DEPENDS_ON_CHOICE: "a choice that the paper does not state",
    DEPENDS_ON_NETWORK: "one training of the network",
}


def opening(folder: Folder, evidence: Evidence) -> str:
    """The opening as HTML; empty for a study without a ledger and without proofs."""
    claims = folder.claims
    parts = []
    if len(claims):
        parts = [_holding(claims), _artefacts(claims, folder), _failing(claims)]
    return "".join([*parts, _exclusions(folder, evidence)])


def _of(claims: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """Claims of a verdict; those that state a fact of another one are left out."""
    mine = claims[claims["verdict"] == verdict]
    return mine[mine["fact"] == mine["number"]] if "fact" in mine else mine


def _holding(claims: pd.DataFrame) -> str:
    found = _of(claims, REPRODUCED)
    return _list("Which of the paper's conclusions hold", (_linked(row) for _, row in found.iterrows()))


def _artefacts(claims: pd.DataFrame, folder: Folder) -> str:
    lines = []
    for verdict, of in ARTEFACTS.items():
        for _, row in _of(claims, verdict).iterrows():
            why = row["reason"].split("; ")[0]
            lines.append(f"{_linked(row)} <em>Of {escape(of)}: {escape(why)}.</em>")
    for _, row in claims.iterrows():
        why = [part for part in row["reason"].split("; ") if ALSO_ON_NETWORK in part] if "reason" in row else []
        lines += [f"{_linked(row)} <em>{escape(part[0].upper() + part[1:])}.</em>" for part in why]
    lines += [f"{_linked(row)} <em>Of the recipe: {escape(why)}.</em>" for row, why in _by_recipe(claims, folder)]
    return _list("Which are artefacts, and of what", lines)


def _by_recipe(claims: pd.DataFrame, folder: Folder) -> list[tuple[pd.Series, str]]:
    """Claims that hold with one recipe, whatever the other choices, and never with another."""
    path = folder.table("coherence")
    if not path.is_file():
        return []
    frame, found = written.read(path), []
    for number, mine in frame.groupby("number", sort=False):
        of = mine.groupby(coherence.RECIPE, sort=False)["holds"].agg(set)
        holding = [name for name, said in of.items() if said == {coherence.YES}]
        failing = [name for name, said in of.items() if said == {coherence.NO}]
        row = claims[claims["number"] == str(number)]
        if holding and failing and len(row):
            found.append((row.iloc[0], f"holds with {' and '.join(holding)}, not with {' and '.join(failing)}"))
    return found


def _failing(claims: pd.DataFrame) -> str:
    lines = []
    titles = (
        ("Not reproduced", NOT_REPRODUCED),
        ("Not our mean, but a number that one chip of ours may have", CONSISTENT),
        ("Open", NOT_DECIDABLE),
    )
    for title, verdict in titles:
        found = _of(claims, verdict)
        if len(found):
            numbers = ", ".join(_number(row) for _, row in found.iterrows())
            lines.append(f"{title}: claims {numbers}.")
    return _list("What does not hold, or is open", lines)


def _exclusions(folder: Folder, evidence: Evidence) -> str:
    """The conclusions of the proofs, each with a link to its section where the study shows it."""
    lines = []
    for proof in evidence.study.paper.proofs:
        conclusion = proof.conclude(evidence)
        if conclusion is not None:
            heading = f"{escape(conclusion.heading)}."
            if any(folder.figure(figure.name).is_file() for figure in proof.section.figures):
                heading = f'<a href="#{escape(proof.section.key)}">{heading}</a>'
            lines.append(f"{heading} {escape(conclusion.text)}")
    return _list("Which of its numbers exclude each other", lines)


def _linked(row: pd.Series) -> str:
    return f"{_number(row)}: {escape(row['claim'])}"


def _number(row: pd.Series) -> str:
    return f'<a href="#claim-{escape(row["number"])}">{escape(row["number"])}</a>'


def _list(title: str, lines: Iterable[str]) -> str:
    """A heading and its points; nothing where there is none."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<h2>{escape(title)}</h2><ul class="meaning">{items}</ul>' if items else ""
