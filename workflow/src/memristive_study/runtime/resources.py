"""Memory and run time that a job asks for: measured on the published images, more at each attempt.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import math
from collections.abc import Mapping

from memristive_study.plan.plan import Plan
from memristive_study.runtime.estimate import job_seconds

# Peak memory (MiB) of a job by rule and architecture ("" for all), as `python -m memristive_study.runtime.measured`
# found it. Where an architecture is missing, the largest of its rule counts.
PEAK = {
    "prepare_dataset": {"": 1076},
    "train_fold": {"mnist": 1117, "cifar10": 2160},
    "train_published": {"mnist": 1220, "cifar10": 2160},
    "evaluate": {"mnist": 1486, "cifar10": 1306, "cifar100": 972},
    "validate_network": {"mnist": 1468},
    "time_inference": {"mnist": 1468},
}
MARGIN = 1.5  # factor on the memory; each retry gets as much again
SLOWER = 4.0  # factor on the time, for slower processors than that of the estimate; each retry gets as much again
# Lower bounds of the run time. MemTorch makes a Python object of each device of a network.
LEAST_MINUTES = {"validate_network": 240, "time_inference": 240}
OTHERS_LEAST_MINUTES = 10


def memory(rule: str, network: str | None, plan: Plan, attempt: int) -> int:
    """Memory of a job (MB) at its first, second, ... `attempt`; one that is not listed counts as the largest."""
    peaks = PEAK[rule]
    architecture = plan.config["networks"][network]["architecture"] if network else ""
    return round(MARGIN * attempt * peaks.get(architecture, max(peaks.values())) / 100) * 100


def minutes(rule: str, wildcards: Mapping[str, str], plan: Plan, attempt: int) -> int:
    """Run time that a job may take, in minutes."""
    least = LEAST_MINUTES.get(rule, OTHERS_LEAST_MINUTES)
    return max(least, math.ceil(SLOWER * job_seconds(rule, wildcards, plan) / 60)) * attempt
