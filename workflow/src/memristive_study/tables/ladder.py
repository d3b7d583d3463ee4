"""What each way to get accuracy back gains, and its price."""

import dataclasses
from typing import Any

import pandas as pd
import torch

from memristive.core.setting import FIELDS, Setting
from memristive.network.recovery.price import Price, price
from memristive_study.results import sweeps
from memristive_study.results.study import Study
from memristive_study.results.training import npz_shapes
from memristive_study.tables import Frames

# Beginnings of the names of fields that decide a price.
PRICED = ("array.", "tuning.", "faults.", "retention.time", "recovery.")


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a setting: what harms it, accuracies of its chips (%), points gained, and prices (`price.Price`).

    Gains are on the first part: means over pairs of chips with the same seed. Needs an experiment and `datasets`.
    """
    (experiment,) = (name for name in frames if name != "datasets")
    frame = frames[experiment]
    parts = list(frame["part"].unique())
    fields = sweeps.swept(frame[frame["part"] == parts[0]])[:1] if parts else []
    rows = []
    for (network, part, _), chips in frame.groupby(["network", "part", "label"], sort=False):
        first = chips.iloc[0]
        nothing = frame[(frame["network"] == network) & (frame["part"] == parts[0])]
        if fields:
            nothing = nothing[nothing[fields[0]] == first[fields[0]]]
        pairs = chips.merge(nothing[["seed", "accuracy"]], on="seed", suffixes=("", "_before"))
        rows.append(
            {
                "network": study.label(network),
                "recovery": part.replace("_", " "),
                **{sweeps.named(field): first[field] for field in fields},
                "chips": len(chips),
                "mean": chips["accuracy"].mean(),
                "standard_deviation": chips["accuracy"].std(),
                "lowest": chips["accuracy"].min(),
                "highest": chips["accuracy"].max(),
                "gained": (pairs["accuracy"] - pairs["accuracy_before"]).mean(),
                **dataclasses.asdict(_price(study, network, frames["datasets"], first)),
            }
        )
    return pd.DataFrame(rows)


def _price(study: Study, network: str, datasets: Any, row: pd.Series) -> Price:
    from memristive_study.models.build import build as build_model

    shapes = npz_shapes(datasets[study.networks[network].dataset])
    height, width, channels = shapes["x_train"][1:]
    shape = (channels, height, width)
    model = build_model(study.networks[network].architecture, shapes["class_names"][0], shape).eval()
    return price(model, _setting(row), torch.zeros(1, *shape)).total


def _setting(row: pd.Series) -> Setting:
    """The setting of a row, as far as it decides a price."""
    values = {}
    for name, found in FIELDS.items():
        value = row.get(found.short)
        if name.startswith(PRICED) and not (value is None or pd.isna(value)):
            values[name] = _parsed(value) if name in ("array.tile_shape", "array.layer_types") else value
        elif name == "array.tile_shape":
            values[name] = None
    # A whole number beside empty fields has become one with a point.
    whole = {name: int(value) for name, value in values.items() if FIELDS[name].kind.startswith("whole")}
    return Setting(**values | whole)


def _parsed(text: str) -> list[Any]:
    return [int(item) if item.isdigit() else item for item in str(text).split("x")]
