"""Rough time and disk space of the jobs that are about to run, said before they start.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive_study.config import images
from memristive_study.data.published import PUBLISHED
from memristive_study.plan.plan import Plan
from memristive_study.results import readings

# Milliseconds an image on one thread of a 2.4 GHz core with AVX2, beside other jobs. TRAINING: forward, backward and
# step. INFERENCE: one evaluation on the kernels. MEMTORCH: one image under one setting.
TRAINING = {"mnist": 0.5, "cifar10": 1.8, "cifar100": 4.5}
FORWARD = 0.22  # the forward pass, as a proportion of TRAINING
INFERENCE = {"mnist": 0.07, "cifar10": 0.5, "cifar100": 1.8}
# Factor on INFERENCE where MemTorch's padding cells hold devices that differ.
PADDING = {"mnist": 7.5, "cifar10": 2.0, "cifar100": 1.5}
MEMTORCH = {"mnist": 200.0, "cifar10": 1000.0, "cifar100": 3000.0}
OTHER_ARCHITECTURE = "cifar100"  # whose times count for another one
# Seconds that a job takes besides its work: start of Python, imports, reading.
START = {"evaluate": 1.0, "train_fold": 6.0, "train_published": 6.0, "validate_network": 20.0, "time_inference": 20.0}
MEASUREMENT = 30.0  # at most, on a thousand images
OTHER_JOB = 4.0
# Where only the file of a data set will tell: training and test images, values of an image.
UNKNOWN_IMAGES = (50_000, 10_000)
UNKNOWN_VALUES = 3072
NATIVE_VALUES = {"mnist": 784, "cifar10": 3072, "cifar100": 3072}  # of the images that these times are of
# Bytes of the weights of an epoch, of an evaluation's record, of the devices' curves, and of the output of any other
# job.
WEIGHTS = {"mnist": 34_000, "cifar10": 825_000, "cifar100": 3_440_000}
RECORD = 4_000
CURVES = 2_500_000
OTHER_OUTPUT = 500_000


def job_seconds(rule: str, wildcards: Mapping[str, str], plan: Plan) -> float:
    """Estimated seconds of one job on one thread."""
    network = wildcards.get("network")
    start = START.get(rule, OTHER_JOB)
    if rule == "measure_network":
        return start + MEASUREMENT
    if network is None:
        return start
    entry = plan.config["networks"][network]
    architecture = entry["architecture"] if entry["architecture"] in TRAINING else OTHER_ARCHITECTURE
    dataset = plan.config["datasets"][entry["dataset"]]
    training_images, test_images = _images(dataset)
    size = (images.values(dataset) or UNKNOWN_VALUES) / NATIVE_VALUES[architecture]
    epochs = plan.training(network)["epochs"]
    if rule in ("train_fold", "train_published"):
        share = 1 - 1 / plan.folds(network) if rule == "train_fold" else 1
        passes = epochs * (share * training_images + FORWARD * test_images)
        return start + passes * size * TRAINING[architecture] / 1000
    if rule == "evaluate":
        job = plan.job(wildcards["experiment"], network, wildcards["label"])
        setting = job.setting
        damaged = setting.variability.active or setting.faults.active
        padding = setting.arithmetic.semantics in readings.MEMTORCH and damaged
        image = size * INFERENCE[architecture] * (PADDING[architecture] if padding else 1)
        return start + (plan.most_repeats(job) if setting.draws else 1) * (0.5 + test_images * image / 1000)
    if rule == "validate_network":
        return start + 4 * plan.config["validation"]["images"] * size * MEMTORCH[architecture] / 1000
    if rule == "time_inference":
        timing = plan.config["inference_time"]
        timed = len(timing["tile_shapes"]) * timing["memtorch_images"] + plan.full_images(network)
        return start + 2 * timed * size * MEMTORCH[architecture] / 1000
    return start


def announcement(jobs: Iterable[tuple[str, Mapping[str, str]]], plan: Plan, cores: int) -> str:
    """One line about `jobs`, given as rule and wildcards: how many, how long on `cores` cores, how much disk space."""
    seconds = [job_seconds(rule, wildcards, plan) for rule, wildcards in jobs]
    # No schedule is shorter than its longest job.
    wall = max(sum(seconds) / cores, max(seconds, default=0.0))
    trainings = sum(1 for rule, _ in jobs if rule.startswith("train_"))
    return (
        f"Study {plan.config['study']}: {len(seconds)} jobs, {trainings} of them trainings; "
        f"roughly {duration(wall)} on {cores} core{'s' if cores > 1 else ''}, "
        f"{sum(job_bytes(rule, wildcards, plan) for rule, wildcards in jobs) / 1e6:.0f} MB of disk"
    )


def job_bytes(rule: str, wildcards: Mapping[str, str], plan: Plan) -> int:
    """Estimated bytes that one job leaves on the disk or needs there while it runs."""
    if rule == "prepare_dataset":
        entry = plan.config["datasets"][wildcards["dataset"]]
        kind = entry.get("dataset", entry["source"])
        # Archives are unpacked beside themselves.
        fetched = 2 * PUBLISHED[kind].download if entry["source"] in ("torchvision", "folder") else 0
        return (images.values(entry) or UNKNOWN_VALUES) * sum(_images(entry)) + fetched
    if rule in ("train_fold", "train_published"):
        architecture = plan.config["networks"][wildcards["network"]]["architecture"]
        epochs = plan.training(wildcards["network"])["epochs"] if rule == "train_published" else 0
        # Every epoch's weights, once as a result and once in the state from which a training goes on.
        return WEIGHTS.get(architecture, WEIGHTS["cifar100"]) * (2 * epochs + 3)
    if rule == "evaluate":
        job = plan.job(wildcards["experiment"], wildcards["network"], wildcards["label"])
        return plan.most_repeats(job) * RECORD
    return CURVES if rule == "device_curves" else OTHER_OUTPUT


def check_space(jobs: Iterable[tuple[str, Mapping[str, str]]], plan: Plan, folder: str | Path) -> None:
    """InputError where `folder` (which need not exist) cannot be written, or its disk has less than `jobs` need."""
    place = Path(folder).absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        raise InputError(f"results_dir: {str(folder)!r}: {place} cannot be written to; allow it or give another folder")
    needed = sum(job_bytes(rule, wildcards, plan) for rule, wildcards in jobs)
    free = shutil.disk_usage(place).free
    if free < needed:
        raise InputError(
            f"results_dir: {str(folder)!r}: about {needed / 1e6:.0f} MB are needed, its disk has {free / 1e6:.0f} MB "
            "free; make room or give another folder"
        )


def duration(seconds: float) -> str:
    """A length of time in words, as exact as an estimate deserves."""
    if seconds < 90:
        return f"{max(round(seconds, -1), 10):.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds > 36_000 else f"{seconds / 3600:.1f} hours"


def _images(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Training and test images of a data set."""
    found = images.counts(entry)
    return tuple(found.get(split, unknown) for split, unknown in zip(images.SPLITS, UNKNOWN_IMAGES, strict=True))
