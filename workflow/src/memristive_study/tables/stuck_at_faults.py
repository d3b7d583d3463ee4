"""Accuracy by the proportions of stuck devices (Table 6)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from memristive_study.results.statistics import accuracy_interval
from memristive_study.results.study import Study
from memristive_study.tables import Frames, interval_columns, ordered

EXPERIMENT = "device_faults"
COLUMNS = ("network", "semantics", "stuck_at_lrs", "stuck_at_hrs", "ours", "low", "high", "n", "over", "paper")


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a network, semantics and pair of proportions. Needs `device_faults`.

    With a paper that tabulates some proportions, for whichever of its networks, these alone.
    """
    frame, rows = frames[EXPERIMENT], []
    tabulated = any(_tabulated(fields, study) for _, fields in frame.drop_duplicates("label").iterrows())
    for name in ordered(frame["network"], study):
        mine = frame[frame["network"] == name]
        for (semantics, lrs, hrs), group in mine.groupby(["semantics", "stuck_at_lrs", "stuck_at_hrs"], sort=False):
            fields = group.iloc[0]
            if tabulated and not _tabulated(fields, study):
                continue
            row = {"network": study.label(name), "semantics": semantics, "stuck_at_lrs": lrs, "stuck_at_hrs": hrs}
            paper = study.stated(EXPERIMENT, name, fields)
            rows.append(row | interval_columns(accuracy_interval(group["accuracy"])) | {"paper": paper})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _tabulated(fields: Mapping[str, Any], study: Study) -> bool:
    paper = study.paper
    return any(paper.accuracy(EXPERIMENT, network, fields) is not None for network in paper.networks)
