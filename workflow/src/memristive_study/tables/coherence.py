"""The coherence table of a study: which values of the choices that a text leaves open make which claims hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from memristive_study import figures
from memristive_study.claims import coherence
from memristive_study.claims.coherence import NO, OPEN, RECIPE, YES
from memristive_study.claims.evidence import Evidence
from memristive_study.claims.judge import Claim
from memristive_study.claims.situations import CHOICES, Situations
from memristive_study.results import sources
from memristive_study.results.folder import Folder
from memristive_study.results.study import Study
from memristive_study.tables import write
from memristive_study.tables.text import to_markdown

SIGNS = {YES: "✓", NO: "✗", OPEN: "?"}
OWN = " *"  # of the values of the best set


def make(
    claims: Sequence[Claim],
    inputs: Mapping[str, sources.Value],
    points: Mapping[str, str],
    recipe: str,
    recipes: Mapping[str, str | Path],
    study: Study,
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write the table as CSV and as Markdown, hashes beside them.

    Args:
        points: experiment of each point at which alternatives were compared.
        recipe: name of the study's own training.
        recipes: folders of published studies of other trainings.
    """
    studies = {recipe: Situations(Evidence(figures.read_all(inputs), study), points)}
    for name, path in recipes.items():
        folder = Folder(path)
        described = folder.config.get("choices", {}).get("points", {})
        named = {point: entry["experiment"] for point, entry in described.items() if entry}
        studies[name] = Situations(Evidence(folder.read(), folder.study(study.paper)), named)
    frame = coherence.table(claims, studies)
    text = "\n".join(f"- {line}" for line in sentences(frame))
    title = "# Choices and the claims that hold with them"
    write(frame, f"{title}\n\n{text}\n\n{to_markdown(matrix(frame))}", inputs, csv, markdown)


def read(path: str | Path) -> pd.DataFrame:
    """A coherence table that `make` wrote: numbers as such, choices as texts."""
    return pd.read_csv(path, dtype=dict.fromkeys((RECIPE, *CHOICES), str)).fillna("")


def matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """A row a value of a choice, a column a claim that choices decide: whether it holds, the others as in the best set.

    The values of the best set are marked by OWN.
    """
    choices = coherence.values(frame)
    if not choices:
        return pd.DataFrame(columns=["choice", "value"])
    best = coherence.joint(frame).iloc[0]
    rows = []
    for choice, values in choices.items():
        for value in values:
            at = {other: best[other] for other in choices} | {choice: value}
            rows.append(
                {"choice": coherence.label(choice), "value": value + OWN * (value == best[choice])}
                | {
                    str(number): SIGNS[coherence.holds(frame[frame["number"] == number], at)]
                    for number in coherence.touched(frame)
                }
            )
    return pd.DataFrame(rows)


def sentences(frame: pd.DataFrame) -> list[str]:
    """What the authors probably used, as far as the claims tell: one answer for all choices together, its support.

    A value is ruled out where even if all that was not run with it held, fewer facts would hold than with the best set.
    """
    choices = coherence.values(frame)
    if not choices:
        return []
    sets = coherence.joint(frame)
    most = len(sets[YES].iloc[0])
    decided = {fact for found in (*sets[YES], *sets[NO]) for fact in found}
    possible = sets[YES].map(len) + sets[OPEN].map(lambda facts: len(decided & set(facts)))
    left = {
        choice: [value for value in values if possible[sets[choice] == value].max() >= most]
        for choice, values in choices.items()
    }
    known = [f"{coherence.label(c)} {' or '.join(v)}" for c, v in left.items() if len(v) < len(choices[c])]
    untold = [coherence.label(choice) for choice, found in left.items() if len(found) == len(choices[choice])]
    lines = [
        f"Of {len(decided)} facts that this study decides, at most {most} hold with one set of choices"
        + (f": {', '.join(known)}" if known else "")
        + (f"; the claims do not tell apart the values of {_and(untold)}" if untold else "")
        + "."
    ]
    for choice, found in left.items():
        others = [value for value in choices[choice] if value not in found]
        if others:
            fewer = most - possible[sets[choice].isin(others)].max()
            lines.append(
                f"{coherence.label(choice).capitalize()}: with {' or '.join(others)} at least {fewer} "
                f"fact{'s fail' if fewer > 1 else ' fails'} that could hold."
            )
    failing = set(sets[NO].iloc[0])
    never = sorted(failing.difference(*sets[YES]))
    if never:
        lines.append(f"No listed value explains claim{'s' * (len(never) > 1)} {_and(never)}.")
    if elsewhere := sorted(failing - set(never)):
        lines.append(f"With other sets of choices only: claim{'s' * (len(elsewhere) > 1)} {_and(elsewhere)}.")
    return lines


def _and(items: Sequence[object]) -> str:
    names = list(map(str, items))
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
