"""Settings of a training, and the identity of a training: everything that decides its result.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from collections.abc import Mapping
from typing import Any

from memristive_study.config.sections import Whole, key
from memristive_study.config.training import Recipe
from memristive_study.config.words import validated

# Version of the meaning of a recipe. Raise it when a change of the code changes the result of a training; the hash of
# the code plays no part, so that a module may be renamed or rewritten and every finished training is still used.
MEANING = 1


class TrainingSettings(Recipe):
    """Everything that decides a training besides the network and the images."""

    seed: Whole = key("Seed of the study.", default=0, ge=0)
    threads: Whole = key("Threads; another number may change the last bits of the weights.", default=1, ge=1)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingSettings":
        """Settings from plain values; InputError for an unknown key, with the nearest known one, or a wrong value."""
        return validated(cls, values, "training")

    def identity(self) -> dict[str, Any]:
        """The settings that differ from their defaults."""
        defaults = {name: info.default for name, info in type(self).model_fields.items()}
        return {name: value for name, value in self.model_dump().items() if value != defaults[name]}
