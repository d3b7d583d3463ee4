"""Memristive crossbar inference with MemTorch's arithmetic.

    from memristive import Setting, crossbar, evaluate

Names are loaded when they are first used: reading a configuration does not import torch.
"""

import importlib
from typing import Any

_HOMES = {"InputError": "errors", "Setting": "setting", "evaluate": "evaluation"}

__all__ = [*_HOMES, "crossbar", "reference"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"memristive.{_HOMES[name]}"), name)
    if name in ("crossbar", "reference"):
        return importlib.import_module(f"memristive.{name}")
    raise AttributeError(f"module 'memristive' has no attribute {name!r}")
