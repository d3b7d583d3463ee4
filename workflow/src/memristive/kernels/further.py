"""What devices add to conductance times voltage (see `memristive.arrays.reads`), as an operation of the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from memristive.arrays.finite import all_finite
from memristive.arrays.laws import Law, Polynomial, Separated
from memristive.kernels import native
from memristive.kernels.native import LAW_POWERS, LAW_SERIES, Op, Unsupported

if TYPE_CHECKING:
    from memristive.kernels.chain import Crossbar


def describe(op: Op, stage: Crossbar, tensors: list[torch.Tensor]) -> None:
    """Set the fields of `op` that say what reads of `stage` add; Unsupported for what the kernels do not add."""
    matrices = [
        *(stage.terms if stage.terms is not None else ()),
        *(() if stage.variance is None else [stage.variance]),
    ]
    if not matrices:
        return
    shape = stage.conductance.shape
    if shape[1] != stage.columns or op.adc_spans_sample or any(each.shape != shape for each in matrices):
        raise Unsupported("further products are of outputs alone, each vector with a range of its own")
    if not all(all_finite(each) for each in matrices):
        raise Unsupported("a matrix that is not finite")
    if stage.terms is not None:
        op.terms = len(stage.terms)
        op.further = native.pointer(stage.terms, tensors)
        _law(op, stage.law, tensors)
    if stage.variance is not None:
        if stage.draw is None:
            raise Unsupported("noise without a source")
        op.variance = native.pointer(stage.variance, tensors)
        op.noise_key = stage.draw.key


def _law(op: Op, law: Law, tensors: list[torch.Tensor]) -> None:
    if type(law) is Polynomial and op.terms == 2:
        op.law = LAW_POWERS
    elif type(law) is Separated and op.terms == len(law.of_voltage.even):
        op.law, op.law_scale = LAW_SERIES, law.scale
        op.even_orders, op.odd_orders = (part.shape[1] for part in (law.of_voltage.even, law.of_voltage.odd))
        op.law_even, op.law_odd = (
            native.pointer(part, tensors, torch.float64) for part in (law.of_voltage.even, law.of_voltage.odd)
        )
    else:
        raise Unsupported(f"{type(law).__name__} is no law that the kernels know")
