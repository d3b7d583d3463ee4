"""Seconds for all test images by engine and tile shape (Table 5)."""

import pandas as pd

from memristive_study.results.study import Study
from memristive_study.tables import Frames


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a timing, measured on few images and scaled where `scaled` is true. Needs `times`."""
    rows = []
    for row in frames["times"].itertuples():
        tile = row.tile_shape if isinstance(row.tile_shape, str) else "none"
        rows.append(
            {
                "network": study.label(row.network),
                "engine": row.engine,
                "tile_shape": tile,
                "seconds": row.scaled_seconds,
                "timed_images": row.images,
                "test_images": row.test_images,
                "scaled": row.images != row.test_images,
                "predictions_differing": getattr(row, "predictions_differing", None),
                "threads": row.threads,
                "paper_seconds": (study.reported(study.paper.seconds, row.network) or {}).get(tile),
            }
        )
    return pd.DataFrame(rows)
