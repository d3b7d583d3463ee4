"""Search for a training recipe in short runs, scored on training images that are held out; the test set plays no part.

    python -m memristive_study.training.search IMAGES.npz CANDIDATES.yaml --until 3 --output SCORES.csv

IMAGES is a prepared data set. CANDIDATES names the network and lists recipes:

    network: mnist
    architecture: mnist
    common: {epochs: 50, schedule: constant}        # settings of every candidate
    candidates:
      plain: {normalisation: unit, options: {padding: 0}, settings: {learning_rate: 0.1, momentum: 0}}

Each run is the beginning of the whole training of `epochs` epochs, so a schedule is seen as it begins. With a state
folder (environment variable MEMRISTIVE_TRAINING_STATE) a later call with a larger `--until` goes on where this one
stopped, so that few of the candidates can be followed further. The rows of the file `--output` that belong to other
candidates stay.
"""

import argparse
import csv
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from memristive.core import seeding
from memristive.core.errors import InputError
from memristive.core.files import write_csv
from memristive_study.data.dataset import Dataset, load
from memristive_study.data.folds import stratified_folds
from memristive_study.data.prepare import subset
from memristive_study.models import names
from memristive_study.training import history as histories
from memristive_study.training import splits, state
from memristive_study.training.loop import train
from memristive_study.training.recipe import TrainingSettings

HELD_OUT = 6  # one in so many training images, by class, is held out: MNIST's 10,000 beside 50,000
COLUMNS = (
    "candidate",
    *(name for name in histories.COLUMNS if not name.startswith("test") and name not in ("fold", "seconds")),
    "recipe",
    "seconds",
)


def score(
    data: Dataset,
    network: str,
    architecture: str,
    name: str,
    candidate: Mapping[str, Any],
    until: int,
    state_folder: str | Path | None = None,
) -> list[dict[str, Any]]:
    """Rows of `COLUMNS`, one an epoch, of the first `until` epochs of the recipe `candidate` on the images of `data`.

    Args:
        network: its name, by which draws are named.
        architecture: as `models.build.build` takes it, without options.
        name: of the candidate.
        candidate: `normalisation` (default: that of `data`), `options` of the architecture, `settings` of the training.

    Raises InputError for an unknown key.
    """
    for key in candidate:
        if key not in ("normalisation", "options", "settings"):
            raise InputError(f"candidate {name}: unknown key {key!r}, expected normalisation, options or settings")
    settings = TrainingSettings.from_dict(candidate.get("settings", {}))
    built = names.text(architecture, candidate.get("options", {}))
    normalisation = candidate.get("normalisation", data.normalisation)
    data = dataclasses.replace(data, normalisation=normalisation)
    generator = seeding.generator(settings.seed, "held out")
    held_out = stratified_folds(data.y_train, HELD_OUT, generator)[0]
    learnt = np.setdiff1d(np.arange(len(data.y_train)), held_out)
    images, validation = (
        (data.tensor(data.x_train[part]), torch.from_numpy(data.y_train[part])) for part in (learnt, held_out)
    )
    model = splits.initial_model(built, len(data.class_names), data.input_shape, settings.seed, network, "search")
    done = train(
        model,
        images,
        settings,
        network=network,
        fold="search",
        validation=validation,
        state_folder=state_folder,
        until=until,
    )
    identity = {name: value for name, value in settings.identity().items() if name not in ("seed", "device")}
    recipe = json.dumps({"normalisation": normalisation, "architecture": built, **identity})
    return [
        {key: row[key] for key in COLUMNS if key in row} | {"candidate": name, "recipe": recipe}
        for row in done.history[:until]
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("images", type=Path)
    parser.add_argument("candidates", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--until", type=int, default=1, help="epochs of each run")
    parser.add_argument("--only", nargs="*", help="names of the candidates to run; all where none is given")
    parser.add_argument("--training-images", type=int, help="use only so many, classes in equal parts")
    chosen = parser.parse_args(arguments)
    described = yaml.safe_load(chosen.candidates.read_text(encoding="utf-8"))
    data = load(chosen.images)
    if chosen.training_images:
        x, y = subset(data.x_train, data.y_train, chosen.training_images, "--training-images")
        data = dataclasses.replace(data, x_train=x, y_train=y)
    for name in chosen.only or described["candidates"]:
        if name not in described["candidates"]:
            raise InputError(f"--only: {name!r} is none of {', '.join(described['candidates'])}")
        candidate = described["candidates"][name]
        settings = {**described.get("common", {}), **candidate.get("settings", {})}
        rows = score(
            data,
            described["network"],
            described["architecture"],
            name,
            {**candidate, "settings": settings},
            chosen.until,
            state.folder(None),
        )
        kept = []
        if chosen.output.exists():
            with chosen.output.open(newline="", encoding="utf-8") as stream:
                kept = [row for row in csv.DictReader(stream) if row["candidate"] != name]
        write_csv(chosen.output, [*kept, *rows], COLUMNS)


if __name__ == "__main__":
    main()
