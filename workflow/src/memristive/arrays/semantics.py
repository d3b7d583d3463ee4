"""What the semantics differ in, fact by fact: every place that depends on the semantics asks here.

`physical` is what was meant; `memtorch` is what MemTorch 1.1.6 computes on a CPU (package memtorch-cpu) and
`memtorch_cuda` what it computes on a GPU (package memtorch), save two things that no definition can hold: its threads
add to the same output without atomic operations, and what is lost when two of them meet depends on the GPU and the run;
and it is compiled with -use_fast_math, whose approximate logarithm and flushed numbers are one GPU's. Both are left
out: this is what its source says, in a fixed order of additions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memristive.core.setting import Setting


@dataclasses.dataclass(frozen=True)
class Semantics:
    """One reading of a Setting.

    Attributes:
        batch_scales_linear: a Linear scales its inputs by the largest of a whole batch instead of each sample's own.
        adc_spans_layer: without tiles the ADC's range spans all outputs of a sample (Conv2d) or a batch (Linear)
            instead of each vector.
        ranging: what sets the range of a tile's ADC, see `memristive.converters.adc.quantise`; without tiles MemTorch
            converts on the CPU, whatever its build.
        equal_entries_pass: a tile's vector of equal entries passes the ADC unconverted.
        padding_spills: what padding columns put out is added to the outputs of following vectors, see
            `memristive.arrays.spill`.
        accumulate: order of summation where the setting names none.
        padding_cells: the cells that fill a tile up are devices like all others.
        drawn_aim: with variability, each layer is mapped to the resistances of a device drawn like any other.
        resistances: distribution of a device's resistances, see `memristive.arrays.nonidealities.variability`.
        states: what finite conductance states lie between: the "common" bounds of all devices as they are meant, each
            device's "own" ones, or "none", where they take no effect.
        ages_in_turn: an aged device's high state is told from its low one only after that has moved.
        convergence_point: resistance (ohm) that tells the two states of an aged device apart, from r_on and r_off.
        invents_bias: a Conv2d without bias gains a random one.
        tunes_on_all_vectors: a large Linear is tuned on as many random vectors as a small one, see
            `memristive.arrays.tuning`.
        tunes_through_line: a second tuning is fitted to outputs that are already on the line of the first.
        unsupported_convolutions: attributes of a Conv2d that are computed wrongly unless they have the usual form.
    """

    batch_scales_linear: bool
    adc_spans_layer: bool
    ranging: str
    equal_entries_pass: bool
    padding_spills: bool
    accumulate: str
    padding_cells: bool
    drawn_aim: bool
    resistances: str
    states: str
    ages_in_turn: bool
    convergence_point: Callable[[float, float], float]
    invents_bias: bool
    tunes_on_all_vectors: bool
    tunes_through_line: bool
    unsupported_convolutions: bool


PHYSICAL = Semantics(
    batch_scales_linear=False,
    adc_spans_layer=False,
    ranging="physical",
    equal_entries_pass=False,
    padding_spills=False,
    accumulate="fused",
    padding_cells=False,
    drawn_aim=False,
    resistances="lognormal",
    states="common",
    ages_in_turn=False,
    convergence_point=lambda r_on, r_off: (r_on + r_off) / 2,
    invents_bias=False,
    tunes_on_all_vectors=False,
    tunes_through_line=False,
    unsupported_convolutions=False,
)

# MemTorch 1.1.6 on a CPU. It asks a dict for an attribute and so always takes the resistances of its device class,
# 50 and 1000 ohm, for the convergence point, whose formula lacks parentheses.
MEMTORCH = Semantics(
    batch_scales_linear=True,
    adc_spans_layer=True,
    ranging="memtorch",
    equal_entries_pass=True,
    padding_spills=False,
    accumulate="separate",
    padding_cells=True,
    drawn_aim=True,
    resistances="floored",
    states="none",
    ages_in_turn=True,
    convergence_point=lambda r_on, r_off: 50.0 + 1000.0 / 2,
    invents_bias=True,
    tunes_on_all_vectors=True,
    tunes_through_line=True,
    unsupported_convolutions=True,
)

# MemTorch 1.1.6 on a GPU: memtorch/cu in place of memtorch/cpp; all that is computed in Python is the same.
MEMTORCH_CUDA = dataclasses.replace(
    MEMTORCH, ranging="memtorch_cuda", equal_entries_pass=False, padding_spills=True, accumulate="fused"
)

SEMANTICS = {"physical": PHYSICAL, "memtorch": MEMTORCH, "memtorch_cuda": MEMTORCH_CUDA}


def resolve(setting: Setting) -> Semantics:
    """The semantics that `setting` names."""
    return SEMANTICS[setting.arithmetic.semantics]
