"""Images as a network takes them: float32, channels first, normalised."""

import numpy as np
import torch

from memristive.core.errors import InputError

Statistics = tuple[np.ndarray, np.ndarray]  # mean and standard deviation, a number a channel each


def statistics(images: np.ndarray) -> Statistics:
    """Mean and standard deviation a channel (float64 [channels]) of `images` (uint8 NHWC) scaled to [0, 1].

    From the 256 counts a channel, so the order of summation plays no part. A constant channel has standard deviation
    1, which leaves it at zero when it is standardised.
    """
    levels = np.arange(256) / 255
    mean, std = np.empty(images.shape[-1]), np.empty(images.shape[-1])
    for channel in range(images.shape[-1]):
        counts = np.bincount(images[..., channel].ravel(), minlength=256)
        mean[channel] = (counts * levels).sum() / counts.sum()
        std[channel] = np.sqrt((counts * (levels - mean[channel]) ** 2).sum() / counts.sum()) or 1.0
    return mean, std


def to_tensor(images: np.ndarray, normalisation: str = "unit", statistics: Statistics | None = None) -> torch.Tensor:
    """float32 tensor [n, channels, height, width] of `images` (uint8 NHWC).

    `unit` scales to [0, 1]; `centred` then subtracts 0.5 and divides by 0.5; `standardised` subtracts the mean and
    divides by the standard deviation of `statistics` (a number a channel each, as `statistics()` gives them for the
    training images).
    """
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().float().div_(255)
    if normalisation == "unit":
        return tensor
    if normalisation == "centred":
        return tensor.sub_(0.5).div_(0.5)
    if normalisation != "standardised" or statistics is None:
        raise InputError(f"normalisation is {normalisation!r}, expected unit, centred, or standardised with statistics")
    mean, std = (torch.tensor(values, dtype=torch.float32).view(1, -1, 1, 1) for values in statistics)
    return tensor.sub_(mean).div_(std)
