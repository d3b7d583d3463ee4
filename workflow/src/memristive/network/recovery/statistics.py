"""Means and variances of batch normalisation, estimated anew on what the arrays of a chip put out.

Source: Joshi et al., Nature Communications 11, 2473 (2020), adaptive batch normalisation. Price: `statistics_images`
training images through each chip; no write, and no operation more once they are known.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from memristive.core.errors import InputError
from memristive.network.calibration import calibrate

IMAGES_AT_ONCE = 250  # their layers' outputs exist together; the statistics are the mean over such parts


@torch.no_grad()
def settle(network: nn.Module, images: torch.Tensor, ranges: torch.Tensor | None = None) -> None:
    """Estimate the statistics of every batch normalisation of `network` on `images` [images, ...]; it is changed.

    Each layer is normalised by what it puts out for these images, so that those behind it are estimated on inputs as
    they will be. Raises InputError where no batch normalisation has statistics.
    """
    found = normalisations(network)
    if not found:
        raise InputError(
            "recovery.statistics_images: the network has no batch normalisation with statistics to estimate"
        )
    momenta = [layer.momentum for layer in found]
    try:
        for layer in found:
            layer.reset_running_stats()
            layer.momentum = None  # the mean over all parts
            layer.training = True
        if ranges is not None:
            calibrate(network, ranges)
        count = max(1, round(len(images) / IMAGES_AT_ONCE))
        for part in images.chunk(count):
            network(part)
    finally:
        for layer, momentum in zip(found, momenta, strict=True):
            layer.momentum, layer.training = momentum, False


def normalisations(network: nn.Module) -> list[_BatchNorm]:
    """The batch normalisations of `network` that keep statistics."""
    return [m for m in network.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
