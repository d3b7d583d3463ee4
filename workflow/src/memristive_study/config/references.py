"""Names in a configuration that refer to entries of another section, and entries that null takes back."""

from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import check_known
from memristive_study.config.sections import Refers
from memristive_study.config.study import Study
from memristive_study.config.walk import GONE, annotations, rebuilt

SECTIONS = ("datasets", "networks", "experiments", "choices.points", "choices.alternatives")


def without_null(config: Mapping[str, Any]) -> dict[str, Any]:
    """A valid `config` without the entries that are null, and without what refers to them.

    A name is left out of the lists that hold it. An entry that needs it goes too: a network without its data set, an
    alternative without any of its points. Raises InputError where nothing is left of a section that a study needs.
    """
    defined = {section: set(_entries(config, section)) for section in SECTIONS}

    def change(mark: Any, value: Any, _: tuple[str, ...]) -> Any:
        return GONE if isinstance(mark, Refers) and value in gone[mark.section] else value

    gone: dict[str, set[str]] = {section: set() for section in SECTIONS}
    while True:
        kept = {}
        for key, kind in annotations(Study).items():
            kept[key] = rebuilt(kind, config[key], change, (key,), drop_null=True)
            if kept[key] is GONE:
                raise InputError(f"{key}: null takes back all that it names; at least one must be left")
        now = {section: names - set(_entries(kept, section)) for section, names in defined.items()}
        if now == gone:
            return kept
        gone, config = now, kept


def check_references(config: Mapping[str, Any]) -> None:
    """InputError, with the nearest name, for a name that its section does not define."""

    def change(mark: Any, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(mark, Refers):
            check_known(": ".join(path), value, _entries(config, mark.section))
        return value

    rebuilt(Study, config, change)


def _entries(config: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    for key in section.split("."):
        config = config[key]
    return config
