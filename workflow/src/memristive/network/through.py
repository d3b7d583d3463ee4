"""The weights of a network as its arrays with wires put them, for training through the wires."""

import torch
from torch import nn

from memristive.arrays import mapping
from memristive.arrays.nonidealities import wires
from memristive.arrays.semantics import resolve
from memristive.arrays.slices.fields import in_digits
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.checks import check_layers, layers_to_convert


def effective_weights(model: nn.Module, setting: Setting) -> dict[str, torch.Tensor]:
    """Weights with which `model` computes what its arrays do, by name, for torch.func.functional_call.

    Each weight is mapped to cells, each array seen through its wires, and what the array then multiplies with is put
    back on the scale of the weights: that of the line which tuning fits to the array without wires. A training step
    through the wires is

        weights = effective_weights(model, setting)
        loss = functional.cross_entropy(torch.func.functional_call(model, weights, images), labels)
        loss.backward()

    The gradient with respect to the model's own weights is exact, but for the largest weight of a layer, which sets
    the mapping's scale and counts as given. Devices are ideal and nothing is converted. With the trained weights,
    `convert(model, setting)` gives the network on such arrays.

    Args:
        model: any module tree whose Conv2d and Linear layers `convert` takes; it is not changed.
        setting: device, array and wires; fields of `layers` count.

    Returns:
        Tensors of the shape of the weights, by their names in `model.named_parameters()`.

    Raises:
        InputError: a layer that cannot be converted, semantics that are not physical, or weights held as digits.
    """
    if resolve(setting).padding_cells:
        raise InputError(
            f"effective_weights: arithmetic.semantics: {setting.arithmetic.semantics!r}, but training needs physical"
        )
    for each in setting.every():
        if in_digits(each):
            raise InputError(
                "effective_weights: slices.weight_bits or array.scheme: training needs weights that are conductances"
            )
        if each.wires.rows == "gated":
            raise InputError("effective_weights: wires.rows: 'gated', but such arrays are no matrices of weights")
    check_layers(model, setting)
    found = {}
    for name, layer in layers_to_convert(model, setting):
        try:
            found[f"{name}.weight" if name else "weight"] = _effective(layer, setting.for_layer(name))
        except InputError as error:
            raise InputError(f"model: {name or 'the module itself'}: {error}") from None
    return found


def _effective(layer: nn.Module, setting: Setting) -> torch.Tensor:
    weight = layer.weight
    scheme = mapping.SCHEMES[setting.array.scheme]
    aim = setting.device.r_on, setting.device.r_off
    limits = mapping.weight_range(weight.detach(), setting, aim)
    (w_min, w_max), (r_on, r_off) = limits, aim
    scale = (w_max - w_min) / (1 / r_on - 1 / r_off)
    groups = getattr(layer, "groups", 1)
    # [groups, rows, columns], rows in the order of the inputs' axes.
    matrices = weight.reshape(groups, weight.shape[0] // groups, -1).transpose(1, 2).double()

    def seen(matrix: torch.Tensor, slice_: int, side: int) -> torch.Tensor:
        cells = mapping.naive_map(matrix, limits, scheme, aim, slice_, side)
        return wires.seen(cells, setting.wires, setting.array.tile_shape)

    split = scheme.split(matrices[0, :1])
    parts = []
    for matrix in matrices:
        slices = [
            scheme.combine([seen(matrix, slice_, side) for side in range(len(sides))], mapping.reference(aim)) * factor
            for (slice_, sides), factor in zip(enumerate(split), scheme.factors(len(split)), strict=True)
        ]
        parts.append(sum(slices) * scale)
    return torch.stack(parts).transpose(1, 2).reshape(weight.shape).float()
