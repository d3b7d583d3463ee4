"""What real devices do to the conductances that were meant.

Each function takes and returns the conductances (S) of one array, float32 [rows, columns]; under
`semantics: memtorch` with tiles the matrix includes the tiles' padding cells, which MemTorch
treats as devices like all others. Source: MemTorch 1.1.6, memtorch/bh/nonideality/.
"""

import dataclasses
import math

import torch

from memristive.arrays.mapping import from_tiles, to_tiles
from memristive.core.setting import Setting

# MemTorch asks a dict for an attribute and so always takes the defaults of its device class.
MEMTORCH_MEANS = (50.0, 1000.0)


@dataclasses.dataclass(frozen=True)
class Devices:
    """Resistances (ohm) of an array's devices, float [rows, columns] or one number for all."""

    r_on: torch.Tensor
    r_off: torch.Tensor

    @property
    def bounds(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Lowest and highest conductance (S) of each device."""
        return (1 / self.r_off.double()).float(), (1 / self.r_on.double()).float()

    @classmethod
    def vary(cls, setting: Setting, deviations: torch.Tensor | None) -> "Devices":
        """r_on ~ N(r_on, sigma) of at least 1 ohm, r_off ~ N(r_off, 2 sigma) of at least 2 ohm.

        Args:
            deviations: standard normal, float32 [2, rows, columns]; None: no variability.
        """
        if deviations is None:
            return cls(*(torch.tensor(r, dtype=torch.float64) for r in (setting.r_on, setting.r_off)))
        return cls(
            (deviations[0] * setting.sigma + setting.r_on).clamp_min(1),
            (deviations[1] * (2 * setting.sigma) + setting.r_off).clamp_min(2),
        )


def within_bounds(conductance: torch.Tensor, devices: Devices) -> torch.Tensor:
    """Clamp each device to its own bounds; where they overlap (r_on > r_off) 1/r_off wins."""
    low, high = devices.bounds
    return torch.maximum(torch.minimum(conductance, high), low)


def quantise_states(conductance: torch.Tensor, devices: Devices, setting: Setting) -> torch.Tensor:
    """The nearest of `conductance_states` conductances spaced evenly between each device's bounds.

    Under `semantics: memtorch` nothing is quantised: the conductances are read back from the
    device objects, which changes only devices whose bounds overlap.
    """
    if setting.semantics == "memtorch":
        # A device object clips in double precision what was written to it in single precision.
        lowest, highest, written = 1 / devices.r_off.double(), 1 / devices.r_on.double(), conductance.double()
        return torch.where(written < lowest, lowest, torch.where(written > highest, highest, written)).float()
    low, high = devices.bounds
    step = (high - low) / (setting.conductance_states - 1)
    return torch.where(step == 0, low, low + torch.floor((conductance - low) / step + 0.5) * step)


def stick(
    conductance: torch.Tensor, devices: Devices, setting: Setting, hrs_order: torch.Tensor, lrs_order: torch.Tensor
) -> torch.Tensor:
    """Devices stuck at their high, then (these win) at their low resistance state.

    Args:
        hrs_order, lrs_order: the order in which devices fail, int64 [rows * columns]; int(n *
            proportion) of them do. Numbers count devices tile by tile where the array is tiled
            with its padding (`semantics: memtorch`), else row by row.
    """
    tiled = setting.semantics == "memtorch" and setting.tile_shape is not None
    shape = conductance.shape
    low, high = (
        (to_tiles(g, setting.tile_shape) if tiled else g).reshape(-1)
        for g in (bound.expand(shape) for bound in devices.bounds)
    )
    flat = (to_tiles(conductance, setting.tile_shape) if tiled else conductance).reshape(-1).clone()
    stuck_off = hrs_order[: int(flat.numel() * setting.stuck_at_hrs)]
    stuck_on = lrs_order[: int(flat.numel() * setting.stuck_at_lrs)]
    flat[stuck_off] = low[stuck_off]
    flat[stuck_on] = high[stuck_on]
    return from_tiles(flat.reshape(-1, *setting.tile_shape), shape) if tiled else flat.reshape(shape)


def endure(conductance: torch.Tensor, setting: Setting) -> torch.Tensor:
    """Both resistance states after `cycles` SET/RESET cycles.

    Empirical metal-oxide RRAM model of Lammie, Rahimi Azghadi and Ielmini, Semicond. Sci.
    Technol. 36, 065003 (2021). A state fails once the cycles exceed its threshold
    p_0 exp(p_1 cell_size + p_2 T'), T' = min(temperature_threshold / temperature, 1): in sudden mode
    to a stable resistance, in gradual mode as R (cycles / threshold)^(p_3 (p_1 cell_size + p_2 T')).
    The two states are told apart by the convergence point (r_on + r_off) / 2, for which MemTorch
    computes r_on + r_off / 2 from its default resistances.
    """
    if setting.semantics == "memtorch":
        r_on, r_off = MEMTORCH_MEANS
        convergence_point = r_on + r_off / 2
    else:
        convergence_point = (setting.r_on + setting.r_off) / 2
    reduced_temperature = min(setting.temperature_threshold / setting.temperature, 1)
    resistance = 1 / conductance

    def fail(selected: torch.Tensor, fit: tuple[float, float, float, float], stable: float) -> None:
        p_0, p_1, p_2, p_3 = fit
        slope = p_1 * setting.cell_size + p_2 * reduced_temperature
        threshold = p_0 * math.exp(slope)
        if setting.cycles <= threshold:
            return
        if setting.operation_mode == "sudden":
            resistance[selected] = stable
        else:
            exponent = p_3 * slope
            drift = exponent * math.log10(setting.cycles) + torch.log10(resistance[selected])
            resistance[selected] = 10 ** (drift - exponent * math.log10(threshold))

    fail(resistance < convergence_point, setting.p_lrs, setting.stable_resistance_lrs)
    fail(resistance > convergence_point, setting.p_hrs, setting.stable_resistance_hrs)
    return 1 / resistance


def drift(conductance: torch.Tensor, setting: Setting) -> torch.Tensor:
    """Conductances after `retention_time`: G (t / t_0)^-nu, with t_0 the `initial_time`.

    Boybat et al., Non-Volatile Memory Technology Symposium (2018).
    """
    return conductance * (setting.retention_time / setting.initial_time) ** -setting.drift_coefficient
