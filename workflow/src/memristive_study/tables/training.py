"""Test accuracy of the digital networks (Table 2): (a) mean of the folds, (b) trained on the published split."""

import pandas as pd

from memristive_study.results.statistics import accuracy_interval
from memristive_study.results.study import Study
from memristive_study.results.training import digital_accuracies, fold_accuracies
from memristive_study.tables import Frames, interval_columns


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a part and network. Needs `histories`, `selections`; `datasets` for the intervals.

    Parts have the paper's letters where a network of its is in the study.
    """
    names = ("a: mean of folds", "b: published split") if study.compared else ("mean of folds", "all training images")
    rows = []
    folds = fold_accuracies(frames["histories"])
    single = digital_accuracies(frames["selections"], frames.get("datasets", {}), study.networks)
    for name in study.ordered([*folds["network"], *single]):
        mine = folds[folds["network"] == name]
        if len(mine):
            found = interval_columns(accuracy_interval(mine["accuracy"], "folds"))
            paper = study.reported(study.paper.fold_accuracy, name)
            rows.append({"part": names[0], "network": study.label(name)} | found | {"paper": paper})
    for name in study.ordered(single):
        paper = study.reported(study.paper.digital_accuracy, name)
        found = interval_columns(single[name])
        rows.append({"part": names[1], "network": study.label(name)} | found | {"paper": paper})
    return pd.DataFrame(rows)
