"""Weights as conductances. Source: MemTorch 1.1.6, memtorch/map/Parameter.py (naive_map), Crossbar.py.

A layer's weights are a matrix [rows = inputs, columns = outputs]. In the double-column scheme
each weight is the difference of two devices, in the single-column scheme one device against a
fixed reference.
"""

import torch

from memristive.core.errors import InputError
from memristive.core.setting import Setting


def weight_matrix(weight: torch.Tensor) -> torch.Tensor:
    """Weights [outputs, inputs, ...] as a matrix [rows, columns], rows in the order of the inputs' axes."""
    return weight.reshape(weight.shape[0], -1).T.contiguous()


def weight_range(weights: torch.Tensor, setting: Setting, aim: tuple[float, float]) -> tuple[float, float]:
    """Magnitudes (w_min, w_max) of a layer's weights that are mapped to the lowest and the highest conductance.

    w_max is the largest magnitude and w_min is 0; with `p_l`, w_max is the magnitude of rank
    p_l * (n - 1), largest first, and w_min = w_max * r_on / r_off.

    Args:
        weights: all weights of a layer, its groups together, since one line is fitted to its output.
        aim: r_on and r_off (ohm) of the device that is mapped to; see `draws.Draws.aim`.

    Raises:
        InputError: w_max is 0.
    """
    r_on, r_off = aim
    magnitudes = weights.abs().flatten()
    if setting.array.p_l is None:
        w_min, w_max = 0.0, magnitudes.max().item()
    else:
        # In the single precision of the weights, as MemTorch's.
        retained = magnitudes.sort(descending=True).values[int(setting.array.p_l * (len(magnitudes) - 1))]
        w_min, w_max = (retained / (r_off / r_on)).item(), retained.item()
    if w_max == 0:
        raise InputError("weights: the largest weight that the mapping retains is 0, so nothing can be mapped to it")
    return w_min, w_max


def naive_map(
    matrix: torch.Tensor, limits: tuple[float, float], scheme: str, aim: tuple[float, float]
) -> list[torch.Tensor]:
    """Ideal conductances (S) of each device of the arrays that hold `matrix`.

    Linear from the magnitudes `limits` (see `weight_range`) to [1/r_off, 1/r_on] of `aim`.

    Args:
        matrix: float32 [rows, columns].

    Returns:
        Two matrices (positive, negative weights) for the double-column scheme, else one.
    """
    (w_min, w_max), (r_on, r_off) = limits, aim
    g_off, g_on = 1 / r_off, 1 / r_on

    def conductance(part: torch.Tensor) -> torch.Tensor:
        # The order of operations is MemTorch's convert_range.
        return ((part.clamp(w_min, w_max) - w_min) * (g_on - g_off)) / (w_max - w_min) + g_off

    if scheme == "double_column":
        return [conductance(matrix.clamp_min(0)), conductance((-matrix).clamp_min(0))]
    return [conductance(matrix)]


def reference(aim: tuple[float, float]) -> float:
    """Conductance (S) that a single-column array is compared with: midway between those of `aim` (ohm)."""
    r_on, r_off = aim
    return (1 / r_on + 1 / r_off) / 2


def combine(conductances: list[torch.Tensor], reference: float) -> torch.Tensor:
    """The signed matrix that inputs are multiplied with: positive minus negative, or one minus `reference`."""
    if len(conductances) == 2:
        positive, negative = conductances
        return positive - negative
    return conductances[0] - reference
