"""Accuracy at the main point of endurance and of retention, for each semantics and choice of tuning (Table 3)."""

import pandas as pd

from memristive_study.results.statistics import accuracy_interval
from memristive_study.results.study import Study
from memristive_study.tables import Frames, interval_columns, ordered


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row an experiment, network, semantics and tuning. Needs `endurance`, `retention` with the part `paper`."""
    rows = []
    for experiment in ("endurance", "retention"):
        frame = frames[experiment]
        frame = frame[frame["part"] == "paper"]
        for name in ordered(frame["network"], study):
            mine = frame[frame["network"] == name]
            for (semantics, tuning), group in mine.groupby(["semantics", "tuning"], sort=False):
                row = {"experiment": experiment, "network": study.label(name), "semantics": semantics, "tuning": tuning}
                paper = study.stated(experiment, name, group.iloc[0])
                rows.append(row | interval_columns(accuracy_interval(group["accuracy"])) | {"paper": paper})
    return pd.DataFrame(rows)
