"""What each layer on crossbars puts out beside the digital layer, and what its converters and devices do meanwhile."""

import dataclasses
import math

import torch
from torch import nn

from memristive import kernels
from memristive.arrays.draws import SeededDraws
from memristive.converters.adc import needed_range
from memristive.core.setting import Setting
from memristive.network import sliced
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarLayer
from memristive.network.recovery.images import Draw
from memristive.network.recovery.steps import prepare, settle


@dataclasses.dataclass(frozen=True)
class Signal:
    """One layer, over some images.

    Attributes:
        layer: dotted name.
        snr: signal-to-noise ratio (dB) of its output on the digital network's inputs to it; the signal is the digital
            layer's output.
        snr_accumulated: the same on the inputs that it has in the network on crossbars, whose earlier layers err too.
        correlation: of both outputs on the digital network's inputs, without the bias, as in the next two.
        slope: of the least-squares line from the digital output to the layer's; 1 where nothing is scaled.
        residual: root mean square of what that line leaves, as a proportion of the output's.
        inputs_scaled: proportion of the images whose inputs exceed the largest input voltage, or what DACs convert.
        range_used: largest magnitude of a tile's sums as a proportion of its converter's range, mean over vectors.
        clipped: proportion of the sums beyond the range.
        at_low, at_high: proportion of its devices at, or beyond, their lowest and highest nominal conductance.
    """

    layer: str
    snr: float
    snr_accumulated: float
    correlation: float
    slope: float
    residual: float
    inputs_scaled: float
    range_used: float
    clipped: float
    at_low: float
    at_high: float


@torch.no_grad()
def signals(
    model: nn.Module,
    setting: Setting,
    images: torch.Tensor,
    seed: int = 0,
    training_images: Draw | None = None,
) -> list[Signal]:
    """One signal a layer on crossbars, in the order of the network's modules.

    Args:
        model: digital network, in evaluation mode.
        images: float32 [images, ...], as the network takes them.
        seed: names the draws.
        training_images: what is calibrated, where the setting asks for it; see `memristive.evaluate`.
    """
    generator = torch.Generator().manual_seed(seed)
    model, setting = prepare(model, setting, training_images, "explain")
    network = convert_with(model, setting, SeededDraws(generator), keep_arrays=True)
    settle(network, setting, training_images, generator, "explain")
    layers = {name: layer for name, layer in network.named_modules() if isinstance(layer, CrossbarLayer)}
    digital = {name: layer for name, layer in model.named_modules() if name in layers}
    clean, wanted = _seen(model, digital, images), _seen(network, layers, images)
    return [
        _signal(name, layer, *clean[name], wanted[name][1])
        for name, layer in layers.items()
        if name in clean and name in wanted
    ]


def _seen(network: nn.Module, layers: dict[str, nn.Module], images: torch.Tensor) -> dict[str, tuple]:
    """Input and output of each layer when it is first called."""
    found: dict[str, tuple] = {}

    def keep(name: str):
        return lambda _, inputs, output: found.setdefault(name, (inputs[0].clone(), output.clone())) and None

    hooks = [layer.register_forward_hook(keep(name)) for name, layer in layers.items()]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _signal(
    name: str, layer: CrossbarLayer, inputs: torch.Tensor, digital: torch.Tensor, accumulated: torch.Tensor
) -> Signal:
    output = layer(inputs)
    x, y = (_product(layer, one).flatten().double() for one in (digital, output))
    centred, spread = x - x.mean(), y - y.mean()
    both = float(centred.norm() * spread.norm())
    slope = float(centred @ spread / (centred @ centred)) if float(centred @ centred) else math.nan
    residual = float((spread - slope * centred).norm() / spread.norm()) if float(spread.norm()) else math.nan
    used, clipped = _conversion(layer, inputs)
    low, high = _devices(layer)
    volts = sliced.largest_input(layer) or layer.arithmetic.max_input_voltage
    largest = inputs.flatten(1).abs().amax(1) if inputs.dim() > 1 else inputs.abs().amax()
    return Signal(
        layer=name,
        snr=_decibel(digital, output),
        snr_accumulated=_decibel(digital, accumulated),
        correlation=float(centred @ spread) / both if both else math.nan,
        slope=slope,
        residual=residual,
        inputs_scaled=0.0 if volts is None else float((largest > volts).double().mean()),
        range_used=used,
        clipped=clipped,
        at_low=low,
        at_high=high,
    )


def _product(layer: CrossbarLayer, output: torch.Tensor) -> torch.Tensor:
    """Output without the bias, which is added digitally."""
    if layer.bias is None:
        return output
    return output - (layer.bias.view(-1, 1, 1) if layer.layer_type == "conv2d" else layer.bias)


def _decibel(signal: torch.Tensor, output: torch.Tensor) -> float:
    noise = float((output.double() - signal.double()).square().mean())
    power = float(signal.double().square().mean())
    if not noise:
        return math.inf
    return 10 * math.log10(power / noise) if power else -math.inf


def _conversion(layer: CrossbarLayer, inputs: torch.Tensor) -> tuple[float, float]:
    """Mean of the range that is used and proportion of sums beyond it; NaN without converters."""
    arithmetic = layer.arithmetic
    if arithmetic.adc_bits is None:
        return math.nan, math.nan
    if layer.sliced:
        return tuple(float(found.mean()) for found in sliced.conversion(layer, inputs))
    used, beyond = [], []
    for number, stage in enumerate(layer._bare()):
        for group, found in enumerate(kernels.sums_of(stage, inputs)):
            width = (arithmetic.tile_shape or stage.conductance.shape[1:])[1]
            for row, parts in enumerate(found):
                for column, part in enumerate(parts.split(width, -1)):
                    largest = part.abs().amax(-1)
                    if layer.adc_ranges.numel():
                        exponent = layer.adc_ranges[number, group, row, column]
                    else:
                        exponent = needed_range(part, "linear", arithmetic.adc_overflow_rate)[..., 0]
                    limit = torch.as_tensor(2.0**exponent)
                    used.append((largest / limit).flatten())
                    beyond.append((part.abs() > limit[..., None] * (1 + 1e-6)).flatten().float())
    return float(torch.cat(used).mean()), float(torch.cat(beyond).mean())


def _devices(layer: CrossbarLayer) -> tuple[float, float]:
    """Proportions of the devices at their nominal bounds, or beyond."""
    device = layer.setting.device
    low = high = count = 0
    for slices in layer.arrays:
        for sides in slices:
            for cells in sides:
                low += int((cells <= (1 + 1e-6) / device.r_off).sum())
                high += int((cells >= (1 - 1e-6) / device.r_on).sum())
                count += cells.numel()
    return low / count, high / count
