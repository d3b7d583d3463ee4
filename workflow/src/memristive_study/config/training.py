"""Keys under `training`, and those of one training."""

from typing import Literal

import pydantic

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.config.sections import Flag, Real, Section, Whole, WrongKey, key
from memristive_study.config.settings import Fields
from memristive_study.training.optimisers import OPTIMISERS
from memristive_study.training.rules import RULES

FOLDS = 1000  # most folds of a cross-validation; each is a training


class Recipe(Section):
    """Settings of a training, as torch.optim has them.

    The default of a key must stay as it is: `training.recipe` leaves out of a training's identity what has its
    default, so that a new key, whose default does nothing, leaves the identity of older trainings as it was.
    """

    epochs: Whole = key("Passes over the training images.", default=50, ge=1)
    batch_size: Whole = key("Images a step.", default=100, ge=2)
    optimiser: Literal[tuple(OPTIMISERS)] = key("Optimiser, as torch.optim computes it.", default="sgd")
    momentum: Real = key("Momentum of sgd; 0: plain gradient descent.", default=0.9, ge=0, lt=1)
    nesterov: Flag = key("Nesterov's momentum for sgd, where it has momentum.", default=True)
    learning_rate: Real = key("Largest learning rate of the schedule.", default=0.05, gt=0)
    schedule: Literal["one_cycle", "cosine", "constant", "step"] = key(
        "Course of the learning rate.", default="one_cycle"
    )
    step_epochs: Whole = key("Schedule step: epochs after which the learning rate falls.", default=20, ge=1)
    step_factor: Real = key("Schedule step: factor by which it falls.", default=0.1, gt=0, lt=1)
    weight_decay: Real = key(
        "Decay of the weights a step: L2 for sgd and adam, decoupled for adamw.", default=5e-4, ge=0
    )
    label_smoothing: Real = key("Share of the label given to all classes.", default=0.0, ge=0, lt=1)
    shift: Whole = key("Largest random shift of each image; zeros move in.", default=0, unit="pixels", ge=0)
    horizontal_flip: Flag = key("Random flip of each image, with probability 1/2.", default=False)
    through: Fields | None = key(
        "Fields of a setting (device, array, wires) through whose arrays the network computes while it learns; left "
        "out: no arrays.",
        optional=True,
    )
    through_after: Whole = key("Epochs before which it learns without these arrays.", default=0, ge=0)
    device: Literal["auto", "cpu", "cuda"] = key(
        "Place of the training; auto: the GPU where there is one.", default="auto"
    )

    @pydantic.model_validator(mode="after")
    def _through_arrays_that_can_be(self) -> "Recipe":
        if self.through is not None:
            try:
                setting = Setting(**self.through)
            except InputError as error:
                raise WrongKey(("through",), str(error).removeprefix("setting: ")) from None
            if setting.arithmetic.semantics != "physical":
                raise WrongKey(("through", "arithmetic.semantics"), "'memtorch' is not physical")
        return self


class Training(Section):
    """Training of the networks."""

    pretrained: Literal[False, True, "plain", "strong"] = key(
        "Weights and histories that come with the workflow instead of trainings: plain (or true), of this "
        "configuration's recipe, or strong, of profiles/strong.",
        default=False,
    )
    folds: Whole = key("Folds of the cross-validation.", ge=2, le=FOLDS)
    checkpoint: Literal[tuple(RULES)] = key("Epoch of the training on the published split that is used.")
    settings: Recipe = key("Settings of every network.")
