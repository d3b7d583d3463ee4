"""The layers of a network: shapes, parameters, multiply-adds."""

from typing import Any

import torch
from torch import nn

from memristive.core.errors import InputError


def layer_table(model: nn.Module, input_shape: tuple[int, int, int]) -> list[dict[str, Any]]:
    """One row a layer, in the order of execution, for one image of `input_shape` (channels, height, width).

    Columns: layer, type, output_shape ("channels x height x width"), parameters (trained numbers), multiply_adds (of
    Conv2d and Linear, biases not counted). Raises InputError where the network cannot take such an image.
    """
    rows: list[dict[str, Any]] = []

    def record(name: str, module: nn.Module, output: torch.Tensor) -> None:
        multiply_adds = 0
        if isinstance(module, nn.Conv2d | nn.Linear):
            places = output[0, 0].numel() if isinstance(module, nn.Conv2d) else output[0].numel() // module.out_features
            multiply_adds = module.weight.numel() * places
        rows.append(
            {
                "layer": name,
                "type": type(module).__name__,
                "output_shape": " x ".join(str(n) for n in output.shape[1:]),
                "parameters": sum(p.numel() for p in module.parameters()),
                "multiply_adds": multiply_adds,
            }
        )

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    hooks = [
        module.register_forward_hook(lambda module, _, output, name=name: record(name, module, output))
        for name, module in leaves
    ]
    training, device = model.training, next(model.parameters()).device
    try:
        with torch.no_grad():
            model.eval()(torch.zeros(1, *input_shape, device=device))
    except RuntimeError as error:
        shape = "x".join(str(n) for n in input_shape)
        raise InputError(f"images of {shape} do not fit the network: {str(error).splitlines()[0]}") from error
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return rows
