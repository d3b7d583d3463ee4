"""What a layer holds for reads besides conductances: matrices of a law's further terms, of the noise, of each side."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memristive.arrays.laws import Law, law_of
from memristive.arrays.mapping import Scheme
from memristive.core.setting import Setting

TERMS, VARIANCE = "terms", "variance"
NAMES = (TERMS, VARIANCE)  # matrices that a layer may hold besides its conductances
SIDES = "sides"  # of arrays whose rows are gated

OfSide = Callable[[torch.Tensor, int], torch.Tensor]


def names(setting: Setting) -> tuple[str, ...]:
    """Matrices that a layer of `setting` holds besides its conductances."""
    return (*(NAMES if setting.reading.active else ()), *((SIDES,) if setting.wires.gated else ()))


def law(setting: Setting) -> Law | None:
    """The law of the devices' current; None: Ohm's."""
    if setting.reading.current == "ohmic":
        return None
    return law_of(setting.device.model, setting.inputs.max_voltage)


def matrices(setting: Setting, scheme: Scheme, sides: int, unit: float = 1.0) -> dict[str, OfSide]:
    """By name, what each side adds to a matrix of the layer, from its conductances (S) and its number.

    `terms` [terms, rows, columns] multiply what the law makes of the voltages and are signed as the side's current is;
    `variance` [rows, columns], in `unit`s squared, multiplies the squares of the inputs and gives the variance of the
    current's noise, to which both sides add; `sides` [sides, rows, columns] are the conductances themselves.

    Args:
        unit: conductance (S) that counts 1 in the layer's matrix: a step of its digits, or 1 S.
    """
    found: dict[str, OfSide] = {}
    device, own = setting.device.model, law(setting)
    if own is not None:
        found[TERMS] = lambda held, side: (scheme.sign(side) * own.coefficients(held.double())).float()
    if setting.reading.noise == "relative":
        found[VARIANCE] = lambda held, side: (setting.reading.sigma / unit * held).square()
    elif setting.reading.noise == "measured":
        seconds = setting.retention.time or 0.0
        found[VARIANCE] = lambda held, side: (device.read_sigma(held, seconds) / unit).square().float()
    if setting.wires.gated:
        found[SIDES] = lambda held, side: held[None] * torch.eye(sides)[side][:, None, None]
    return found
