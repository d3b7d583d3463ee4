"""Checks before the first job that need torch, in a process of their own.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive_study.models import names
from memristive_study.plan.plan import Plan

MODULE = "memristive_study.jobs.preflight"
NEEDS_NETWORK = ("train_fold", "train_published", "evaluate", "validate_network", "time_inference")


def check(work: Iterable[tuple[str, Mapping[str, str]]], plan: Plan, local: bool) -> None:
    """InputError where a job of `work`, rules and wildcards, would fail for what can be known before.

    Args:
        local: jobs run on this machine, so that a GPU must be here.
    """
    asked = _asked(work, plan, local)
    if not asked["networks"] and not asked["cuda"]:
        return
    done = subprocess.run(
        [sys.executable, "-P", "-m", MODULE], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(
            done.stderr.strip() if done.returncode == 1 and "Traceback" not in done.stderr else done.stderr
        )


def _asked(work: Iterable[tuple[str, Mapping[str, str]]], plan: Plan, local: bool) -> dict[str, Any]:
    """What `jobs.preflight.check` takes: the user's own networks, and trainings on a GPU of this machine."""
    jobs = [(rule, wildcards["network"]) for rule, wildcards in work if rule in NEEDS_NETWORK]
    used = dict.fromkeys(network for _, network in jobs)
    trained = dict.fromkeys(network for rule, network in jobs if rule.startswith("train_"))
    every = [*plan.jobs, *plan.replicated]
    settings = {name: dict.fromkeys(j.setting.canonical() for j in every if j.network == name) for name in used}
    return {
        "networks": {
            name: {
                "architecture": plan.architecture(name),
                "dataset": plan.images(plan.dataset_of(name)),
                "settings": list(settings[name]),
            }
            for name in used
            if names.parsed(plan.architecture(name))[0] not in names.LIBRARY
            or any('"layers"' in text for text in settings[name])  # patterns of layers' names
        },
        "cuda": [name for name in trained if local and plan.training(name).get("device") == "cuda"],
    }
