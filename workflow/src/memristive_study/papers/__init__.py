"""Papers that a study can be compared with: a folder each, chosen by the configuration's key `paper`.

A folder has, as `PAPER`, a `memristive_study.results.paper.Paper`. Scripts and rules load it and hand it on; nothing
else in memristive_study imports from here.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from memristive.core.names import check_known
from memristive_study.results.paper import NO_PAPER, Paper

# Of studies that were recorded before configurations named their paper.
FIRST = "souto_garnelo"


def of(config: Mapping[str, Any]) -> Paper:
    """The paper of a study, from the configuration that it recorded; `NO_PAPER` where it recorded none.

    Raises:
        InputError: there is no such paper.
    """
    return load(config.get("paper", FIRST if config else None))


def load(key: str | None) -> Paper:
    """The paper of that key; `NO_PAPER` for None or an empty text.

    Raises:
        InputError: there is no such paper.
    """
    if not key:
        return NO_PAPER
    check_known("paper", key, [module.name for module in pkgutil.iter_modules(__path__)])
    return importlib.import_module(f"{__name__}.{key}").PAPER
