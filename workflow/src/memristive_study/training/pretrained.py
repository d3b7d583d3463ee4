"""Weights and training histories that come with the workflow, so that a study may start without training.

`snakemake pretrained` writes a folder a network in this form; those that come with the workflow are in
``workflow/resources/pretrained``, in a set a recipe: `SETS`. `training.json` in each says what the training was, and a
study whose configuration says something else is refused.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memristive.core.errors import InputError
from memristive.core.files import atomic_folder, read_json, write_json, write_text
from memristive_study.runtime.shipped import shipped
from memristive_study.training.model_card import IMAGES, model_card
from memristive_study.training.recipe import TrainingSettings

if TYPE_CHECKING:
    from memristive_study.plan.plan import Plan

FOLDER = shipped("resources/pretrained")
SETS = ("plain", "strong")  # folders in FOLDER: of config.yaml's own recipe, and of profiles/strong
DESCRIPTION = "training.json"
NOT_DECISIVE = ("threads", "device")  # of the training settings: they change at most the last bits


def chosen(config: Mapping[str, Any]) -> str | None:
    """Name of the set of weights that a configuration starts from; None where it trains."""
    name = config.get("training", {}).get("pretrained", False)
    return "plain" if name is True else name or None


def folder(network: str, name: str) -> Path:
    """The files of `network` in the set `name`, seen from the working folder: a machine's paths stay out of results."""
    return Path(os.path.relpath(FOLDER / name / network))


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
    name = plan.pretrained()
    available = sorted(path.parent.name for path in (FOLDER / name).glob(f"*/{DESCRIPTION}"))
    for network in plan.networks:
        if network not in available:
            names = ", ".join(available) or "none"
            raise InputError(f"training: pretrained: {name}, but there are no weights of {network} (only of: {names})")
        theirs, ours = read_json(folder(network, name) / DESCRIPTION), described(plan, network)
        for description in (theirs, ours):
            description["images"].pop("note", None)  # for readers
            description["images"].pop(
                "test_images", None
            )  # a study may look at some of those that came with the weights
            description["settings"] = _with_defaults(description["settings"])
        for of, fold in plan.replicates.values():
            if of == network and not (folder(network, name) / f"fold{fold}" / "weights.safetensors").is_file():
                raise InputError(
                    f"networks: {network}: replicates: {fold}: training: pretrained: {name} has no weights of this fold"
                )
        for place, wanted, found in _differences(ours, theirs):
            raise InputError(
                f"training: pretrained: {name}, but {place} is {wanted!r} and the weights of {network} "
                f"come from {found!r}; {_advice(name)}"
            )


def _advice(name: str) -> str:
    recipe = "" if name == "plain" else f", or put profiles/{name}/study.yaml before this study"
    return f"train (pretrained: false) or keep that value{recipe}"


def folds(network: str, name: str) -> int:
    """Number of folds that came with the weights of `network` in the set `name`."""
    return read_json(folder(network, name) / DESCRIPTION)["folds"]


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
        fold_files: histories, summaries and weights of the folds, each in a folder named after its fold.
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
        write_text(whole / "README.md", model_card(whole, description, record, test_images))


def _with_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` in full, so that a value equals its absence where it is the default."""
    full = TrainingSettings.from_dict(settings).model_dump()
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
