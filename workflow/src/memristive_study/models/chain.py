"""Plain convolutional networks: blocks of convolutions with pooling between them, then fully-connected layers."""

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from memristive.core.errors import InputError


def chain(
    input_shape: tuple[int, int, int],
    blocks: Sequence[Sequence[int]],
    hidden: Sequence[int],
    classes: int,
    *,
    padding: int = 1,
    dropout: float = 0.0,
) -> nn.Sequential:
    """A flat `nn.Sequential`, so that its print-out shows everything that runs between two crossbars.

    Args:
        input_shape: channels, height, width of an image.
        blocks: channels of each 3x3 convolution (with bias, batch normalisation and ReLU), block by block; 2x2 pooling
            follows each block.
        hidden: widths of the fully-connected layers before the last.
        classes: width of the last.
        padding: zeros around the input of each convolution; 1 keeps the size, 0 takes 2 pixels off.
        dropout: proportion dropped before each fully-connected layer; 0: no dropout layer.

    Raises InputError for images that are too small for the blocks.
    """
    channels, height, width = input_shape
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for block, widths in enumerate(blocks, 1):
        for position, width_out in enumerate(widths, 1):
            key = f"{block}_{position}"
            layers[f"conv{key}"] = nn.Conv2d(channels, width_out, kernel_size=3, padding=padding)
            layers[f"bn{key}"] = nn.BatchNorm2d(width_out)
            layers[f"relu{key}"] = nn.ReLU()
            channels = width_out
            height, width = height + 2 * padding - 2, width + 2 * padding - 2
        layers[f"pool{block}"] = nn.MaxPool2d(2)
        height, width = height // 2, width // 2
        if min(height, width) < 1:
            raise InputError(
                f"images of {input_shape[1]}x{input_shape[2]} are too small for {len(blocks)} blocks of convolutions "
                f"with padding {padding}"
            )
    layers["flatten"] = nn.Flatten()
    features = channels * height * width
    outputs = (*hidden, classes)
    for position, width_out in enumerate(outputs, 1):
        if dropout > 0:
            layers[f"dropout{position}"] = nn.Dropout(dropout)
        layers[f"fc{position}"] = nn.Linear(features, width_out)
        if position < len(outputs):
            layers[f"relu_fc{position}"] = nn.ReLU()
        features = width_out
    return nn.Sequential(layers)
