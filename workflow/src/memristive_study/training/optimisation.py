"""The optimiser of a training, and schedules of the learning rate."""

import math

import torch
from torch import nn

from memristive.core.errors import InputError
from memristive_study.training.optimisers import OPTIMISERS
from memristive_study.training.recipe import TrainingSettings


def optimiser(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimiser of `settings` for the parameters of `model` that are not frozen.

    Raises InputError where every parameter is frozen.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise InputError("training: every parameter of the network is frozen (requires_grad is False)")
    return OPTIMISERS[settings.optimiser](parameters, settings)


def learning_rate(settings: TrainingSettings, progress: float) -> float:
    """Learning rate after the proportion `progress` (0 to 1) of all steps of a training.

    `one_cycle` rises linearly over the first fifth and falls linearly to 0, `cosine` falls to 0 along half a cosine,
    `step` falls by `step_factor` after each `step_epochs` epochs, `constant` stays.
    """
    if settings.schedule == "cosine":
        return settings.learning_rate * (1 + math.cos(math.pi * progress)) / 2
    if settings.schedule == "one_cycle":
        return settings.learning_rate * min((progress + 0.01) / 0.21, (1 - progress) / 0.8)
    if settings.schedule == "step":
        # A whole epoch must count as one although its progress is a rounded quotient.
        epochs = math.floor(progress * settings.epochs + 1e-9)
        return settings.learning_rate * settings.step_factor ** (epochs // settings.step_epochs)
    return settings.learning_rate
