"""How long the jobs that are about to run will take, roughly, before they start.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

from collections.abc import Iterable, Mapping

from memristive.plan import Plan

# One thread of a 2.4 GHz core with AVX2: milliseconds an image. Training is forward, backward and
# step; inference one evaluation on the kernels; MemTorch one image of one setting.
TRAINING = {"mnist": 0.5, "cifar10": 1.8, "cifar100": 4.5}
INFERENCE = {"mnist": 0.03, "cifar10": 0.25, "cifar100": 1.0}
MEMTORCH = {"mnist": 200.0, "cifar10": 1000.0, "cifar100": 3000.0}
# Seconds a job beyond its work: start of Python, imports, reading.
START = {"evaluate": 1.0, "train_fold": 6.0, "train_published": 6.0, "validate_network": 20.0, "time_inference": 20.0}
OTHER_JOB = 4.0
TRAINING_IMAGES = {"mnist": 60_000, "cifar10": 50_000, "cifar100": 50_000, "digits": 1_437}
TEST_IMAGES = {"mnist": 10_000, "cifar10": 10_000, "cifar100": 10_000, "digits": 360}


def job_seconds(rule: str, wildcards: Mapping[str, str], plan: Plan) -> float:
    """Estimated seconds of one job on one thread."""
    network = wildcards.get("network")
    start = START.get(rule, OTHER_JOB)
    if network is None:
        return start
    entry = plan.config["networks"][network]
    architecture = entry["architecture"] if entry["architecture"] in TRAINING else "cifar100"
    training_images, test_images = _images(plan, network)
    epochs = plan.training(network)["epochs"]
    folds = plan.folds(network)
    if rule in ("train_fold", "train_published"):
        share = 1 - 1 / folds if rule == "train_fold" else 1
        forward = INFERENCE["cifar100"] * TRAINING[architecture] / TRAINING["cifar100"]
        return start + epochs * (share * training_images * TRAINING[architecture] + test_images * forward) / 1000
    if rule == "evaluate":
        repeats = plan.config["repeats"]
        return start + repeats * (0.5 + test_images * INFERENCE[architecture] / 1000)
    if rule == "validate_network":
        return start + 4 * plan.config["validation"]["images"] * MEMTORCH[architecture] / 1000
    if rule == "time_inference":
        timing = plan.config["inference_time"]
        return start + 2 * len(timing["tile_shapes"]) * timing["memtorch_images"] * MEMTORCH[architecture] / 1000
    return start


def announcement(jobs: Iterable[tuple[str, Mapping[str, str]]], plan: Plan, cores: int) -> str:
    """One line about `jobs`, given as rule and wildcards: how many, and how long they may take on `cores` cores."""
    seconds = [job_seconds(rule, wildcards, plan) for rule, wildcards in jobs]
    # No schedule is shorter than its longest job.
    wall = max(sum(seconds) / cores, max(seconds, default=0.0))
    trainings = sum(1 for rule, _ in jobs if rule.startswith("train_"))
    return (
        f"Study {plan.config['study']}: {len(seconds)} jobs, {trainings} of them trainings; "
        f"roughly {duration(wall)} on {cores} core{'s' if cores > 1 else ''}"
    )


def duration(seconds: float) -> str:
    """A length of time in words, as exact as an estimate deserves."""
    if seconds < 90:
        return f"{max(round(seconds, -1), 10):.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds > 36_000 else f"{seconds / 3600:.1f} hours"


def _images(plan: Plan, network: str) -> tuple[int, int]:
    """Training and test images of a network's data set; those of CIFAR where only its file knows."""
    entry = plan.config["datasets"][plan.dataset_of(network)]
    kind = entry.get("dataset", entry["source"])
    return (
        entry.get("train_images", TRAINING_IMAGES.get(kind, 50_000)),
        entry.get("test_images", TEST_IMAGES.get(kind, 10_000)),
    )
