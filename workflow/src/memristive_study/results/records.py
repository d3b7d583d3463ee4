"""One record an evaluated setting, one table an experiment."""

import base64
import csv
import dataclasses
import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memristive.core.errors import InputError
from memristive.core.files import read_json, write_csv
from memristive.core.setting import FIELD_NAMES, Setting

if TYPE_CHECKING:
    from memristive.evaluation import Evaluation
    from memristive.network.recovery.images import Draw

MEASURED = (
    "repeat",
    "seed",
    "images",
    "correct",
    "accuracy",
    "classes_predicted",
    "one_class",  # true where all predictions are the same: the accuracy is then one class's share of the images
    "convert_seconds",
    "seconds",
)
COLUMNS = ("experiment", "network", "part", "label", *FIELD_NAMES, "layers", *MEASURED)


def evaluate_setting(
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    setting: str,
    seeds: Sequence[int],
    threads: int,
    named: Mapping[str, str],
    precision: float | None = None,
) -> dict[str, Any]:
    """Record of one setting on a data set's test images, as JSON holds it.

    Args:
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        setting: canonical text of a Setting.
        seeds: one for each repeat.
        threads: of the arithmetic; no result depends on it.
        named: experiment, network, part and label, which the record carries.
        precision: half-width (points) of the 95 % interval of the mean accuracy, for the sake of which the seeds are
            used in their order, as many as it needs (`memristive.population.sequence`); None: all of them.
    """
    import torch

    from memristive.evaluation import evaluations
    from memristive.network.recovery.steps import prepare
    from memristive_study.data.dataset import TestImages
    from memristive_study.models.build import build
    from memristive_study.models.weights import load_weights
    from memristive_study.runtime import malloc

    malloc.hand_back_large()
    torch.set_num_threads(threads)
    images = TestImages(dataset)
    model = build(architecture, len(images.class_names), images.input_shape)
    load_weights(model, weights)
    test = images, torch.from_numpy(images.labels)
    parsed = Setting.from_canonical(setting)

    draw = training_images(dataset)
    ready, own = prepare(model, parsed, draw)  # once, however many stages there are

    def evaluate(wanted: Sequence[int]) -> "Iterator[Evaluation]":
        return evaluations(ready, test, own, wanted, draw, prepared=True)

    found = enumerate(evaluate(seeds) if precision is None or not seeds else _until(precision, evaluate, seeds))
    return {
        **named,
        "setting": parsed.canonical(),
        "evaluations": [{"repeat": repeat, **dataclasses.asdict(evaluation)} for repeat, evaluation in found],
    }


def _until(
    precision: float, evaluate: "Callable[[Sequence[int]], Iterable[Evaluation]]", seeds: Sequence[int]
) -> "list[Evaluation]":
    """Evaluations with the first of `seeds`, until their mean is known to `precision` points, or with all of them."""
    import numpy as np

    from memristive.population.sequence import until_precise

    found: list[Evaluation] = []

    def draw(more: int) -> np.ndarray:
        found.extend(evaluate(seeds[len(found) : len(found) + more]))
        return np.array([evaluation.accuracy / 100 for evaluation in found[-more:]])

    until_precise(draw, precision / 100, len(seeds))
    return found


def training_images(dataset: str | Path) -> "Draw":
    """What is calibrated on: draw(count, generator) of a prepared .npz's training images, with their classes.

    It raises InputError where there are fewer.
    """
    import torch

    from memristive_study.data.dataset import load

    read = functools.cache(load)  # with its training images, which few settings need

    def draw(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        data = read(dataset)
        if count > len(data.x_train):
            raise InputError(f"setting: {count} training images are wanted, but there are {len(data.x_train)}")
        drawn = torch.randperm(len(data.x_train), generator=generator)[:count].numpy()
        return data.tensor(data.x_train[drawn]), torch.from_numpy(data.y_train[drawn]).long()

    return draw


def collect(paths: Iterable[str | Path], output: str | Path) -> None:
    """Write the evaluations of many records as one CSV of `COLUMNS`, in the order of `paths`."""
    write_csv(output, [row for path in paths for row in rows(read_record(path))], COLUMNS)


def read_record(path: str | Path, needed: Sequence[str] = ("setting",)) -> dict[str, Any]:
    """A record's content; InputError where the file is not a whole record, with all of `needed` beside its rows."""
    try:
        record = read_json(path)
        [record[name] for name in ("experiment", "network", "label", *needed)]
        for found in record["evaluations"]:
            found["repeat"], base64.b64decode(found["correct_bits"], validate=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a whole evaluation record ({error}); delete it and run again") from None
    return record


def rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A record as rows of `COLUMNS`: tuples as 64x64, what is not set as an empty field."""
    fields = Setting.from_canonical(record["setting"]).as_dict()
    setting = {name: _text(value) for name, value in fields.items() if name != "layers"}
    setting["layers"] = json.dumps(fields["layers"], sort_keys=True) if "layers" in fields else ""
    named = {name: record[name] for name in ("experiment", "network", "part", "label")}
    return [
        named
        | setting
        | {name: evaluation[name] for name in MEASURED if name not in ("accuracy", "seed", "one_class")}
        | {
            "seed": "" if evaluation["seed"] is None else evaluation["seed"],
            "one_class": str(evaluation["classes_predicted"] == 1).lower(),
            "accuracy": round(100 * evaluation["correct"] / evaluation["images"], 6),
            "convert_seconds": round(evaluation["convert_seconds"], 4),
            "seconds": round(evaluation["seconds"], 4),
        }
        for evaluation in record["evaluations"]
    ]


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return "x".join(str(item) for item in value) if isinstance(value, list) else value


def concatenate(paths: Sequence[str | Path], output: str | Path) -> None:
    """Join CSV files that have the same columns, in the order of `paths`."""
    joined: list[dict[str, str]] = []
    columns: list[str] = []
    for path in paths:
        with Path(path).open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            columns = list(reader.fieldnames or [])
            joined.extend(reader)
    write_csv(output, joined, columns)
