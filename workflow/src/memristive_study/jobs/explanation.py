"""Why one setting of a study has the accuracy that it has: ``make explain study=results/demo setting=<label>``.

The label is that of a row in the study's `experiments/*.csv`. The page lands in the study's folder `explained`.
"""

import argparse
import difflib
import glob
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.results import records
from memristive_study.results.folder import Folder

IMAGES = 2000  # enough to find what costs some points


def record_of(study: Folder, label: str, network: str | None) -> Path:
    """Evaluation record of a label; InputError where there is none, or several networks have one."""
    found = sorted(
        study.path.glob(f"evaluations/*/{glob.escape(network) if network else '*'}/{glob.escape(label)}.json")
    )
    if not found:
        known = sorted({path.stem for path in study.path.glob(f"evaluations/*/{network or '*'}/*.json")})
        if not known:
            raise InputError(f"study: {study.path} has no evaluations{f' of network {network}' if network else ''}")
        near = difflib.get_close_matches(label, known, 3, 0.3) or known[:3]
        raise InputError(f"setting: {label!r} is not the label of an evaluation; near it: {', '.join(near)}")
    networks = {path.parent.name for path in found}
    if len(networks) > 1:
        raise InputError(f"network: is missing, since {', '.join(sorted(networks))} have this setting")
    return found[0]


def explain_record(study: Folder, path: Path, images: int = IMAGES) -> Path:
    """Write the page of an evaluation record and return where.

    Args:
        images: of the test set, the first so many.
    """
    import torch

    from memristive import explain
    from memristive_study.data.dataset import TestImages
    from memristive_study.models.build import build
    from memristive_study.models.weights import load_weights

    record = records.read_record(path)
    network = record["network"]
    named = study.described["networks"][network]
    weights, dataset = study.weights(network), study.path / "datasets" / f"{named['dataset']}.npz"
    for needed in (weights, dataset):
        if not needed.is_file():
            raise InputError(f"study: {needed} is missing, without which nothing can be evaluated again")
    test = TestImages(dataset)
    model = build(named["architecture"], len(test.class_names), test.input_shape)
    load_weights(model, weights)
    seeds = [one["seed"] for one in record["evaluations"] if one["seed"] is not None][:2]
    found = explain(
        model,
        (next(iter(test.split(images))), torch.from_numpy(test.labels)[:images]),
        Setting.from_canonical(record["setting"]),
        seeds=seeds,
        training_images=records.training_images(dataset),
    )
    output = study.path / "explained" / f"{record['experiment']}.{network}.{record['label']}.html"
    found.write(output)
    print(found)
    return output


def main(arguments: Sequence[str]) -> int:
    """Write the page of one setting; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m memristive_study.jobs.explanation", description=__doc__)
    parser.add_argument("study", help="folder of a study that ran")
    parser.add_argument("setting", help="label of one of its evaluations")
    parser.add_argument("--network", default="", help="needed where several networks have that label")
    parser.add_argument(
        "--images", type=int, default=IMAGES, help=f"first test images that count; {IMAGES} unless given"
    )
    options = parser.parse_args(arguments)
    try:
        study = Folder(options.study)
        if options.images < 1:
            raise InputError(f"images: {options.images} is not a whole number from 1")
        output = explain_record(study, record_of(study, options.setting, options.network or None), options.images)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(os.path.relpath(output))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
