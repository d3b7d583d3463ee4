"""From the quantities of a claim to its verdict: which semantics, which choices, which networks fulfil its criteria."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from memristive_study.claims.criteria import Criterion
from memristive_study.claims.evidence import Found
from memristive_study.results import readings
from memristive_study.results.readings import AS, MEANT

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
ONLY_WITH_DEFECT = "reproduced only with the defect"
CONSISTENT = "consistent with one chip of ours"
DEPENDS_ON_CHOICE = "depends on the choice"
DEPENDS_ON_NETWORK = "depends on the network"
NOT_DECIDABLE = "not decidable"
ALSO_ON_NETWORK = "it depends on the network"  # in the reason of a verdict that another semantics decides
VERDICTS = (
    REPRODUCED,
    ONLY_WITH_DEFECT,
    CONSISTENT,
    DEPENDS_ON_CHOICE,
    DEPENDS_ON_NETWORK,
    NOT_REPRODUCED,
    NOT_DECIDABLE,
)


class HasCriterion(Protocol):
    """A part of a claim, as far as a verdict needs it."""

    @property
    def criterion(self) -> Criterion: ...


Quantities = Sequence[tuple[HasCriterion, Sequence[Found]]]


@dataclass(frozen=True)
class Decided:
    """A verdict, why it is not simply so, and the semantics and choices with which the claim holds."""

    verdict: str
    reason: str = ""
    holds_with: str = ""


@dataclass(frozen=True)
class Holding:
    """Under one semantics: holds (True), does not (False), undecided (None), by choice and by training."""

    by_choice: Mapping[str, bool | None]
    by_training: Mapping[str, bool | None]

    @property
    def truth(self) -> bool | None:
        """Under every choice alike, or None."""
        values = set(self.by_choice.values())
        return values.pop() if len(values) == 1 else None

    @property
    def divided_choices(self) -> bool:
        """Whether it holds with some choices and not with others."""
        return {True, False} <= set(self.by_choice.values())

    @property
    def divided_trainings(self) -> bool:
        """Whether it holds for some trainings and not for others."""
        return {True, False} <= set(self.by_training.values())

    def choices(self) -> list[str]:
        """The choices with which it holds, where there are several."""
        return [choice for choice, holds in self.by_choice.items() if holds and choice]


def decide(found: Quantities, papers: Mapping[str, str | None], draws: Quantities = ()) -> Decided:
    """The verdict on a claim.

    Args:
        found: its parts with their quantities, none of them empty.
        papers: the paper's network that each network of the study stands for; several of one are its trainings.
        draws: the parts with the quantities of further draws of the networks, and of the networks themselves at the
            same settings. They are known by fewer repeats, so that they decide nothing by themselves: a verdict
            depends on the network where one of them decides against another.
    """
    trainings = draws if any(quantities for _, quantities in draws) else found
    kinds = {q.semantics for _, quantities in found for q in quantities} - {""}
    published = readings.published(kinds)
    first = MEANT if MEANT in kinds or not published else published
    holding = {
        kind: Holding(_by_choice(found, kind, papers), _by_training(trainings, kind, papers))
        for kind in readings.ORDER
        if kind in {first, *kinds}
    }
    with_what = "; ".join(filter(None, (_with(kind, held, bool(kinds)) for kind, held in holding.items())))
    published = "" if published == first else published
    verdict, reason = _of_first(found, holding, first, published)
    if verdict in (NOT_REPRODUCED, NOT_DECIDABLE):
        for kind in filter(None, (first, published)):
            for choice in _choices(found, kind):
                if _like_one_chip(found, kind, choice):
                    how = f"the paper's number is one that a chip of ours may have, {AS.get(kind, kind)}"
                    return Decided(CONSISTENT, ", ".join(filter(None, [how, choice and f"with {choice}"])), with_what)
    if published and holding[published].divided_trainings and verdict != DEPENDS_ON_NETWORK:
        depends = f"{AS[published]} {ALSO_ON_NETWORK}: {_divided(holding[published])}"
        reason = "; ".join(filter(None, [reason, depends]))
    return Decided(verdict, reason, with_what)


def _divided(held: Holding) -> str:
    """The trainings for which a claim holds, and those for which it does not."""
    holds, fails = ([name for name, truth in held.by_training.items() if truth is which] for which in (True, False))
    return f"holds for {' and '.join(holds)}, not for {' and '.join(fails)}"


def _of_first(found: Quantities, holding: Mapping[str, Holding], first: str, published: str) -> tuple[str, str]:
    """The verdict by what decides first, then by what was published, if that is another semantics."""
    mine = holding[first]
    if mine.divided_trainings:
        return DEPENDS_ON_NETWORK, _divided(mine)
    if mine.divided_choices:
        return DEPENDS_ON_CHOICE, f"with {' or '.join(mine.choices())} only"
    alone = "decided on single runs, without an interval" if _single(found) else ""
    if mine.truth:
        differs = published and not holding[published].truth
        otherwise = _otherwise(published, holding[published]) if differs else ""
        return REPRODUCED, "; ".join(filter(None, [otherwise, alone]))
    if mine.truth is None:
        known = any(q.ours.known for _, quantities in found for q in quantities)
        return NOT_DECIDABLE, "an interval crosses the criterion" if known else "these values do not decide it"
    if published and holding[published].truth:
        return ONLY_WITH_DEFECT, f"holds {AS[published]}, not as meant"
    if published and holding[published].divided_choices:
        choices = " or ".join(holding[published].choices())
        return DEPENDS_ON_CHOICE, f"{AS[published]} and with {choices} only; not as meant"
    return NOT_REPRODUCED, alone


def _otherwise(kind: str, held: Holding) -> str:
    if held.truth is False:
        how = "not"
    else:
        how = f"with {' or '.join(held.choices())} only" if held.choices() else "undecided"
    return f"holds as meant, {how} {AS[kind]}"


def _with(kind: str, held: Holding, named: bool) -> str:
    """The semantics and the choices with which a claim holds, as text; empty where it does not."""
    if not any(held.by_choice.values()):
        return ""
    return ", ".join(filter(None, [kind if named else "", " or ".join(held.choices())])) or "always"


def _by_choice(found: Quantities, semantics: str, papers: Mapping[str, str | None]) -> dict[str, bool | None]:
    """How a claim stands under one semantics with each choice, on all networks."""
    return {choice: _holds(found, semantics, choice, papers, None) for choice in _choices(found, semantics)}


def _by_training(found: Quantities, semantics: str, papers: Mapping[str, str | None]) -> dict[str, bool | None]:
    """How it stands for each training, where some network of the paper has several, by choices that agree."""
    present = {q.where for _, quantities in found for q in quantities if q.semantics in ("", semantics)}
    by_training: dict[str, bool | None] = {}
    for paper in dict.fromkeys(filter(None, papers.values())):
        trainings = [name for name, of in papers.items() if of == paper and name in present]
        if len(trainings) > 1:
            for name in trainings:
                choices = [_holds(found, semantics, choice, papers, name) for choice in _choices(found, semantics)]
                by_training[name] = conjunction(choices)
    return by_training


def _holds(
    found: Quantities, semantics: str, choice: str, papers: Mapping[str, str | None], network: str | None
) -> bool | None:
    """Whether all criteria are fulfilled, of one network or of all.

    A quantity without a semantics, or without a choice, counts under each.
    """
    truths = [
        fulfils(part.criterion, q)
        for part, quantities in found
        for q in quantities
        if q.semantics in ("", semantics)
        and q.choice in ("", choice)
        and (network is None or q.where == network or q.where not in papers)
    ]
    return conjunction(truths) if truths else None


def _choices(found: Quantities, semantics: str) -> list[str]:
    """The choices of what was found under a semantics; an empty one where there are none."""
    mine = [q for _, quantities in found for q in quantities if q.semantics in ("", semantics)]
    return list(dict.fromkeys(q.choice for q in mine if q.choice)) or [""]


def _like_one_chip(found: Quantities, semantics: str, choice: str) -> bool:
    """Whether each quantity fulfils its criterion or has the paper's value where one further chip may lie."""
    mine = [
        (part, q)
        for part, quantities in found
        for q in quantities
        if q.semantics in ("", semantics) and q.choice in ("", choice)
    ]
    return bool(mine) and all(fulfils(part.criterion, q) or consistent(q) for part, q in mine)


def consistent(found: Found) -> bool | None:
    """Whether the paper's value, which is that of one chip, lies where one further chip of ours does, if known."""
    return None if found.chip is None or found.paper is None else found.chip.holds(found.paper)


def conjunction(truths: Sequence[bool | None]) -> bool | None:
    """False where one is false, None where one is undecided, else True."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def fulfils(criterion: Criterion, found: Found) -> bool | None:
    """True or false only where the intervals over repeats and over images, as far as there are both, agree."""
    intervals = [found.ours, found.ours.images]
    known = [interval for interval in intervals if interval is not None and interval.known] or [found.ours]
    truths = {criterion.test(interval, found.paper) for interval in known}
    return truths.pop() if len(truths) == 1 else None


def _single(found: Quantities) -> bool:
    ours = [q.ours for _, quantities in found for q in quantities]
    return any(one.kind == "repeats" and not one.known and one.images is None for one in ours)
