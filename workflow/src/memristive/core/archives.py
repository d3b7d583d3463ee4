"""NumPy archives (.npz) from outside."""

from pathlib import Path

import numpy as np

from memristive.core.errors import InputError


def open_archive(path: Path, place: str = "") -> dict[str, np.ndarray]:
    """All arrays of an .npz. Raises InputError where it is missing, damaged or holds pickled objects.

    `place` begins the message.
    """
    if not path.is_file():
        raise InputError(f"{place}{path}: no such file")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive can raise almost anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{place}{path}: not a whole .npz of plain arrays ({reason})") from error
