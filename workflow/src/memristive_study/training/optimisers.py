"""Optimisers, by the names that configurations give them: (parameters, settings of the training) -> optimiser.

A new one is a function and an entry of `OPTIMISERS`, last, as messages name them in this order.

Imported when Snakemake reads the workflow, so that functions import torch themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from memristive_study.training.recipe import TrainingSettings

    Parameters = Sequence[torch.nn.Parameter]
    Make = Callable[[Parameters, TrainingSettings], torch.optim.Optimizer]


def sgd(parameters: Parameters, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Gradient descent, with momentum or without; the decay is part of the gradient."""
    import torch

    return torch.optim.SGD(
        parameters,
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        momentum=settings.momentum,
        # Nesterov without momentum is plain gradient descent, which torch.optim wants to be told.
        nesterov=settings.nesterov and settings.momentum > 0,
        fused=True,
    )


def adam(parameters: Parameters, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Adam, the decay part of the gradient."""
    import torch

    return torch.optim.Adam(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True)


def adamw(parameters: Parameters, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Adam with decoupled decay."""
    import torch

    return torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True)


OPTIMISERS: dict[str, Make] = {"sgd": sgd, "adam": adam, "adamw": adamw}
