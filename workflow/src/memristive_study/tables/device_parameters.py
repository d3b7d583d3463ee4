"""Parameters of the devices' models and where they were published."""

import pandas as pd

from memristive_study.results.study import Study
from memristive_study.tables import Frames


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a parameter, a column a device. Needs `parameters`."""
    frame = frames["parameters"].set_index("name").drop(columns="device").dropna(axis="columns", how="all")
    return frame.T.rename_axis("parameter").reset_index()
