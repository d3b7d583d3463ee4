"""Settings of a training, and the identity of a training: everything that decides its result.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from memristive.core.errors import InputError

# Version of the meaning of a recipe. Raise it when a change of the code changes the result of a training; the hash of
# the code plays no part, so that a module may be renamed or rewritten and every finished training is still used.
MEANING = 1

OPTIMISERS = ("sgd", "adam", "adamw")
SCHEDULES = ("one_cycle", "cosine", "constant", "step")
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides a training besides the network and the images.

    The default of a field must stay as it is: `identity` leaves out what has its default, so that a new field, whose
    default does nothing, leaves the identity of older trainings as it was.
    """

    epochs: int = 50
    batch_size: int = 100
    optimiser: str = "sgd"  # sgd, adam or adamw, as torch.optim computes them
    momentum: float = 0.9  # of sgd; 0: plain gradient descent
    nesterov: bool = True  # of sgd with momentum
    learning_rate: float = 0.05  # the largest of the schedule
    schedule: str = "one_cycle"  # see schedule.learning_rate
    step_epochs: int = 20  # schedule step: the learning rate falls after each such number of epochs
    step_factor: float = 0.1  # schedule step: by this factor
    weight_decay: float = 5e-4  # L2 for sgd and adam, decoupled for adamw
    label_smoothing: float = 0.0
    shift: int = 0  # random shift of each image by up to this number of pixels in each direction, zeros moving in
    horizontal_flip: bool = False  # of each image, with probability 1/2
    seed: int = 0
    threads: int = 1  # another number may change the last bits of the weights
    device: str = "auto"  # auto (cuda where there is one), cpu or cuda

    def __post_init__(self) -> None:
        """Raise InputError for a value outside its range."""
        choices = {"optimiser": OPTIMISERS, "schedule": SCHEDULES, "device": DEVICES}
        for key, allowed in choices.items():
            if getattr(self, key) not in allowed:
                raise InputError(f"training: {key} is {getattr(self, key)!r}, expected one of {', '.join(allowed)}")
        whole = {"epochs": 1, "batch_size": 2, "step_epochs": 1, "threads": 1, "shift": 0, "seed": 0}
        for key, least in whole.items():
            value = getattr(self, key)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise InputError(f"training: {key} is {value!r}, expected a whole number from {least}")
        real = {
            "learning_rate": math.inf,
            "momentum": 1,
            "step_factor": math.inf,
            "weight_decay": math.inf,
            "label_smoothing": 1,
        }
        for key, below in real.items():
            value = getattr(self, key)
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < below:
                raise InputError(f"training: {key} is {value!r}, expected a number from 0, below {below}")
        for key in ("nesterov", "horizontal_flip"):
            if not isinstance(getattr(self, key), bool):
                raise InputError(f"training: {key} is {getattr(self, key)!r}, expected true or false")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingSettings":
        """Settings from a config section; InputError for an unknown key, with the nearest known one."""
        known = [field.name for field in fields(cls)]
        for key in values:
            if key not in known:
                close = get_close_matches(str(key), known, 1)
                raise InputError(f"training: unknown key {key!r}; did you mean {(close or known)[0]}?")
        return cls(**values)

    def identity(self) -> dict[str, Any]:
        """The settings that differ from their defaults, numbers as Python compares them: 1 and 1.0 are equal."""
        defaults = {field.name: field.default for field in fields(self)}
        return {
            key: float(value) if isinstance(defaults[key], float) else value
            for key, value in asdict(self).items()
            if value != defaults[key]
        }
