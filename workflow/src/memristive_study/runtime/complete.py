"""A whole configuration as one file, which comes to the same where Snakemake merges it over the repository's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from memristive_study.config.spelling import spelled


def over(base: str | Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` (`check.checked`) with a null for each key that the file `base` has and it has not.

    A study takes back with null what another file defines; in its checked form such keys are merely absent, and merging
    that over `base` would bring them back.
    """
    return _over(spelled(yaml.safe_load(Path(base).read_text(encoding="utf-8"))), config)


def _over(base: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        key: _over(base[key], value) if isinstance(value, Mapping) and isinstance(base.get(key), Mapping) else value
        for key, value in config.items()
    }
    return kept | {key: None for key in base if key not in config}
