"""Three convolutional networks: one for images such as MNIST's, two for images such as CIFAR's.

Blocks, channels and the number of fully-connected layers follow a published study of memristive inference. MNIST's 10
channels, the hidden widths, the padding and the place and rate of dropout are left open there and chosen here.
"""

from torch import nn

from memristive_study.models.chain import chain

Shape = tuple[int, int, int]  # channels, height, width

INPUT_SHAPES: dict[str, Shape] = {"mnist": (1, 28, 28), "cifar10": (3, 32, 32), "cifar100": (3, 32, 32)}


def mnist(
    classes: int | None = None, input_shape: Shape | None = None, padding: int = 1, dropout: float = 0.0
) -> nn.Module:
    """Two blocks of two convolutions with 10 channels and one fully-connected layer."""
    shape = input_shape or INPUT_SHAPES["mnist"]
    return chain(shape, ((10, 10), (10, 10)), (), classes or 10, padding=padding, dropout=dropout)


def cifar10(
    classes: int | None = None, input_shape: Shape | None = None, padding: int = 1, dropout: float = 0.1
) -> nn.Module:
    """Three blocks of two convolutions with 16, 32 and 64 channels and two fully-connected layers."""
    shape = input_shape or INPUT_SHAPES["cifar10"]
    return chain(shape, ((16, 16), (32, 32), (64, 64)), (128,), classes or 10, padding=padding, dropout=dropout)


def cifar100(
    classes: int | None = None, input_shape: Shape | None = None, padding: int = 1, dropout: float = 0.2
) -> nn.Module:
    """Three blocks of two convolutions with 32, 64 and 128 channels and three fully-connected layers."""
    shape = input_shape or INPUT_SHAPES["cifar100"]
    blocks = ((32, 32), (64, 64), (128, 128))
    return chain(shape, blocks, (256, 128), classes or 100, padding=padding, dropout=dropout)
