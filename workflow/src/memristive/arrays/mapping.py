"""Weights as conductances. Source: MemTorch 1.1.6, memtorch/map/Parameter.py (naive_map), Crossbar.py.

A layer's weights are a matrix [rows = inputs, columns = outputs]. In the double-column scheme
each weight is the difference of two devices, in the single-column scheme one device against a
fixed reference.
"""

from __future__ import annotations

from typing import Protocol

import torch

from memristive.core.errors import InputError
from memristive.core.setting import Setting


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
    if setting.array.p_l is None:
        w_min, w_max = 0.0, max(abs(extreme.item()) for extreme in torch.aminmax(weights))
    else:
        magnitudes = weights.detach().abs().flatten().cpu().numpy()
        rank = len(magnitudes) - 1 - int(setting.array.p_l * (len(magnitudes) - 1))
        magnitudes.partition(rank)  # in place
        # In the single precision of the weights, as MemTorch's.
        retained = torch.tensor(magnitudes[rank])
        w_min, w_max = (retained / (r_off / r_on)).item(), retained.item()
    if w_max == 0:
        raise InputError("weights: the largest weight that the mapping retains is 0, so nothing can be mapped to it")
    return w_min, w_max


def naive_map(
    matrix: torch.Tensor,
    limits: tuple[float, float],
    scheme: Scheme,
    aim: tuple[float, float],
    slice_: int = 0,
    side: int = 0,
) -> torch.Tensor:
    """Ideal conductances (S) of the devices of one array that holds `matrix`.

    Linear from the magnitudes `limits` (see `weight_range`) to [1/r_off, 1/r_on] of `aim`.

    Args:
        matrix: rows of the layer's weights, float32 [rows, columns].
        slice_, side: which of the arrays among which `scheme` splits weights.
    """
    (w_min, w_max), (r_on, r_off) = limits, aim
    g_off, g_on = 1 / r_off, 1 / r_on
    part = scheme.split(matrix)[slice_][side]
    # The order of operations is MemTorch's convert_range.
    return ((part.clamp(w_min, w_max) - w_min) * (g_on - g_off)) / (w_max - w_min) + g_off


def reference(aim: tuple[float, float]) -> float:
    """Conductance (S) that a single-column array is compared with: midway between those of `aim` (ohm)."""
    r_on, r_off = aim
    return (1 / r_on + 1 / r_off) / 2


class Scheme(Protocol):
    """A way to hold signed weights in arrays of devices, whose conductances are positive."""

    def split(self, matrix: torch.Tensor) -> list[list[torch.Tensor]]:
        """Parts of weights [rows, columns], by slice of the weights and side, each mapped to one array.

        Each weight is split by itself: `matrix` is any number of a layer's rows.
        """
        ...

    def combine(self, sides: list[torch.Tensor], reference: float) -> torch.Tensor:
        """Signed conductances (S) that the arrays of one slice multiply inputs with; `reference` in S.

        `sides` are the same rows of each.
        """
        ...

    def factors(self, slices: int) -> tuple[float, ...]:
        """Digital weight of each slice's output."""
        ...

    def sign(self, side: int) -> float:
        """Sign with which the currents of one side enter the sum."""
        ...


class DoubleColumn:
    """Each weight is the difference of two devices, one of an array of positive and one of negative weights."""

    def split(self, matrix: torch.Tensor) -> list[list[torch.Tensor]]:
        return [[matrix.clamp_min(0), (-matrix).clamp_min(0)]]

    def combine(self, sides: list[torch.Tensor], reference: float) -> torch.Tensor:
        positive, negative = sides
        return positive - negative

    def factors(self, slices: int) -> tuple[float, ...]:
        return (1.0,) * slices

    def sign(self, side: int) -> float:
        return (1.0, -1.0)[side]


class SingleColumn:
    """Each weight is one device against a fixed reference; negative weights are lost, as MemTorch has it."""

    def split(self, matrix: torch.Tensor) -> list[list[torch.Tensor]]:
        return [[matrix]]

    def combine(self, sides: list[torch.Tensor], reference: float) -> torch.Tensor:
        return sides[0] - reference

    def factors(self, slices: int) -> tuple[float, ...]:
        return (1.0,) * slices

    def sign(self, side: int) -> float:
        return 1.0


SCHEMES: dict[str, Scheme] = {"double_column": DoubleColumn(), "single_column": SingleColumn()}
