"""The weights that are mapped to the ends of the devices' range, chosen layer by layer on training images.

Few weights are large. Clipping them leaves more of the devices' range to the others, so that errors of devices weigh
less (compare the calibration of CrossSim, which minimises an error over percentiles). Price: `range_images` training
images once, through a model of the chip; no write.
"""

import torch
from torch import nn

from memristive.arrays.draws import SeededDraws
from memristive.core.seeding import generator
from memristive.core.setting import Setting
from memristive.network.checks import layers_to_convert
from memristive.network.convert import build_layer
from memristive.network.evaluating import evaluating
from memristive.network.recovery.images import Drawn
from memristive.network.recovery.neutral import uncalibrated

CANDIDATES = (None, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)  # of array.p_l


@torch.no_grad()
def prepare(model: nn.Module, setting: Setting, drawn: Drawn) -> tuple[nn.Module, Setting]:
    """`model`, and `setting` with the value of `array.p_l` for each layer under which its outputs err least.

    A layer's inputs are those that it has in the digital network; its devices are drawn once, the same for all values.
    """
    images = drawn.images("recovery.range_images", setting.recovery.range_images)
    own, draws = uncalibrated(setting), SeededDraws(generator("recovery", "weight range"))
    names = {layer: name for name, layer in layers_to_convert(model, setting)}
    chosen: dict[str, float | None] = {}

    def choose(layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        name = names[layer]
        if name in chosen:
            return
        errors = {}
        for value in CANDIDATES:
            found = build_layer(name, layer, _with(own, {name: value}), draws)(inputs[0])
            errors[value] = float((found.double() - output.double()).square().mean())
        chosen[name] = min(errors, key=errors.get)

    with evaluating(model, names, choose):
        model(images)
    return model, _with(setting, chosen)


def _with(setting: Setting, values: dict[str, float | None]) -> Setting:
    """`setting` with these values of `array.p_l`, by the names of layers."""
    layers = {pattern: dict(fields) for pattern, fields in setting.layers}
    last = {name: layers.pop(name, {}) | {"array.p_l": value} for name, value in values.items()}
    return setting.replace(layers=layers | last)
