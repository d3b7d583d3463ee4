"""Random changes of the training images; every draw comes from a given generator."""

import torch
from torch import Tensor
from torch.nn import functional

from memristive_study.training.recipe import TrainingSettings


def shift(images: Tensor, pixels: int, generator: torch.Generator) -> Tensor:
    """Each of `images` [n, c, h, w] moved by up to `pixels` in either direction, zeros moving in."""
    n, _, height, width = images.shape
    offsets = torch.randint(2 * pixels + 1, (2, n), generator=generator).to(images.device)
    windows = functional.pad(images, (pixels,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    return windows[torch.arange(n, device=images.device), :, offsets[0], offsets[1]]


def flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each of `images` [n, c, h, w] mirrored left to right with probability 1/2."""
    mirrored = torch.randint(2, (len(images), 1, 1, 1), generator=generator, dtype=torch.bool).to(images.device)
    return torch.where(mirrored, images.flip(-1), images)


def augment(images: Tensor, settings: TrainingSettings, generator: torch.Generator) -> Tensor:
    """`images` [n, c, h, w] with the augmentations of `settings`."""
    if settings.shift:
        images = shift(images, settings.shift, generator)
    if settings.horizontal_flip:
        images = flip(images, generator)
    return images
