"""Accuracy at 1 V and after endurance with batch norm as in inference and as in training, on crossbars.

MemTorch's example notebook tests a network that it left in training mode, in which batch norm takes its statistics
from the batch and dropout drops.
"""

import copy
from collections.abc import Iterator

import torch
from torch import nn

from memristive.core.setting import Setting
from memristive.network.convert import convert
from memristive_study.papers.souto_garnelo.proofs.measured import (
    BATCH,
    NORMS,
    correct,
    in_training_mode,
    published_semantics,
)

DROPOUTS = (nn.Dropout, nn.Dropout2d)
MODES = {"evaluation": (), "batch norm in training": NORMS, "all in training": (*NORMS, *DROPOUTS)}
POINTS = {
    "1 V": {"max_input_voltage": 1.0},
    "endurance, tuned before": {"cycles": 1e4, "temperature": 350.0, "tuning": "before"},
    "endurance, tuned after": {"cycles": 1e4, "temperature": 350.0, "tuning": "after"},
}
SCALES = (0.5, 0.7, 1.0, 1.2, 1.4, 2.0)  # of the activations between layers


def measure(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[dict[str, object]]:
    """Rows point, mode, scale, semantics, batch_size, images, correct; seed 0 names every draw."""
    return [
        {
            "point": point,
            "mode": mode,
            "scale": scale,
            "semantics": setting.arithmetic.semantics,
            "batch_size": BATCH,
            "images": len(labels),
            "correct": _correct(scaled(model, scale), setting, mode, images, labels),
        }
        for point, mode, scale, setting in _cases()
    ]


def _cases() -> Iterator[tuple[str, str, float, Setting]]:
    base = Setting(semantics=published_semantics(), max_input_voltage=9.0, tuning="before", batch_size=BATCH)
    for point, fields in POINTS.items():
        for mode in MODES:
            yield point, mode, 1.0, base.replace(**fields)
    for scale in SCALES:
        for mode in ("evaluation", "batch norm in training"):
            if scale != 1:
                yield "1 V", mode, scale, base.replace(max_input_voltage=1.0)


def _correct(model: nn.Module, setting: Setting, mode: str, images: torch.Tensor, labels: torch.Tensor) -> int:
    torch.manual_seed(0)  # of dropout
    network = convert(model, setting, torch.Generator().manual_seed(0))
    return correct(in_training_mode(network, MODES[mode]), images, labels)


@torch.no_grad()
def scaled(model: nn.Module, factor: float) -> nn.Module:
    """Copy of a network that computes the same, with the activations between its layers times `factor`.

    Batch norm's outputs are multiplied, and the weights of the layer after it divided, so that nothing changes but
    the size of what the next layer is given.
    """
    changed = copy.deepcopy(model).eval()
    found = [module for module in changed.modules() if isinstance(module, (nn.Conv2d, nn.Linear, *NORMS))]
    given = False
    for module in found:
        if isinstance(module, NORMS):
            module.weight.mul_(factor)
            module.bias.mul_(factor)
            given = True
        elif given:
            module.weight.div_(factor)
            given = False
    return changed
