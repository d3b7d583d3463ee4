"""Converters between arrays and the digital layer: one class a transfer curve, and what sets its range.

A new one is a class in a file of this folder, see `converter.Converter`, and an entry of `CONVERTERS`. Kernels refuse
what they do not know, so that it is computed readably.

A configuration is read with this module alone, so it imports no torch.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memristive.converters.converter import Converter

# "module:class" by the name that `adc.quantisation` has for it, then by whose ranging it is (see
# `memristive.arrays.semantics`). One that MemTorch lacks has `physical` alone.
CONVERTERS: dict[str, dict[str, str]] = {
    "linear": {
        "physical": "memristive.converters.linear:Linear",
        "memtorch": "memristive.converters.linear:Linear",
        "memtorch_cuda": "memristive.converters.signed:SignedLinear",
    },
    "log": {
        "physical": "memristive.converters.logarithmic:Logarithmic",
        "memtorch": "memristive.converters.logarithmic:MemTorchLogarithmic",
        "memtorch_cuda": "memristive.converters.signed:SignedLogarithmic",
    },
}


@functools.cache
def get(quantisation: str, ranging: str) -> Converter:
    """The converter of these names. Raises KeyError where there is none, which a `Setting` refuses."""
    module, _, name = CONVERTERS[quantisation][ranging].partition(":")
    return getattr(importlib.import_module(module), name)()
