"""What a job may use, and whether a cluster has a node for it.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import math
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from memristive.core.errors import InputError
from memristive_study.plan.plan import Plan
from memristive_study.runtime.estimate import job_seconds

# Peak memory (MiB) of a job by rule and architecture ("": of all), as
# `python -m memristive_study.runtime.measured` found it on the published images. Where an architecture is missing,
# the largest of its rule counts.
PEAK = {
    "prepare_dataset": {"": 1076},
    "train_fold": {"mnist": 1117, "cifar10": 2160},
    "train_published": {"mnist": 1220, "cifar10": 2160},
    "evaluate": {"mnist": 1486, "cifar10": 1306, "cifar100": 972},
    "validate_network": {"mnist": 1468},
    "time_inference": {"mnist": 1468},
}
MARGIN = 1.5  # of memory; a retry gets as much again
SLOWER = 4.0  # than the processor that the estimate is for; a retry gets as much again
# No job is sure to be shorter; MemTorch builds an object a device, which takes as long as the network is large.
LEAST_MINUTES = {"validate_network": 240, "time_inference": 240}
OTHERS_LEAST_MINUTES = 10


def memory(rule: str, network: str | None, plan: Plan, attempt: int) -> int:
    """Memory of a job (MB) at its first, second, ... `attempt`; a network of one's own counts as the largest."""
    peaks = PEAK[rule]
    architecture = plan.config["networks"][network]["architecture"] if network else ""
    return round(MARGIN * attempt * peaks.get(architecture, max(peaks.values())) / 100) * 100


def minutes(rule: str, wildcards: Mapping[str, str], plan: Plan, attempt: int) -> int:
    """Run time that a job may take, in minutes."""
    least = LEAST_MINUTES.get(rule, OTHERS_LEAST_MINUTES)
    return max(least, math.ceil(SLOWER * job_seconds(rule, wildcards, plan) / 60)) * attempt


def check_fits(jobs: Sequence[Any], cores: int) -> None:
    """InputError on the first of Snakemake's `jobs` that no node of its Slurm partition has room for.

    Slurm would keep it waiting for ever, or refuse it after hours of other jobs. Of a group as many jobs run side by
    side as `cores` allows. Where Slurm gives no answer, nothing is checked.
    """
    sizes = Counter(job.group for job in jobs if job.group)
    available = {name: nodes(name) for name in {job.resources.get("slurm_partition", "") for job in jobs}}
    for job in jobs:
        side_by_side = min(sizes[job.group], max(cores // job.threads, 1)) if job.group else 1
        cpus, mem_mb = side_by_side * job.threads, side_by_side * job.resources.get("mem_mb", 0)
        partition = job.resources.get("slurm_partition", "")
        have = available[partition]
        if have and not any(cpus <= has_cpus and mem_mb <= has_mb for has_cpus, has_mb in have):
            most = f"{max(each for each, _ in have)} CPUs and {max(each for _, each in have)} MB"
            raise InputError(
                f"rule {job.rule.name}: {cpus} CPUs and {mem_mb} MB are more than any node of partition "
                f"{partition or '(default)'} has (at most {most}); lower threads in the configuration or cores in the "
                "profile, or choose another partition"
            )


def nodes(partition: str) -> list[tuple[int, int]]:
    """CPUs and memory (MB) of the nodes of a Slurm partition ("": of all), each pair once; empty without an answer."""
    command = ["sinfo", "--noheader", "--Node", "--format=%c %m", *([f"--partition={partition}"] if partition else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    return sorted({tuple(int(word.rstrip("+")) for word in line.split()) for line in done.stdout.splitlines()})
