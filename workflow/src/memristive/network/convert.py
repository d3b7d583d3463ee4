"""A trained network as a network on crossbars."""

import copy
import functools
import math
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

from memristive import kernels
from memristive.arrays import mapping, nonidealities
from memristive.arrays.cells import Array
from memristive.arrays.draws import Draws, SeededDraws
from memristive.arrays.semantics import resolve
from memristive.arrays.tiling import padded_shape
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.graph import fused
from memristive.network.layers import CrossbarConv2d, CrossbarLayer, CrossbarLinear

CONVERTED = {"conv2d": (nn.Conv2d, CrossbarConv2d), "linear": (nn.Linear, CrossbarLinear)}
# Layers with weights of their own that no array is built for.
UNSUPPORTED = (
    nn.Conv1d,
    nn.Conv3d,
    nn.modules.conv._ConvTransposeNd,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.Bilinear,
    nn.MultiheadAttention,
)


def convert(model: nn.Module, setting: Setting, generator: torch.Generator | None = None) -> nn.Module:
    """Copy `model`, in evaluation mode, with its Conv2d and Linear layers on crossbars.

    Args:
        model: any module tree; it is not changed. A module that occurs twice is converted once.
        setting: which layer types are converted and how.
        generator: names the random draws by its initial seed. Not needed where `setting.draws` is False.

    Raises:
        InputError: a layer that cannot be converted, or a setting that draws without a generator.
    """
    if generator is None:
        if setting.draws:
            raise InputError("convert: generator: None, but this setting draws at random: give a torch.Generator")
        generator = torch.Generator()
    return convert_with(model, setting, SeededDraws(generator))


def convert_with(model: nn.Module, setting: Setting, draws: Draws) -> nn.Module:
    """`convert` with the random quantities of `draws`."""
    check_layers(model, setting)
    return replace_layers(model, setting, lambda name, layer: build_layer(name, layer, setting, draws))


def replace_layers(model: nn.Module, setting: Setting, build) -> nn.Module:
    """Copy of `model` in evaluation mode in which build(name, layer) stands for each layer to convert."""
    kinds = tuple(CONVERTED[name][0] for name in setting.array.layer_types)
    model = copy.deepcopy(model).eval()
    if isinstance(model, kinds):
        return build("", model)
    layers: dict[nn.Module, str] = {}
    for path, parent in model.named_modules(remove_duplicate=False):
        for name, child in parent.named_children():
            if isinstance(child, kinds):
                layers.setdefault(child, f"{path}.{name}" if path else name)
    kernels.level()  # loads the library, once
    # Layers depend on nothing of each other; while one draws, on one thread, another computes.
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        built = dict(zip(layers, pool.map(build, layers.values(), layers), strict=True))
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if child in built:
                setattr(parent, name, built[child])
    return fused(model)


def check_layers(model: nn.Module, setting: Setting) -> None:
    """InputError on the first layer that `convert` cannot carry out, or not as MemTorch would."""
    kinds = tuple(CONVERTED[name][0] for name in setting.array.layer_types)
    for name, layer in model.named_modules():
        place = f"model: {name or 'the module itself'}"
        if isinstance(layer, UNSUPPORTED):
            raise InputError(f"{place}: {type(layer).__name__} cannot be put on crossbars; Conv2d and Linear can")
        if isinstance(layer, kinds) and type(layer) not in kinds:
            raise InputError(
                f"{place}: {type(layer).__name__} is a variant of Conv2d or Linear that is not known; "
                "use the plain layer"
            )
        if isinstance(layer, kinds) and not torch.isfinite(layer.weight).all():
            raise InputError(f"{place}: a weight is not finite")
        if resolve(setting).unsupported_convolutions and type(layer) is nn.Conv2d and nn.Conv2d in kinds:
            _check_memtorch(place, layer)


def _check_memtorch(place: str, layer: nn.Conv2d) -> None:
    wrong = {
        "dilation": layer.dilation != (1, 1),
        "groups": layer.groups != 1,
        "kernel_size": len(set(layer.kernel_size)) > 1,
        "stride": len(set(layer.stride)) > 1,
        "padding": isinstance(layer.padding, str),
        "padding_mode": layer.padding_mode != "zeros",
    }
    for key, is_wrong in wrong.items():
        if is_wrong:
            raise InputError(
                f"{place}: {key}: {getattr(layer, key)!r} is computed wrongly by MemTorch; use semantics: physical"
            )


def build_layer(name: str, layer: nn.Module, setting: Setting, draws: Draws) -> CrossbarLayer:
    """One layer on crossbars: mapped, tuned and made non-ideal in the order that `setting` asks for."""
    setting = setting.for_layer(name)
    kind = CrossbarConv2d if isinstance(layer, nn.Conv2d) else CrossbarLinear
    built = kind(layer, setting)
    semantics = resolve(setting)
    if semantics.invents_bias and kind is CrossbarConv2d and built.bias is None:
        # MemTorch leaves the bias that nn.Conv2d is born with.
        bound = 1 / math.sqrt(layer.weight[0].numel())
        built.bias = draws.invented_bias(name, layer.out_channels, bound)
    aim = draws.aim(name, setting)
    reference = mapping.reference(aim)
    try:
        limits = mapping.weight_range(built.weight, setting, aim)
    except InputError as error:
        raise InputError(f"model: {name or 'the module itself'}: {error}") from None
    groups = []
    for number, weight in enumerate(built.weight.chunk(built.groups)):
        ideal = mapping.naive_map(mapping.weight_matrix(weight.cpu()), limits, setting.array.scheme, aim)
        groups.append([_program(name, number, slice_, sides, setting, draws) for slice_, sides in enumerate(ideal)])
    slices = list(zip(*groups, strict=True))
    built.write([[[g for g, _ in sides] for sides in group] for group in slices], reference)
    if setting.tuning.when in ("before", "both"):
        built.tune(draws, name)
    built.write([[[nonidealities.damage(*one) for one in sides] for sides in group] for group in slices], reference)
    if setting.tuning.when in ("after", "both"):
        built.tune(draws, name)
    return built


def _program(
    name: str, group: int, slice_: int, ideal: list[torch.Tensor], setting: Setting, draws: Draws
) -> list[tuple[torch.Tensor, Array]]:
    """`ideal` conductances of one slice's arrays as far as their devices reach them, and the arrays."""
    semantics = resolve(setting)
    rows, columns = ideal[0].shape
    padded = padded_shape(rows, columns, setting.array.tile_shape if semantics.padding_cells else None)
    arrays = []
    for side, conductance in enumerate(ideal):
        # The first slice is named as arrays were before weights had slices, so that their draws are the same.
        place = (group, side, slice_) if slice_ else (group, side)
        # Padding cells are asked for a conductance of 0 and so take their lowest.
        whole = torch.zeros(padded)
        whole[:rows, :columns] = conductance
        cells = draws.cells(name, place, (rows, columns), padded, setting)
        order = functools.partial(draws.order, name, place)
        arrays.append((cells.reach(whole), Array(cells, setting, semantics, order)))
    return arrays
