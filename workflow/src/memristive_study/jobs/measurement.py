"""A measurement of one trained network on test images, as a table."""

from collections.abc import Mapping
from pathlib import Path

import torch

from memristive.core.files import write_csv
from memristive_study.data.dataset import load
from memristive_study.data.normalisation import to_tensor
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights
from memristive_study.results import outputs


def measure(
    function: str,
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    normalisation: str,
    images: int,
    threads: int,
    named: Mapping[str, str],
    output: str | Path,
) -> None:
    """Write the rows of a measurement as CSV.

    Args:
        function: "module:function" of (network, images, labels), see `results.outputs.Measurement`.
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        normalisation: of the images; empty: as the data set says.
        images: the first of the test images that are used, all where there are fewer.
        threads: of the arithmetic; no result depends on it.
        named: recipe and network, which each row carries.
    """
    torch.set_num_threads(threads)
    data = load(dataset)
    model = build(architecture, len(data.class_names), data.input_shape)
    load_weights(model, weights)
    tensor = to_tensor(data.x_test[:images], normalisation or data.normalisation, (data.mean, data.std))
    labels = torch.from_numpy(data.y_test[:images])
    rows = [{**named, **row} for row in outputs.resolve(function)(model.eval(), tensor, labels)]
    write_csv(output, rows, list(dict.fromkeys(key for row in rows for key in row)))
