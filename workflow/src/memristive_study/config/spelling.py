"""One spelling of a Setting's fields in a whole configuration, whichever its files use."""

from collections.abc import Mapping, Sequence
from typing import Any

from memristive_study.config.sections import SettingFields, WrongKey
from memristive_study.config.settings import named
from memristive_study.config.study import Study
from memristive_study.config.walk import rebuilt


def spelled(config: Mapping[str, Any], sources: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """`config` with every field of a setting under its dotted name, in the order of first mention.

    Where files spell a field in different ways, merging them keeps every spelling. Of these the one counts that the
    last of `sources`, the files' contents, uses. A mapping with an unknown name, or with a field that one source gives
    twice, stays as it is, for validation to refuse.
    """

    def change(mark: Any, value: Any, path: tuple[str, ...]) -> Any:
        if not isinstance(mark, SettingFields) or not isinstance(value, Mapping):
            return value
        try:
            found: dict[str, dict[str, Any]] = {}
            for name, used, given in named(value):
                found.setdefault(name, {})[used] = given
            kept = {name: _last(name, list(given), sources, path) for name, given in found.items()}
        except WrongKey:
            return value
        if None in kept.values():
            return value
        return {name: found[name][used] for name, used in kept.items()}

    return rebuilt(Study, config, change)


def _last(name: str, spellings: list[str], sources: Sequence[Mapping[str, Any]], path: tuple[str, ...]) -> str | None:
    """The one of `spellings` that the last source with the field `name` uses; None where that is not known."""
    if len(spellings) == 1:
        return spellings[0]
    for source in reversed(sources):
        place: Any = source
        for key in path:
            place = place.get(key) if isinstance(place, Mapping) else None
        if isinstance(place, Mapping):
            used = [spelling for field, spelling, _ in named(place) if field == name]
            if used:
                return used[0] if len(used) == 1 else None
    return None
