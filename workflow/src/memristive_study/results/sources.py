"""Hashes of the files that a table or a ledger was made from, in a file beside it.

By them a report says that a file has changed since.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from memristive.core.files import read_json, write_json

Value = str | Path | Sequence[str | Path]


def beside(path: str | Path) -> Path:
    """The file of the hashes beside `path`: claims.sources.json beside claims.md and claims.csv."""
    return Path(path).with_suffix(".sources.json")


def hashes(inputs: Mapping[str, Value]) -> dict[str, str]:
    """SHA-256 of each input file, by its path."""
    found = {}
    for value in inputs.values():
        for path in [value] if isinstance(value, str | Path) else value:
            with Path(path).open("rb") as stream:
                found[str(path)] = hashlib.file_digest(stream, "sha256").hexdigest()
    return dict(sorted(found.items()))


def write(path: str | Path, inputs: Mapping[str, Value]) -> None:
    """Write the hashes of `inputs` beside the file `path` that was made from them."""
    write_json(beside(path), hashes(inputs))


def read(path: str | Path) -> dict[str, str]:
    """The hashes beside `path`; empty where there are none."""
    return read_json(beside(path)) if beside(path).is_file() else {}
