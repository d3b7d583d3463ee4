"""Non-idealities of devices: one file each, with its fields, its source and what it does to an array.

A non-ideality is a module of this folder with

- a `Group` of its fields, which `memristive.core.setting.Setting` holds under the module's name;
- `apply(conductance, array)`, which returns the conductances (S) of one array afterwards, or of some of its rows,
  float32 of the same shape. It is called only where the group is `active`;
- where devices are asked for other conductances than the weights', `ask(conductance, array)`, before they reach them;
- where it draws, `prepare(setting, failures)`, which draws before an array's devices take up memory.

None imports torch when it is loaded, since a configuration is read without torch.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from memristive.arrays.cells import Array, Failures
    from memristive.core.setting import Setting

# In the order in which they act on conductances that have been programmed; the wires see what the cells have become,
# and reading is what is done with them.
AFTER_PROGRAMMING = ("states", "programming", "faults", "endurance", "retention", "read_disturb", "wires", "reading")


def module(name: str) -> ModuleType:
    """The non-ideality of this name."""
    return importlib.import_module(f"{__name__}.{name}")


def prepare(setting: Setting, failures: Failures) -> None:
    """Draw what the active non-idealities that act after programming need of an array, besides its devices."""
    for name in AFTER_PROGRAMMING:
        if getattr(setting, name).active and hasattr(module(name), "prepare"):
            module(name).prepare(setting, failures)


def asked(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Conductances (S) that the array's devices are asked for, where `conductance` is what the weights need."""
    for name in AFTER_PROGRAMMING:
        if getattr(array.setting, name).active and hasattr(module(name), "ask"):
            conductance = module(name).ask(conductance, array)
    return conductance


def damage(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """Conductances (S) after every active non-ideality of the array's setting that acts after programming."""
    for name in AFTER_PROGRAMMING:
        if getattr(array.setting, name).active:
            conductance = module(name).apply(conductance, array)
    return conductance
