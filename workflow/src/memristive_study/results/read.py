"""The one reader of result files."""

from pathlib import Path

import pandas as pd

from memristive.core.setting import FIELDS

TEXTS = {"network": str, "label": str, "tile_shape": str, "array.tile_shape": str, "layers": str}


def experiment(path: str | Path) -> pd.DataFrame:
    """Rows of ``experiments/<name>.csv``: a row an evaluation.

    Columns of a setting come under their short forms (`adc_bits`), whether the file names them so, as results did
    before fields stood in groups, or by dotted names (`adc.bits`).
    """
    frame = pd.read_csv(path, dtype=TEXTS)
    return frame.rename(columns={name: found.short for name, found in FIELDS.items()})
