"""Getting accuracy back: one file an option of the group `recovery` of a Setting.

An option is a module of this folder, named as `memristive.core.recovery.Recovery.options` names it. Those that act
before any chip is made have `prepare(model, setting, draw)`, which returns another network and setting; those that act
on a chip at the end of its conversion have `settle(network, setting, draw)`. `draw` is an `images.Drawn`: training
images and their classes, never test images. What other options change is asked for where it happens: by the programming
of arrays (`remapping`), and by a layer's tuning (`column_line`, `drift`).
"""

import importlib
from types import ModuleType


def module(name: str) -> ModuleType:
    """The option of this name."""
    return importlib.import_module(f"{__name__}.{name}")
