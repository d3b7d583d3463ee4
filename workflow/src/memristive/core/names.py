"""Messages about unknown names."""

import difflib
import re
from collections.abc import Iterable

from memristive.core.errors import InputError

SHORT_LIST = 20  # names of which all are shown
MOST_SHOWN = 3  # of a longer list


def unknown_key(place: str, key: str, known: Iterable[str]) -> str:
    """One line about a key that nobody knows, with the nearest known keys; all of them where few are known, none near.

    Near are the key that is spelt most alike, and keys that have the unknown one as a word or, where none is alike, as
    a part.
    """
    known, key = list(known), str(key)
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        words = [name for name in known if key.lower() in re.split(r"[._]", name.lower())]
        hint = f"did you mean {' or '.join(list(dict.fromkeys(near + words))[:MOST_SHOWN])}?"
    elif len(known) <= SHORT_LIST:
        hint = f"allowed are {', '.join(known)}"
    else:
        parts = [name for name in known if key.lower() in name.lower()]
        near = (parts or difflib.get_close_matches(key, known, MOST_SHOWN, 0))[:MOST_SHOWN]
        hint = f"did you mean {' or '.join(near)}?" if near else "no key is like it"
    return f"{place}: {key}: unknown key; {hint}"


def check_known(place: str, name: str, known: Iterable[str]) -> None:
    """InputError, with the nearest known name, where `name` is not among `known`; `place` is where it stands."""
    if name not in known:
        raise InputError(unknown_key(place, name, known))
