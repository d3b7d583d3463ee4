"""What a layer holds for reads besides conductances: matrices of the higher powers of voltages, and of the noise."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memristive.arrays.mapping import Scheme
from memristive.core.setting import Setting

SQUARE, CUBE, VARIANCE = "square", "cube", "variance"

OfSide = Callable[[torch.Tensor, int], torch.Tensor]


def terms(setting: Setting, scheme: Scheme) -> dict[str, OfSide]:
    """By name, what each side adds to a matrix of the layer, from its conductances (S) and its number.

    `square` (A/V^2) and `cube` (A/V^3) multiply powers of the voltages, signed as the side's current is; `variance`
    (S^2) multiplies their squares and gives that of the current's noise, to which both sides add.
    """
    found: dict[str, OfSide] = {}
    device = setting.device.measured
    if setting.reading.current == "device":
        for number, name in enumerate((SQUARE, CUBE)):
            found[name] = lambda held, side, n=number: (scheme.sign(side) * device.coefficients(held)[n]).float()
    if setting.reading.noise == "relative":
        found[VARIANCE] = lambda held, side: (setting.reading.sigma * held).square()
    elif setting.reading.noise == "measured":
        seconds = setting.retention.time or 0.0
        found[VARIANCE] = lambda held, side: device.read_sigma(held, seconds).square().float()
    return found
