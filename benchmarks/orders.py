"""How many ADC codes the two orders of summation turn into others, layer by layer on identical inputs."""

import dataclasses

import torch

from benchmarks import cases
from memristive import kernels
from memristive.converters.adc import range_exponent
from memristive.core.setting import Setting
from memristive.network import convert
from memristive.network.layers import CrossbarLayer

TILES = ((64, 64), (256, 256))


@torch.no_grad()
def measure(names: list[str], share: float) -> list[dict[str, object]]:
    """One row a network, tile shape and layer; the inputs of a layer are those of the order `separate`."""
    rows: list[dict[str, object]] = []
    for name in names:
        model, x = cases.network(name), cases.images(name, max(16, round(256 * share)))
        for tile_shape in TILES:
            converted = convert(
                model, Setting(tile_shape=tile_shape, accumulate="separate"), torch.Generator().manual_seed(0)
            )
            y = x
            for layer_name, layer in converted.named_children():
                if isinstance(layer, CrossbarLayer):
                    codes, differing, steps = _differences(layer, y)
                    rows.append(
                        {
                            "network": name,
                            "tile_shape": "x".join(map(str, tile_shape)),
                            "layer": layer_name,
                            "codes": codes,
                            "differing": differing,
                            "largest_difference_steps": steps,
                        }
                    )
                y = layer(y)
    return rows


def _differences(layer: CrossbarLayer, x: torch.Tensor) -> tuple[int, int, float]:
    """Codes of `layer` on `x`, how many differ between the orders, and the largest difference in the ADC's steps."""
    stage = layer.kernel_stage()

    def codes(**changes: object) -> torch.Tensor:
        arithmetic = dataclasses.replace(stage.arithmetic, **changes)
        found = kernels.codes(dataclasses.replace(stage, arithmetic=arithmetic), x)
        if found is NotImplemented:
            raise RuntimeError("orders: the kernels do not carry this layer out")
        return found.movedim(2, -1)  # [tile rows, images, ..., columns]

    separate, fused, currents = codes(), codes(accumulate="fused"), codes(adc_bits=None)
    largest = 0.0
    width = stage.arithmetic.tile_shape[1]
    for left in range(0, stage.columns, width):
        vector = slice(left, left + width)
        step = torch.exp2(range_exponent(currents[..., vector].abs(), 0.0) + (1 - stage.arithmetic.adc_bits))
        largest = max(largest, ((separate - fused)[..., vector].abs() / step).max().item())
    return separate.numel(), int((separate != fused).sum()), round(largest, 3)
