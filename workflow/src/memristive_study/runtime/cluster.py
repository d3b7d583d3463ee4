"""Checks that a Slurm cluster has a node for each job.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Any

from memristive.core.errors import InputError


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
