"""The best accuracy over the maximum input voltages, beside the digital one (Table 4)."""

import pandas as pd

from memristive_study.claims.quantities.input_voltage import EXPERIMENT, best_stated
from memristive_study.results.differences import at, best_voltage
from memristive_study.results.statistics import accuracy_interval
from memristive_study.results.study import Study
from memristive_study.results.training import digital_accuracies
from memristive_study.tables import Frames, interval_columns, ordered


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a network and semantics. Needs `input_voltage`, `selections`."""
    rows = []
    single = digital_accuracies(frames["selections"], frames.get("datasets", {}), study.networks)
    frame = frames[EXPERIMENT].dropna(subset=["max_input_voltage"])
    frame = frame[frame["part"] == "paper"]
    for name in ordered(frame["network"], study):
        mine = frame[frame["network"] == name]
        for semantics, group in mine.groupby("semantics", sort=False):
            volts = best_voltage(group)
            found = accuracy_interval(at(group, max_input_voltage=volts)["accuracy"])
            digital = single[name].value if name in single else None
            row = {"network": study.label(name), "semantics": semantics, "max_input_voltage": volts}
            compared = {
                "digital": digital,
                "loss": None if digital is None else digital - found.value,
                "paper": best_stated(study, name, group),
                "paper_digital": study.reported(study.paper.digital_accuracy, name),
            }
            rows.append(row | interval_columns(found) | compared)
    return pd.DataFrame(rows)
