"""The layers of a network as crossbars see them."""

import torch
from torch import nn

from memristive.memtorch.cost import Layer


def crossbar_shapes(model: nn.Module, input_shape: tuple[int, int, int]) -> list[Layer]:
    """Conv2d and Linear layers of `model`, in the order of execution, for an image of `input_shape`.

    Args:
        input_shape: channels, height, width.
    """
    found: list[Layer] = []

    def record(module: nn.Module, _: object, output: torch.Tensor) -> None:
        vectors = output[0, 0].numel() if isinstance(module, nn.Conv2d) else output[0].numel() // module.out_features
        found.append(Layer(module.weight[0].numel(), module.weight.shape[0], vectors))

    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(record) for layer in layers]
    try:
        with torch.no_grad():
            model.eval()(torch.zeros(1, *input_shape))
    finally:
        for hook in hooks:
            hook.remove()
    return found
