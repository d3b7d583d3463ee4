"""Memristive crossbar inference with MemTorch's arithmetic.

    from memristive import Setting, convert, evaluate

Names are loaded when they are first used: reading a configuration does not import torch.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "InputError": "memristive.core.errors",
    "Setting": "memristive.core.setting",
    "calibrate": "memristive.network.calibration",
    "chips": "memristive.population.chips",
    "convert": "memristive.network.convert",
    "explain": "memristive.diagnosis.explain",
    "effective_conductances": "memristive.kernels.wires",
    "effective_weights": "memristive.network.through",
    "evaluate": "memristive.evaluation",
    "gated_conductances": "memristive.kernels.gated",
    "from_memtorch": "memristive.memtorch",
    "price": "memristive.network.recovery.price",
    "summary": "memristive.network.summary",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'memristive' has no attribute {name!r}")
