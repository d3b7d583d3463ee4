"""Checks before the first job, of a JSON object (see `check`) on stdin: ``python -m memristive_study.jobs.preflight``.

They import torch and the user's own networks, which Snakemake's process does not.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.core.tracebacks import described
from memristive.network.checks import check_layers
from memristive.network.convert import convert
from memristive_study.data.archive import read_arrays
from memristive_study.models.build import TOOL, build

# Channels, height and width of the images, and the number of classes.
KNOWN = {"mnist": (1, 28, 28, 10), "cifar10": (3, 32, 32, 10), "cifar100": (3, 32, 32, 100), "digits": (1, 8, 8, 10)}


def check(asked: Mapping[str, Any]) -> None:
    """InputError where a job would fail for what can be known before: a network, a setting that it cannot have, a GPU.

    Args:
        asked: networks by name, each with its architecture, the entry of its data set and its settings (canonical
            texts); cuda, the names of the networks that are to be trained on a GPU.
    """
    for name in asked["cuda"]:
        if not torch.cuda.is_available():
            raise InputError(f"networks: {name}: training: device: cuda, but PyTorch finds no CUDA device")
    for name, entry in asked["networks"].items():
        *shape, classes = images(entry["dataset"])
        try:
            model = build(entry["architecture"], classes, tuple(shape)).eval()
            _check_outputs(model, tuple(shape), classes)
            settings = [Setting.from_canonical(text) for text in entry["settings"]]
            for setting in settings:
                check_layers(model, setting)
            for setting in settings[:1]:  # arithmetic with the layers' weights shows only when it is carried out
                convert(model, setting, torch.Generator().manual_seed(0))(torch.zeros(1, *shape))
        except InputError as error:
            raise InputError(f"networks: {name}: {error}") from None


def images(entry: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Channels, height, width and number of classes of a data set that is not prepared yet."""
    if entry["source"] == "npz":
        arrays = read_arrays(Path(entry["path"]))
        height, width, channels = arrays["x_train"].shape[1:]
        classes = len(arrays["class_names"])
    else:
        channels, height, width, classes = KNOWN[entry.get("dataset", entry["source"])]
    height, width = entry.get("size", (height, width))
    return entry.get("channels", channels), height, width, classes


def _check_outputs(model: nn.Module, shape: tuple[int, ...], classes: int) -> None:
    text = "x".join(map(str, shape))
    try:
        with torch.no_grad():
            logits = model(torch.zeros(2, *shape))
    except Exception as error:  # a user's network may raise anything
        raise InputError(f"architecture: images of {text} do not fit the network: {described(error, TOOL)}") from None
    found = tuple(getattr(logits, "shape", ()))
    if len(found) != 2 or found[0] != 2 or found[1] < classes:
        given = "x".join(map(str, found)) or type(logits).__name__
        raise InputError(
            f"architecture: for 2 images of {text} the output is {given}; a logit for each of {classes} classes is "
            f"needed, 2x{classes}"
        )


def main() -> int:
    """Check what stands on stdin; the exit code, an error as one line on stderr."""
    try:
        check(json.load(sys.stdin))
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
