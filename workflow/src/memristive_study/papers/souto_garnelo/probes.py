"""Numbers that claims about the arithmetic itself are judged by, measured on a small random layer."""

import functools
import math
from collections.abc import Mapping

import torch
from torch import nn

from memristive.arrays.cells import Array, Cells, Failures
from memristive.arrays.draws import SeededDraws
from memristive.arrays.nonidealities import endurance
from memristive.arrays.semantics import resolve
from memristive.arrays.tiling import padded_shape
from memristive.core.setting import Setting
from memristive.network.convert import convert_with
from memristive_study.claims.evidence import Evidence, Found, Quantity
from memristive_study.results.statistics import single

TILES = ((64, 64), (128, 128), (256, 64), (256, 256))  # Section 2.4.2
ROWS, COLUMNS = 100, 10  # of the layer: two tiles below one another


@functools.cache
def measure() -> Mapping[str, float]:
    """Every probe by name.

    conductance_change_with_voltage: largest relative change (%) of a conductance between 1 V and 9 V.
    difference_from_equation_11: largest relative difference (%) of a conductance from the paper's eq. 11.
    crossbars_per_line: crossbars whose outputs one regression line scales together.
    resistance_ratio_after_cycles: R_off / R_on after the paper's 10,000 cycles over that before.
    single_column_response: largest relative difference (%), in the single-column scheme, between the conductance of
        a negative weight and that of a weight of zero.
    devices_over_best_fit: devices of the tile that holds a matrix of 10x10 where tiles of 256x256 are asked for, over
        those of the smallest of the paper's shapes that would hold it.
    """
    layer = nn.Linear(ROWS, COLUMNS, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(COLUMNS, ROWS, generator=torch.Generator().manual_seed(0)))
    setting = Setting(tuning="none")
    low, high = (_arrays(layer, setting.replace(max_input_voltage=volts)) for volts in (1.0, 9.0))
    g_on, g_off = 1 / setting.device.r_on, 1 / setting.device.r_off
    weights = layer.weight.detach().T
    positive = weights.clamp_min(0)
    equation_11 = (g_on - g_off) * (positive - positive.min()) / (weights.abs().max() - positive.min())
    rows, columns = padded_shape(ROWS, COLUMNS, setting.array.tile_shape)
    tiles = rows * columns // (setting.array.tile_shape[0] * setting.array.tile_shape[1])
    pristine = torch.tensor([[g_on, g_off]], dtype=torch.float64)
    aged = setting.replace(cycles=1e4)
    cells = Cells.alike(aged.device.r_on, aged.device.r_off)
    cycled = endurance.apply(pristine.clone(), Array(cells, aged, resolve(aged), Failures(_unordered, (1, 2))))
    single = _arrays(layer, setting.replace(scheme="single_column"))[0]
    lowest = torch.full_like(single, g_off)
    asked, suitable = padded_shape(10, 10, (256, 256)), min(math.prod(shape) for shape in TILES if min(shape) >= 10)
    return {
        "single_column_response": _relative(single[weights < 0], lowest[weights < 0]),
        "devices_over_best_fit": math.prod(asked) / suitable,
        "conductance_change_with_voltage": max(_relative(a, b) for a, b in zip(low, high, strict=True)),
        "difference_from_equation_11": _relative(high[0], equation_11),
        "crossbars_per_line": float(len(high) * tiles),
        "resistance_ratio_after_cycles": float((cycled[0, 0] / cycled[0, 1]) / (g_on / g_off)),
    }


def quantity(name: str, note: str = "") -> Quantity:
    """A number that `measure` gives, which no file of a study plays a part in."""

    def found(evidence: Evidence) -> list[Found]:
        return [Found("", single(measure()[name], "probes"), note=note)]

    return found


def _unordered(purpose: str, devices: int) -> torch.Tensor:
    raise AssertionError("endurance draws nothing")


def _arrays(layer: nn.Linear, setting: Setting) -> list[torch.Tensor]:
    """Conductances (S) of the arrays that hold `layer`, without padding: [ROWS, COLUMNS] each."""
    draws = SeededDraws(torch.Generator())
    converted = convert_with(nn.Sequential(layer), setting, draws, keep_arrays=True)[0]
    return [array[:ROWS, :COLUMNS] for array in converted.arrays[0][0]]


def _relative(conductance: torch.Tensor, other: torch.Tensor) -> float:
    return float(100 * ((conductance - other).abs() / conductance).max())
