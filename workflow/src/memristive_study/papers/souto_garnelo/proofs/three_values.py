"""Ageing: in sudden mode with the tutorial's numbers, a device keeps one bit and every weight becomes one of three.

A resistance below the convergence point becomes the stable low one, above it the stable high one, once the cycles
exceed a threshold, which by default every number of cycles above one does. A weight is the difference of two devices,
so that it becomes -a, 0 or a, whatever the cycles and the temperature.
"""

import torch
from torch import nn

from memristive.core.setting import Setting
from memristive.network.convert import convert
from memristive_study.papers.souto_garnelo.proofs.measured import correct, published_semantics, with_weights

WEIGHTS = 2001  # of the ramp from -1 to 1
AGED = (("cycles", (1e2, 1e4, 1e6)), ("temperature", (300.0, 350.0, 400.0)))


def measure(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[dict[str, object]]:
    """Rows kind, x, y, images, correct.

    transfer: aged weight y of a weight x, both over the largest weight, 10,000 cycles at 350 K, tuned before.
    cycles, temperature: largest change y of an aged weight at x cycles or x kelvin against that.
    digital, before, after: correct answers with the digital weights; with three values at the level of `transfer`;
        with these times the factor by which a line fits each layer's weights best. y: share of weights that are not 0.
    """
    ramp = torch.linspace(-1, 1, WEIGHTS)
    aged = _aged(ramp)
    rows: list[dict[str, object]] = [
        {"kind": "transfer", "x": x, "y": y} for x, y in zip(ramp.tolist(), aged.tolist(), strict=True)
    ]
    for field, values in AGED:
        for value in values:
            change = float((_aged(ramp, **{field: value}) - aged).abs().max())
            rows.append({"kind": field, "x": value, "y": change})
    level = float(aged.abs().max())
    threshold = float(ramp[aged.abs() > level / 2].abs().min())

    def three(weight: torch.Tensor) -> torch.Tensor:
        largest = weight.abs().max()
        return weight.sign() * (weight.abs() >= threshold * largest) * level * largest

    def fitted(weight: torch.Tensor) -> torch.Tensor:
        found = three(weight)
        return found * (weight * found).sum() / (found * found).sum()

    for kind, replace in (("digital", torch.clone), ("before", three), ("after", fitted)):
        network = with_weights(model, replace)
        kept = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
        share = sum(int((w != 0).sum()) for w in kept) / sum(w.numel() for w in kept)
        right = correct(network, images, labels)
        rows.append({"kind": kind, "x": None, "y": share, "images": len(labels), "correct": right})
    return rows


def _aged(weights: torch.Tensor, **fields: float) -> torch.Tensor:
    """What becomes of `weights` [n], the largest of which is 1, on devices after 10,000 cycles at 350 K."""
    layer = nn.Linear(1, len(weights), bias=False)
    with torch.no_grad():
        layer.weight.copy_(weights[:, None])
    setting = Setting(semantics=published_semantics(), tuning="none", **{"cycles": 1e4, "temperature": 350.0, **fields})
    networks = [
        convert(nn.Sequential(layer), chosen, torch.Generator())[0].conductance.flatten()[: len(weights)]
        for chosen in (setting.replace(cycles=None), setting)
    ]
    pristine, aged = networks
    return aged / pristine.abs().max()
