"""Shared by the measurements of proofs: accuracy of a network, its weights replaced, batch norm in training mode."""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import nn

from memristive.arrays.semantics import SEMANTICS
from memristive_study.results.readings import MEMTORCH

BATCH = 250  # images of a batch, where the batch decides something
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def published_semantics() -> str:
    """MemTorch's arithmetic as the paper ran it, as far as the simulator has it."""
    return next(name for name in MEMTORCH if name in SEMANTICS)


@torch.no_grad()
def correct(network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: int = BATCH) -> int:
    """Right answers of a network for images float32 [n, channels, height, width], in batches of this size."""
    found = [network(part).argmax(-1) for part in images.split(batch)]
    return int((torch.cat(found) == labels).sum())


def with_weights(model: nn.Module, replace: Callable[[torch.Tensor], torch.Tensor]) -> nn.Module:
    """Copy of a digital network in evaluation mode whose Conv2d and Linear have `replace(weight)` as their weights."""
    changed = copy.deepcopy(model).eval()
    with torch.no_grad():
        for module in changed.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.weight.copy_(replace(module.weight))
    return changed


def in_training_mode(network: nn.Module, kinds: Sequence[type[nn.Module]]) -> nn.Module:
    """`network` whose modules of these kinds are in training mode, all others in evaluation mode."""
    network.eval()
    for module in network.modules():
        if isinstance(module, tuple(kinds)):
            module.train()
    return network
