"""What two studies have in common, and what each has alone."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.report import markup
from memristive_study.report.compare.pairs import KEYS, Pair
from memristive_study.report.compare.side import Side
from memristive_study.results import sweeps

PART = ["experiment", "part"]


def title(experiment: str) -> str:
    """An experiment for readers."""
    return "Choices left open" if experiment == CHOICES else experiment.replace("_", " ").capitalize()


def overview(a: Side, b: Side, found: Sequence[Pair], labels: Mapping[str, str]) -> str:
    """Networks and experiments that both studies have, and how many settings each has of them."""
    lines = [
        _shared("Networks", *(list(dict.fromkeys(side.evaluations["network"])) for side in (a, b)), labels),
        _shared("Experiments", *(list(side.paths) for side in (a, b)), {name: title(name) for name in a.paths}),
    ]
    rows = []
    for experiment, part in _parts(a, b):
        own = [_settings(side, experiment, part) for side in (a, b)]
        both = sum((pair.experiment, pair.part) == (experiment, part) for pair in found)
        rows.append([title(experiment), part.replace("_", " "), *own, both])
    frame = pd.DataFrame(rows, columns=["experiment", "part", f"settings of {a.name}", f"settings of {b.name}", "both"])
    return "".join(map(markup.paragraph, lines)) + table(frame, "Settings by experiment")


def alone(a: Side, b: Side, found: Sequence[Pair]) -> str:
    """Parts of which one study has settings that the other lacks, and what these sweep."""
    rows = []
    for number, side in enumerate((a, b)):
        shared = {(pair.experiment, pair.part, pair.network, pair.labels[number]) for pair in found}
        frame = side.evaluations.drop_duplicates(KEYS)
        frame = frame[[key not in shared for key in map(tuple, frame[KEYS].to_numpy())]]
        for (experiment, part), mine in frame.groupby(PART, sort=False):
            rows.append([side.name, title(experiment), part.replace("_", " "), len(mine), "; ".join(_ranges(mine))])
    if not rows:
        return markup.paragraph("Each study has all settings of the other.")
    columns = ["study", "experiment", "part", "settings", "over"]
    return table(pd.DataFrame(rows, columns=columns), "Settings of one study alone")


def table(frame: pd.DataFrame, caption: str) -> str:
    """A table whose headings stay as they are: names of studies may hold underscores."""
    return markup.table(frame, caption, {name: str(name) for name in frame.columns})


def _shared(what: str, first: Sequence[str], second: Sequence[str], labels: Mapping[str, str]) -> str:
    both = [labels.get(name, name) for name in first if name in second]
    return f"{what} of both: {', '.join(both)}." if both else f"{what} of both: none."


def _parts(a: Side, b: Side) -> Iterator[tuple[str, str]]:
    frame = pd.concat([side.evaluations[PART] for side in (a, b)]).drop_duplicates()
    yield from map(tuple, frame.to_numpy())


def _settings(side: Side, experiment: str, part: str) -> int:
    frame = side.evaluations
    return len(frame[(frame["experiment"] == experiment) & (frame["part"] == part)].drop_duplicates(KEYS))


def _ranges(frame: pd.DataFrame) -> Iterator[str]:
    """Each field that takes several values, with these."""
    for name in sweeps.swept(frame, semantics=True):
        values = sorted(frame[name].unique(), key=sweeps.order)
        yield f"{sweeps.title(name)} {', '.join(sweeps.text(value) or 'none' for value in values)}"
