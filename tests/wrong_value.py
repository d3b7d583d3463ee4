"""A configuration with one wrong value."""

from typing import Any

import pytest

from memristive.core.errors import InputError
from memristive_study.config.check import checked
from memristive_study.plan.plan import Plan


def error_of(config: dict[str, Any], path: str, value: Any) -> str:
    """The one line by which `config` is refused when the key at `path` (a.b.c) has `value`."""
    *parents, key = path.split(".")
    place = config
    for name in parents:
        place = place[name]
    place[key] = value
    with pytest.raises(InputError) as raised:
        Plan(checked(config))
    assert "\n" not in str(raised.value)
    return str(raised.value)
