"""What a job may use, and whether a cluster has a node for it.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import math
import subprocess
from collections.abc import Iterable, Mapping

from memristive.errors import InputError
from memristive.estimate import job_seconds
from memristive.plan import Plan

# Peak memory (MiB) of a job by rule and architecture ("": of all), as `python -m memristive.measured` found it on the
# published images. Where an architecture is missing, the largest of its rule counts.
PEAK = {
    "prepare_dataset": {"": 1076},
    "train_fold": {"mnist": 1117, "cifar10": 2160},
    "train_published": {"mnist": 1220, "cifar10": 2160},
    "evaluate": {"mnist": 1486, "cifar10": 1306},
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


def nodes(partitions: Iterable[str]) -> list[tuple[int, int]]:
    """CPUs and memory (MB) of the nodes of Slurm's partitions; empty where there is no answer."""
    command = ["sinfo", "--noheader", "--Node", "--format=%c %m", f"--partition={','.join(sorted(partitions))}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    pairs = {tuple(int(word.rstrip("+")) for word in line.split()) for line in done.stdout.splitlines()}
    return sorted(pairs)


def check_fits(needs: Iterable[tuple[str, int, int]], available: list[tuple[int, int]]) -> None:
    """InputError on the first job, as its rule, CPUs and memory (MiB), that no `available` node has room for.

    Slurm would keep it waiting for ever, or refuse it after hours of other jobs.
    """
    for rule, cpus, mem_mb in needs:
        if available and not any(cpus <= has_cpus and mem_mb <= has_mb for has_cpus, has_mb in available):
            most = f"{max(cpus for cpus, _ in available)} CPUs and {max(mb for _, mb in available)} MB"
            raise InputError(
                f"rule {rule} asks for {cpus} CPUs and {mem_mb} MB, but no node has that, the most are {most}; lower "
                f"threads in the configuration, or give --set-resources {rule}:mem_mb=..."
            )
