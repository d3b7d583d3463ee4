"""Which values of the choices make which claims hold, and which set of them makes most claims hold at once."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.claims.judge import Claim, judge
from memristive_study.claims.situations import ARITHMETIC, CHOICES, Situations
from memristive_study.claims.verdicts import CONSISTENT, NOT_DECIDABLE, REPRODUCED

RECIPE = "recipe"
COLUMNS = ("number", "fact", RECIPE, *CHOICES, "holds")
MOST = 100  # combinations of choices for one claim
YES, NO, OPEN = "yes", "no", "open"


def table(claims: Sequence[Claim], studies: Mapping[str, Situations]) -> pd.DataFrame:
    """A row a claim and combination of the choices that touch it (COLUMNS); a choice that does not touch it is empty.

    Args:
        studies: by recipe, the study's own first.
    """
    rows = []
    for claim in claims:
        for recipe, situations in studies.items():
            for chosen, holds in _judged(claim, situations):
                rows.append(
                    {"number": claim.number, "fact": claim.same_fact_as or claim.number, RECIPE: recipe}
                    | dict.fromkeys(CHOICES, "")
                    | {choice: value_text(value) for choice, value in chosen.items()}
                    | {"holds": holds}
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def value_text(value: Any) -> str:
    """A value of a choice for readers and for the table."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


class _Seen(dict):
    """Frames that remember which of them were asked for."""

    def __init__(self, frames: Mapping[str, Any]) -> None:
        super().__init__(frames)
        self.seen: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)


def _judged(claim: Claim, situations: Situations) -> Iterator[tuple[dict[str, Any], str]]:
    """Each combination of the choices that touch a claim, and whether it holds there.

    A choice touches a claim where some value of it changes what the claim is judged by. A claim about all settings of
    many experiments has more than MOST combinations; the arithmetic alone decides it.
    """
    first = {choice: values[0] for choice, values in situations.values.items() if values}
    evidence = situations.at(first)
    frames = _Seen(evidence.frames)
    base = judge(claim, Evidence(frames, evidence.study))

    def judged(chosen: Mapping[str, Any]) -> dict[str, Any]:
        return judge(claim, situations.at({**first, **chosen}, frames.seen)) if chosen else base

    touching = [
        choice
        for choice in situations.touching(frames.seen)
        if any(judged({choice: value})["ours"] != base["ours"] for value in situations.values[choice][1:])
    ]
    if math.prod(len(situations.values[choice]) for choice in touching) > MOST:
        touching = [choice for choice in touching if choice == ARITHMETIC]
    for values in itertools.product(*(situations.values[choice] for choice in touching)):
        chosen = dict(zip(touching, values, strict=True))
        yield chosen, _holds(judged(chosen)["verdict"])


def _holds(verdict: str) -> str:
    return YES if verdict == REPRODUCED else OPEN if verdict in (NOT_DECIDABLE, CONSISTENT) else NO


def values(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Values of each choice, of those that have several in a coherence table, in its order."""
    found = {choice: [v for v in dict.fromkeys(frame[choice]) if v != ""] for choice in (RECIPE, *CHOICES)}
    return {choice: of for choice, of in found.items() if len(of) > 1}


def joint(frame: pd.DataFrame) -> pd.DataFrame:
    """Every combination of the choices: a column each, and the facts that hold, do not hold and are open there.

    A fact that several claims state counts once, and holds where all of them do. Most facts that hold come first, then
    fewest that do not.
    """
    choices = values(frame)
    facts = {int(fact): _cases(mine, choices) for fact, mine in frame.groupby("fact", sort=False)}
    rows = []
    for combination in itertools.product(*choices.values()):
        chosen = dict(zip(choices, combination, strict=True))
        found: dict[str, list[int]] = {YES: [], NO: [], OPEN: []}
        for fact, cases in facts.items():
            found[_together(cases, chosen)].append(fact)
        rows.append(chosen | found)
    return pd.DataFrame(rows).sort_values(
        [YES, NO], key=lambda lists: lists.map(len) * (-1 if lists.name == YES else 1), kind="stable", ignore_index=True
    )


def holds(frame: pd.DataFrame, chosen: Mapping[str, str]) -> str:
    """Whether the claims of all rows hold with these values: YES, NO or OPEN."""
    return _together(_cases(frame, chosen), chosen)


def _cases(frame: pd.DataFrame, choices: Iterable[str]) -> list[tuple[dict[str, str], str]]:
    """The values that each row needs, and what it says."""
    return [
        ({choice: row[choice] for choice in choices if row[choice] != ""}, row["holds"])
        for row in frame.to_dict("records")
    ]


def _together(cases: Sequence[tuple[dict[str, str], str]], chosen: Mapping[str, str]) -> str:
    of = {said for at, said in cases if all(chosen[choice] == value for choice, value in at.items())}
    return NO if NO in of else OPEN if OPEN in of or not of else YES


def touched(frame: pd.DataFrame) -> list[int]:
    """The claims that hold with some combination and do not hold with another."""
    of = frame.groupby("number")["holds"].agg(set)
    return [number for number, found in of.items() if {YES, NO} <= found]


def label(choice: str) -> str:
    """A choice for readers."""
    return {ARITHMETIC: "arithmetic"}.get(choice, choice).replace("_", " ")
