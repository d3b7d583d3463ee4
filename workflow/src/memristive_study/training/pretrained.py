"""Weights and training histories that come with the workflow, so that a study may start without training.

`snakemake pretrained` writes a folder a network in this form; the published ones are in
``workflow/resources/pretrained``. `training.json` in each says what the training was, and a study
whose configuration says something else is refused.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import csv
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memristive.core.errors import InputError
from memristive.core.files import atomic_folder, read_json, write_json, write_text
from memristive_study.runtime.shipped import shipped
from memristive_study.training.recipe import TrainingSettings

if TYPE_CHECKING:
    from memristive_study.plan.plan import Plan

FOLDER = shipped("resources/pretrained")
DESCRIPTION = "training.json"
NOT_DECISIVE = ("threads", "device")  # of the training settings: they change at most the last bits
IMAGES = ("size", "channels", "train_images", "test_images")


def folder(network: str) -> Path:
    """Where the files of `network` are, seen from the working folder: a machine's paths stay out of results."""
    return Path(os.path.relpath(FOLDER / network))


def described(plan: "Plan", network: str) -> dict[str, Any]:
    """All that decides the training of `network`: architecture, images, settings, seed, folds, choice of the epoch."""
    config = plan.config
    entry = config["datasets"][plan.dataset_of(network)]
    return {
        "network": network,
        "architecture": plan.architecture(network),
        "images": {
            "name": entry.get("dataset", entry["source"]),
            "normalisation": entry.get("normalisation", "unit"),
            **{key: entry[key] for key in IMAGES if key in entry},
            **({"note": entry["note"]} if "note" in entry else {}),
        },
        "settings": {key: value for key, value in plan.training(network).items() if key not in NOT_DECISIVE},
        "seed": config["seed"],
        "folds": plan.folds(network),
        "checkpoint": config["training"]["checkpoint"],
    }


def check(plan: "Plan") -> None:
    """InputError where a network that `plan` runs comes without weights, or with those of another training."""
    available = sorted(path.parent.name for path in FOLDER.glob(f"*/{DESCRIPTION}"))
    for network in plan.networks:
        if network not in available:
            names = ", ".join(available) or "none"
            raise InputError(f"training: pretrained: true, but there are no weights of {network} (only of: {names})")
        theirs, ours = read_json(FOLDER / network / DESCRIPTION), described(plan, network)
        for description in (theirs, ours):
            description["images"].pop("note", None)  # for readers
            description["settings"] = _with_defaults(description["settings"])
        for place, wanted, found in _differences(ours, theirs):
            raise InputError(
                f"training: pretrained: true, but {place} is {wanted!r} and the weights of {network} "
                f"come from {found!r}; train (pretrained: false) or keep that value"
            )


def folds(network: str) -> int:
    """How many folds came with the weights of `network`."""
    return read_json(FOLDER / network / DESCRIPTION)["folds"]


def write(
    output: str | Path,
    description: Mapping[str, Any],
    record: Mapping[str, Any],
    files: Mapping[str, str | Path],
    fold_files: Sequence[str | Path],
    test_images: int,
) -> None:
    """Write the folder `output` of one network: weights, histories, description and model card.

    Args:
        description: of `described`.
        record: of `provenance.record`.
        files: paths of weights, selection and history (of the published split) by these names.
        fold_files: histories and summaries of the folds, each in a folder named after its fold.
        test_images: how many the accuracy of the selection counts.
    """
    with atomic_folder(output) as whole:
        (whole / "published").mkdir()
        shutil.copyfile(files["weights"], whole / "weights.safetensors")
        shutil.copyfile(files["selection"], whole / "selection.json")
        shutil.copyfile(files["history"], whole / "published" / "history.csv")
        for path in map(Path, fold_files):
            (whole / path.parent.name).mkdir(exist_ok=True)
            shutil.copyfile(path, whole / path.parent.name / path.name)
        write_json(whole / DESCRIPTION, description)
        write_text(whole / "README.md", card(whole, description, record, test_images))


def card(whole: Path, description: Mapping[str, Any], record: Mapping[str, Any], test_images: int) -> str:
    """Model card (Markdown) of the network whose files are in the folder `whole`; every number comes from them."""
    from memristive_study.results.statistics import binomial_interval

    selection = read_json(whole / "selection.json")
    with (whole / "published" / "history.csv").open(newline="", encoding="utf-8") as stream:
        history = list(csv.DictReader(stream))
    images = description["images"]
    accuracy = binomial_interval(round(selection["test_accuracy"] * test_images), test_images)
    minutes = sum(float(row["seconds"]) for row in history) / 60
    versions = record["versions"]
    rows = {
        "Architecture": f"`{description['architecture']}`, as `memristive_study.models.build` takes it",
        "Images": f"{images['name']}, {images['normalisation']}"
        + "".join(f", {key} {value}" for key, value in images.items() if key in IMAGES)
        + (f"; {images['note']}" if "note" in images else ""),
        "Training": ", ".join(f"{key} {value}" for key, value in description["settings"].items()),
        "Epoch": f"{selection['epoch']} of {selection['epochs']}, chosen by {selection['rule']}",
        "Accuracy on the training images": f"{100 * selection['train_accuracy']:.2f} % (while learning)",
        "Accuracy on the test images": f"{accuracy.text()} (%, 95 % interval)",
        "Folds": f"{description['folds']} histories of a cross-validation beside it",
        "Training time": f"{minutes:.0f} minutes on {record['machine']['processor']}",
        "Made by": f"commit {record['commit'][:12]}, torch {versions['torch']}, Python {record['python']}",
    }
    table = "\n".join(f"| {key} | {value} |" for key, value in rows.items())
    return (
        f"# Weights of {description['network']}\n\n"
        "A digital network of the study, for conversion to memristor crossbars. Not meant for any other use: it is "
        "small, and it knows nothing but the images named here.\n\n"
        f"| | |\n| --- | --- |\n{table}\n\n"
        "`weights.safetensors` holds the state dict of `memristive_study.models.build.build`. Where the epoch was "
        "chosen by `best_test`, the accuracy on the test images is flattered by that choice.\n"
    )


def _with_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` in full, so that a value equals its absence where it is the default."""
    full = asdict(TrainingSettings.from_dict(settings))
    return {key: value for key, value in full.items() if key not in NOT_DECISIVE}


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], place: str = "") -> list[tuple[str, Any, Any]]:
    found = []
    for key in sorted({*ours, *theirs}):
        a, b = ours.get(key), theirs.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += _differences(a, b, f"{place}{key}: ")
        elif a != b:
            found.append((f"{place}{key}", a, b))
    return found
