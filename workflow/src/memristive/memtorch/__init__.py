"""MemTorch 1.1.6 carried out from the same Setting, and compared with this simulator.

    from memristive.memtorch import compare, convert, from_memtorch

- `convert(model, setting, generator)`: the network that MemTorch itself patches, tunes and damages.
- `from_memtorch(patched_model, setting)`: a network that MemTorch patched, on this simulator's layers.
- `compare(model, setting, images, generator)`: both on the same devices, ADC code by ADC code.

MemTorch is an extra (`memtorch-cpu`). Its single ADC codes depend on the order in which torch sums, so the first use
of one of these names asks for the order that is the same on every processor: see `reproducible`. Take them before torch
multiplies anything. Importing this package alone changes nothing and does not import torch.
"""

import importlib
from typing import Any

_HOMES = {
    "compare": "memristive.memtorch.comparison",
    "convert": "memristive.memtorch.patch",
    "from_memtorch": "memristive.memtorch.take_over",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        importlib.import_module("memristive.memtorch.reproducible").use_reproducible_mode()  # before torch is loaded
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'memristive.memtorch' has no attribute {name!r}")
