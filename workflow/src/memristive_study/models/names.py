"""Architectures as a configuration names them: a short name or an import path, and options.

Imported when Snakemake reads the workflow, so it imports nothing but the standard library.
"""

import json
from collections.abc import Mapping
from typing import Any

# Short names; any other architecture is named by its import path, as these are here.
LIBRARY = {
    "mnist": "memristive_study.models.architectures:mnist",
    "cifar10": "memristive_study.models.architectures:cifar10",
    "cifar100": "memristive_study.models.architectures:cifar100",
}
OPTIONS = ("padding", "dropout")  # of each of them


def text(architecture: str, options: Mapping[str, Any]) -> str:
    """`architecture` with its options as one text: ``mnist``, or ``mnist dropout=0.2 padding=0``."""
    return " ".join([architecture, *(f"{key}={json.dumps(value)}" for key, value in sorted(options.items()))])


def parsed(text: str) -> tuple[str, dict[str, Any]]:
    """Name and options of a text that `text` wrote."""
    name, *pairs = text.split()
    return name, {key: json.loads(value) for key, _, value in (pair.partition("=") for pair in pairs)}
