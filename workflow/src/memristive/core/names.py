"""Lines about names that nobody knows."""

import difflib
from collections.abc import Iterable

from memristive.core.errors import InputError


def unknown_key(place: str, key: str, known: Iterable[str]) -> str:
    """One line about a key that nobody knows, with the nearest known key where there is one."""
    known = list(known)
    near = difflib.get_close_matches(str(key), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(known)}"
    return f"{place}: {key}: unknown key; {hint}"


def check_known(place: str, name: str, known: Iterable[str]) -> None:
    """InputError, with the nearest known name, where `name` is not among `known`; `place` is where it stands."""
    if name not in known:
        raise InputError(unknown_key(place, name, known))
