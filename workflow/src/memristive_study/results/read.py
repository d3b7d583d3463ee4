"""The readers of result files; InputError, in one line that names the file, where one cannot be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import read_json
from memristive.core.setting import FIELDS

TEXTS = {"network": str, "label": str, "tile_shape": str, "array.tile_shape": str, "layers": str}


def experiment(path: str | Path) -> pd.DataFrame:
    """Rows of ``experiments/<name>.csv``: a row an evaluation.

    Columns of a setting come under their short forms (`adc_bits`), whether the file names them so, as results did
    before fields stood in groups, or by dotted names (`adc.bits`).
    """
    frame = table(path, dtype=TEXTS)
    return frame.rename(columns={name: found.short for name, found in FIELDS.items()})


def table(path: str | Path, **options: Any) -> pd.DataFrame:
    """A CSV file, read by pandas with `options`."""
    return _read(path, "table", lambda: pd.read_csv(path, **options))


def mapping(path: str | Path) -> dict[str, Any]:
    """A JSON file that holds an object."""
    found = _read(path, "JSON", lambda: read_json(path))
    if not isinstance(found, dict):
        raise InputError(f"{path}: holds {type(found).__name__}, a JSON object is needed")
    return found


def _read(path: str | Path, kind: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (OSError, ValueError, RecursionError) as error:  # those of pandas and json are ValueErrors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path}: cannot be read as {kind} ({reason})") from None
