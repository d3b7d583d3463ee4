"""Weights trained further, through a chip drawn anew at each step, so that they bear what chips do to them.

The forward pass is that of the arrays, converters included; the backward pass goes through the mapping of the weights,
variability, faults, drift and wires as they are, and takes whatever rounds (converters, states) as the identity. The
line of a layer is taken as given at each step. Sources: Joshi et al., Nature Communications 11, 2473 (2020), noise at
each step; Bengio et al., arXiv:1308.3432, straight-through. Price: `fine_tuning_images` training images with their
classes, once for all chips, through a model of the chip; no write beyond that of any chip.

One thread computes, so that the weights do not depend on how many there are.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from memristive.arrays.draws import SeededDraws
from memristive.core.errors import InputError
from memristive.core.seeding import generator, seed
from memristive.core.setting import Setting
from memristive.network.checks import layers_to_convert
from memristive.network.convert import convert_with
from memristive.network.recovery.images import Drawn
from memristive.network.recovery.neutral import everywhere, neutral, uncalibrated
from memristive.network.recovery.through_chip import on_chip

MOMENTUM = 0.9
LARGEST_GRADIENT = 1.0  # norm of all of them; a chip with unlucky faults may have a steep one


def prepare(model: nn.Module, setting: Setting, drawn: Drawn) -> tuple[nn.Module, Setting]:
    """A copy of `model` with trained weights, and `setting`; see `fine_tuned`."""
    images, labels = drawn.labelled("recovery.fine_tuning_images", setting.recovery.fine_tuning_images)
    return fine_tuned(model, setting, images, labels), setting


def fine_tuned(model: nn.Module, setting: Setting, images: torch.Tensor, labels: torch.Tensor) -> nn.Module:
    """Copy of `model`, in evaluation mode, trained through chips of `setting`.

    Stochastic gradient descent with momentum on the cross-entropy; batches go through the images in a new order each
    time. The rate falls to 0 along half a cosine.

    Args:
        images: training images [images, ...], never test images.
        labels: their classes, int64 [images].

    Raises:
        InputError: a weight that is computed from others (pruning, normalisation), or a loss that is not finite.
    """
    recovery = setting.recovery
    layers = dict(layers_to_convert(model, setting))
    for name, layer in layers.items():
        if not isinstance(layer.weight, nn.Parameter) or layer._forward_pre_hooks:
            raise InputError(f"model: {name}: weight: is computed before each pass, so it cannot be fine-tuned; fix it")
    with _one_thread():
        first = SeededDraws(generator("recovery", "fine tuning"))
        bare = everywhere(uncalibrated(setting), neutral("recovery") | {"tuning.when": "none"})
        network = convert_with(model, bare, first).train()
        weights = {name: layer.weight.detach().clone().requires_grad_() for name, layer in layers.items()}
        biases = {
            name: layer.bias.detach().clone().requires_grad_()
            for name, layer in layers.items()
            if layer.bias is not None
        }
        digital = [parameter for parameter in network.parameters() if parameter.requires_grad]
        trained = [*weights.values(), *biases.values(), *digital]
        descent = torch.optim.SGD(trained, recovery.fine_tuning_rate, MOMENTUM)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(descent, recovery.fine_tuning_steps)
        batches = _batches(len(images), recovery.fine_tuning_batch)
        for step in range(recovery.fine_tuning_steps):
            draws = SeededDraws(generator("recovery", "fine tuning", step))
            tensors = on_chip(network, weights, biases, setting, draws)
            chosen = next(batches)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed("recovery", "fine tuning", "dropout", step))
                logits = functional_call(network, tensors, (images[chosen],))
            loss = functional.cross_entropy(logits, labels[chosen])
            if not torch.isfinite(loss):
                raise InputError(
                    f"recovery.fine_tuning_rate: {recovery.fine_tuning_rate}: the loss is not finite at step "
                    f"{step + 1}; lower it"
                )
            descent.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(trained, LARGEST_GRADIENT)
            descent.step()
            falling.step()
    return _with(model, network, weights, biases)


@torch.no_grad()
def _with(model: nn.Module, network: nn.Module, weights: dict, biases: dict) -> nn.Module:
    """Copy of `model` with the weights and biases, and all other numbers of the trained `network`."""
    found = copy.deepcopy(model).eval()
    state = network.state_dict()
    for name, value in found.state_dict().items():
        if name.rpartition(".")[0] not in weights:
            value.copy_(state[name])
    for values, leaf in ((weights, "weight"), (biases, "bias")):
        for name, value in values.items():
            getattr(found.get_submodule(name), leaf).copy_(value)
    return found


def _batches(count: int, size: int) -> Iterator[torch.Tensor]:
    """Indices of batches without end, each round through all of them in another order."""
    order = 0
    while True:
        indices = torch.randperm(count, generator=generator("recovery", "fine tuning", "order", order))
        # A round's rest is left out: batch normalisation cannot learn from a single image.
        yield from indices.split(min(size, count))[: max(1, count // size)]
        order += 1


@contextmanager
def _one_thread() -> Iterator[None]:
    former = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.set_num_threads(former)
