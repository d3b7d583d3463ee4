"""The arrays of a chip as functions of the weights that they hold, for training through them."""

from collections.abc import Mapping

import torch
from torch import nn

from memristive.arrays import mapping
from memristive.arrays.draws import Draws
from memristive.arrays.programming import program
from memristive.core.setting import Setting
from memristive.network.convert import placing_of
from memristive.network.layers import CrossbarLayer


def on_chip(
    network: nn.Module,
    weights: Mapping[str, torch.Tensor],
    biases: Mapping[str, torch.Tensor],
    setting: Setting,
    draws: Draws,
) -> dict[str, torch.Tensor]:
    """What stands for the parameters of `network`, from `convert`, on a chip with these draws, for functional_call.

    Args:
        weights, biases: of the digital layers, by the layers' names; gradients reach them.

    Returns:
        Conductances, lines and biases by their names in `network`.
    """
    found = {f"{name}.bias": bias for name, bias in biases.items()}
    for name, weight in weights.items():
        layer = network.get_submodule(name)
        tensors = _layer(name, layer, weight, setting.for_layer(name), draws)
        found |= {f"{name}.{key}": value for key, value in tensors.items()}
    return found


def _layer(
    name: str, layer: CrossbarLayer, weight: torch.Tensor, setting: Setting, draws: Draws
) -> dict[str, torch.Tensor]:
    placing = placing_of(name, setting, draws)
    _, after = program(name, weight, layer.groups, setting, draws, pristine=False, damaged=True, placing=placing)
    conductance = after.signed[:, :, : layer.rows]
    others = {key: value[..., : layer.rows, :].detach() for key, value in after.read.items()}
    return {"conductance": conductance, "line": _line(conductance, weight, layer, setting), **others}


@torch.no_grad()
def _line(conductance: torch.Tensor, weight: torch.Tensor, layer: CrossbarLayer, setting: Setting) -> torch.Tensor:
    """The line, or lines, that tuning finds on average over its random inputs, float64 [2] or [2, outputs].

    For independent inputs of mean 0 the least-squares line between W x and G x has the coefficient <W, G> / <G, G> and
    the intercept 0.
    """
    if setting.tuning.when == "none" and setting.recovery.drift == "none":
        return torch.tensor([1.0, 0.0], dtype=torch.float64)
    if len(conductance) > 1 or (setting.tuning.when == "before" and setting.recovery.drift == "none"):
        r_on, r_off = setting.device.r_on, setting.device.r_off
        w_min, w_max = mapping.weight_range(weight.detach(), setting, (r_on, r_off))
        return torch.tensor([(w_max - w_min) / (1 / r_on - 1 / r_off), 0.0], dtype=torch.float64)
    outputs = weight.detach().flatten(1).double()  # [outputs, rows]
    seen = conductance[0, :, :, : layer.columns].transpose(1, 2).flatten(0, 1).double()
    products, squares = (outputs * seen).sum(1), (seen * seen).sum(1)
    by_column = "column" in (setting.recovery.line, setting.recovery.drift)
    if not by_column:
        products, squares = products.sum(), squares.sum()
    coefficients = torch.where(squares > 0, products / squares.clamp_min(torch.finfo(torch.float64).tiny), 0.0)
    return torch.stack([coefficients, torch.zeros_like(coefficients)])
