"""Training through arrays with wires: the weights that a step computes with."""

from torch import Tensor, nn
from torch.func import functional_call

from memristive.core.setting import Setting
from memristive.network.through import effective_weights
from memristive_study.training.recipe import TrainingSettings


def weights(model: nn.Module, settings: TrainingSettings, epoch: int) -> dict[str, Tensor]:
    """What stands for the weights of `model` in this epoch (from 1), by name; those that are left out are its own."""
    if settings.through is None or epoch <= settings.through_after:
        return {}
    return effective_weights(model, Setting(**settings.through))


def logits(model: nn.Module, weights: dict[str, Tensor], images: Tensor) -> Tensor:
    """Outputs of `model` with these weights in place of its own."""
    return functional_call(model, weights, images) if weights else model(images)
