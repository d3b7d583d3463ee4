"""The model card of a network whose weights come with the workflow."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memristive.core.files import read_json

IMAGES = ("size", "channels", "train_images", "test_images")  # of a data set's entry: which part of the images is used


def model_card(whole: Path, description: Mapping[str, Any], record: Mapping[str, Any], test_images: int) -> str:
    """Model card (Markdown) of the network whose files are in the folder `whole`; every number comes from them.

    Arguments as of `pretrained.write`.
    """
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
        "Folds": f"{description['folds']} histories of a cross-validation beside it"
        + (", and the weights of each one's last epoch" if list(whole.glob("fold*/weights.safetensors")) else ""),
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
