"""Endurance: resistance states after many SET and RESET cycles.

Empirical metal-oxide RRAM model of Lammie, Rahimi Azghadi and Ielmini, Semicond. Sci. Technol. 36, 065003 (2021);
MemTorch 1.1.6, memtorch/bh/nonideality/endurance_retention_models/empirical_metal_oxide_RRAM.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array

Fit = tuple[float, float, float, float]
FIT = "four numbers, the first above 0"


class Endurance(Group):
    """Cycles that the devices have been through, and the fit of their ageing."""

    cycles: float | None = field(None, "SET and RESET cycles; null: no endurance model.", gt=0)
    operation_mode: Literal["sudden", "gradual"] = field("sudden", "How a state fails once its threshold is passed.")
    temperature: float = field(350.0, "Temperature.", unit="K", gt=0)
    temperature_threshold: float = field(298.0, "Temperature above which ageing is faster.", unit="K", gt=0)
    cell_size: float = field(10.0, "Cell size.", unit="nm", gt=0)
    p_lrs: Fit = field((1.0, 0.0, 0.0, 0.0), "Fit p_0 to p_3 of the low resistance state.", allowed=FIT)
    p_hrs: Fit = field((1.0, 0.0, 0.0, 0.0), "Fit p_0 to p_3 of the high resistance state.", allowed=FIT)
    stable_resistance_lrs: float = field(100.0, "Resistance to which a low state fails suddenly.", unit="ohm", gt=0)
    stable_resistance_hrs: float = field(1000.0, "Resistance to which a high state fails suddenly.", unit="ohm", gt=0)

    @pydantic.model_validator(mode="after")
    def _positive(self) -> Endurance:
        for name in ("p_lrs", "p_hrs"):
            value = getattr(self, name)
            if value[0] <= 0:
                raise WrongValue(f"endurance.{name}", list(value), FIT)
        return self

    @property
    def active(self) -> bool:
        """Whether there is an endurance model."""
        return self.cycles is not None


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Both resistance states after `cycles` cycles.

    A state fails once the cycles exceed its threshold p_0 exp(p_1 cell_size + p_2 T'),
    T' = min(temperature_threshold / temperature, 1): in sudden mode to a stable resistance, in gradual mode as
    R (cycles / threshold)^(p_3 (p_1 cell_size + p_2 T')). The states are told apart by a convergence point:
    (r_on + r_off) / 2, where MemTorch computes r_on + r_off / 2 from its default resistances.

    The published model has oddities that are kept. Nothing stops the drift at the convergence point, so that after
    enough cycles the low state is the higher one. The exponent jumps at that point, where a mapped weight may well
    lie. No published fit over cycles depends on temperature: their p_2 is 0. In MemTorch a low resistance that has
    just been pushed past the point is then pulled down by the high state's fit; as meant, each device fails once.
    """
    fit = array.setting.endurance
    convergence_point = array.semantics.convergence_point(array.setting.device.r_on, array.setting.device.r_off)
    reduced_temperature = min(fit.temperature_threshold / fit.temperature, 1)
    resistance = 1 / conductance

    def fail(selected: torch.Tensor, parameters: Fit, stable: float) -> None:
        p_0, p_1, p_2, p_3 = parameters
        slope = p_1 * fit.cell_size + p_2 * reduced_temperature
        threshold = p_0 * math.exp(slope)
        if fit.cycles <= threshold:
            return
        if fit.operation_mode == "sudden":
            resistance[selected] = stable
        else:
            exponent = p_3 * slope
            drift = exponent * math.log10(fit.cycles) + resistance[selected].log10()
            resistance[selected] = 10 ** (drift - exponent * math.log10(threshold))

    high = resistance > convergence_point
    fail(resistance < convergence_point, fit.p_lrs, fit.stable_resistance_lrs)
    if array.semantics.ages_in_turn:
        high = resistance > convergence_point
    fail(high, fit.p_hrs, fit.stable_resistance_hrs)
    return 1 / resistance
