"""Grids that several files of a configuration make together, which a reader of one of them does not see."""

from collections.abc import Iterator, Mapping
from typing import Any

from memristive.core.setting import FIELDS
from memristive_study.config.spelling import spelled

Evaluations = Mapping[tuple[str, str], int]  # by experiment and part


def merged(config: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], evaluations: Evaluations) -> list[str]:
    """One line for each experiment whose parts, and for each part whose grid, come from several files.

    Args:
        config: valid, what the files come to.
        sources: contents of its files by name, the last of which counts.
        evaluations: numbers of them.
    """
    contents = {name: spelled(content) for name, content in sources.items()}
    return [
        line for name in config["run"]["experiments"] for line in _of_experiment(name, config, contents, evaluations)
    ]


def _of_experiment(
    name: str, config: Mapping[str, Any], sources: Mapping[str, Any], evaluations: Evaluations
) -> Iterator[str]:
    parts = [part for part in config["experiments"][name]["parts"] if evaluations.get((name, part))]
    first: dict[str, list[str]] = {}
    for part in parts:
        owners = _owners(sources, "experiments", name, "parts", part)
        if owners:
            first.setdefault(owners[0], []).append(part)
    if len(first) > 1:
        texts = [
            f"{', '.join(f'{part} ({evaluations[name, part]:,} evaluations)' for part in owned)} of {owner}"
            for owner, owned in first.items()
        ]
        dropped = next(iter(first.values()))[0]
        yield f"experiments: {name}: parts {' and '.join(texts)} are all run; {dropped}: null leaves that one out"
    for part in parts:
        yield from _of_part(name, part, config["experiments"][name]["parts"][part].get("grid", {}), sources)


def _of_part(name: str, part: str, grid: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[str]:
    """A line where the last file that has the part's grid sweeps fields beside those of others."""
    place = ("experiments", name, "parts", part, "grid")
    last = {field: _owners(sources, *place, field)[-1:] for field in grid}
    owners = _owners(sources, *place)
    own = [field for field, owner in last.items() if owner == owners[-1:]]
    others = [field for field in grid if field not in own and last[field]]
    if own and others:
        short = [", ".join(FIELDS[field].short for field in fields) for fields in (own, others)]
        yield (
            f"experiments: {name}: parts: {part}: sweeps {short[0]} ({owners[-1]}) together with {short[1]} "
            f"({', '.join(dict.fromkeys(last[field][0] for field in others))}); null under grid takes a list back"
        )


def _owners(sources: Mapping[str, Any], *path: str) -> list[str]:
    """Names of the sources that say something at a place, in order."""
    found = []
    for name, content in sources.items():
        for key in path:
            content = content.get(key) if isinstance(content, Mapping) else None
        if content is not None:
            found.append(name)
    return found
