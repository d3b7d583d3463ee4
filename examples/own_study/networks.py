"""A network of one's own: a function of the number of classes and of the images' shape, named in a configuration."""

from torch import nn


def small(classes: int, input_shape: tuple[int, int, int], width: int = 8) -> nn.Module:
    """One convolution of `width` kernels and one fully-connected layer.

    Args:
        classes: of the data set.
        input_shape: channels, height and width of its images.
        width: an option, given under `options` of the network.
    """
    channels, height, columns = input_shape
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(width * (height // 2) * (columns // 2), classes),
    )
