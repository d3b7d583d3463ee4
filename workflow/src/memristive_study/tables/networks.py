"""Layers of each network: shapes, parameters, multiply-adds, and the matrix that goes on tiles."""

import pandas as pd

from memristive.core.errors import InputError
from memristive_study.results.study import Study
from memristive_study.results.training import npz_shapes
from memristive_study.tables import Frames


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a layer, as `models.layer_table` lists them, with the matrix's rows and columns. Needs `datasets`.

    Raises:
        InputError: the data set of a network is not among `datasets`.
    """
    from torch import nn

    from memristive_study.models.build import build as build_model
    from memristive_study.models.layer_table import layer_table

    rows = []
    for name, network in study.networks.items():
        if network.dataset not in frames["datasets"]:
            raise InputError(f"networks: {name}: its data set {network.dataset!r} is not among the job's data sets")
        shapes = npz_shapes(frames["datasets"][network.dataset])
        height, width, channels = shapes["x_train"][1:]
        shape = (channels, height, width)
        model = build_model(network.architecture, shapes["class_names"][0], shape)
        modules = dict(model.named_modules())
        for row in layer_table(model, shape):
            module = modules[row["layer"]]
            weights = isinstance(module, nn.Conv2d | nn.Linear)
            size = (module.weight[0].numel(), module.weight.shape[0]) if weights else (None, None)
            rows.append({"network": name} | row | {"rows": size[0], "columns": size[1]})
    return pd.DataFrame(rows).astype({"rows": "Int64", "columns": "Int64"})
