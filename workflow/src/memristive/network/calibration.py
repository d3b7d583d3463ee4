"""ADCs whose range is fixed once, on images that a network was trained on, instead of by each vector.

An auto-ranging converter, as MemTorch has it, knows every vector before it converts it. A real one has
a range that was set beforehand: here, for each tile, the smallest power of two that holds what the
tile put out for some training images (all but `adc_overflow_rate` of it), or what `adc_fit` says.
Larger outputs saturate.
"""

import torch
from torch import nn

from memristive.arrays.finite import all_finite
from memristive.core.errors import InputError
from memristive.network.layers import CrossbarLayer


@torch.no_grad()
def calibrate(network: nn.Module, images: torch.Tensor) -> None:
    """Fix the range of every ADC of `network` whose setting has `adc_range: calibrated`, and of every DAC.

    Layer by layer: each is set on what the layers before it put out with their ranges already fixed.

    Args:
        network: from `convert`; it is changed.
        images: float32 [images, ...], as the network takes them.

    Raises:
        InputError: no converter of `network` has a fixed range, or images that are none or not finite.
    """
    if not isinstance(images, torch.Tensor) or not images.numel():
        shown = f"shape {list(images.shape)}" if isinstance(images, torch.Tensor) else type(images).__name__
        raise InputError(f"calibrate: images: {shown} is not a tensor of at least one image")
    if images.is_floating_point() and not all_finite(images):
        raise InputError("calibrate: images: a value is not finite")
    layers = [m for m in network.modules() if isinstance(m, CrossbarLayer) and m.setting.calibrated]
    if not layers:
        raise InputError("calibrate: network: no layer on crossbars has adc.range: 'calibrated' or dac.bits")
    for layer in layers:
        layer.adc_ranges = torch.empty(0)
        if layer.sliced:
            layer.input_range.zero_()
    hooks = [layer.register_forward_pre_hook(lambda layer, args: layer.calibrate(args[0])) for layer in layers]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
