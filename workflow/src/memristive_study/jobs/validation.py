"""The job that compares MemTorch with the simulator on a study's weights and images."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from memristive.core.seeding import generator
from memristive.core.setting import Setting
from memristive.memtorch.comparison import compare
from memristive_study.data.dataset import load
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights


def validate_network(
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    settings: str,
    images: int,
    threads: int,
    named: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Rows of `parity.COLUMNS`, one for each setting, of one network on a data set's first test images.

    Args:
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        settings: JSON of a list of [label, canonical text of a Setting].
        images: how many.
        threads: of the arithmetic.
        named: experiment and network, which the rows carry.
    """
    torch.set_num_threads(threads)
    data = load(dataset)
    model = build(architecture, len(data.class_names), data.input_shape)
    load_weights(model, weights)
    batch = data.tensor(data.x_test[:images])
    rows = []
    for label, text in json.loads(settings):
        found = compare(model, Setting.from_canonical(text), batch, generator("validation", named["network"]))
        rows.append({**named, "setting": label, **found})
        print(f"{label}: {'passed' if found['passed'] else 'FAILED'}: {found}")
    return rows
