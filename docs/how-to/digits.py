"""A small network trained on scikit-learn's digits, which the how-to pages share: 8x8 images, no download."""

import functools

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

TRAINING_IMAGES = 1400  # of 1797; the other 397 are for testing


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """Images, float32 [1797, 1, 8, 8] from 0 to 1, and labels."""
    images, labels = load_digits(return_X_y=True)
    return torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 16, torch.tensor(labels)


def network() -> nn.Module:
    """A convolution and two linear layers, untrained."""
    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(12 * 4 * 4, 48), nn.ReLU(), nn.Linear(48, 10),
    )  # fmt: skip


@functools.cache
def trained() -> tuple[nn.Module, tuple[torch.Tensor, torch.Tensor]]:
    """The network after 30 epochs, some seconds, and the test images with their labels."""
    torch.manual_seed(0)
    model, (images, labels) = network(), data()
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(30):
        for batch in torch.randperm(TRAINING_IMAGES).split(100):
            optimiser.zero_grad()
            functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimiser.step()
    return model.eval(), (images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:])
