"""The networks of the study with plausible weights, and images to run them on."""

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from memristive import networks

IMAGES = {"mnist": 10_000, "cifar10": 2_000, "cifar100": 2_000}


def network(name: str) -> nn.Module:
    """Untrained network of the study whose batch statistics fit `images`."""
    torch.manual_seed(0)
    model = networks.build(name).train()
    with torch.no_grad():
        for batch in images(name, 500).split(100):
            model(batch)
    return model.eval()


def images(name: str, count: int) -> torch.Tensor:
    """Standard normal images, float32 [count, channels, height, width]."""
    shape = networks.ARCHITECTURES[name].input_shape
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(1))


def at_its_best(model: nn.Module) -> nn.Module:
    """The digital network with batch normalisation folded into the convolutions, in channels_last."""
    layers: list[nn.Module] = []
    for layer in model:
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
        elif not isinstance(layer, nn.Dropout):
            layers.append(layer)
    return nn.Sequential(*layers).eval().to(memory_format=torch.channels_last)


def run(model: nn.Module, x: torch.Tensor, batch_size: int) -> None:
    """Forward all of `x`."""
    with torch.no_grad():
        for batch in x.split(batch_size):
            model(batch)
