"""A trained network as a network on crossbars."""

import copy
import math
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import nn
from torch.nn.utils import prune
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

from memristive import kernels
from memristive.arrays import mapping, nonidealities, together
from memristive.arrays.draws import Draws, SeededDraws
from memristive.arrays.placement import Placing
from memristive.arrays.programming import program
from memristive.arrays.semantics import resolve
from memristive.core.errors import BeyondMeasurement, InputError
from memristive.core.setting import Setting
from memristive.network import recovery, sliced
from memristive.network.checks import check_layers, check_model_and_setting, layers_to_convert
from memristive.network.graph import fused
from memristive.network.layers import CrossbarConv2d, CrossbarLayer, CrossbarLinear

# Hooks by which torch computes a weight from others before each forward pass.
_WEIGHT_HOOKS = (prune.BasePruningMethod, SpectralNorm, WeightNorm)


def convert(
    model: nn.Module,
    setting: Setting,
    generator: torch.Generator | None = None,
    training_images: Callable[[int, torch.Generator], Any] | None = None,
) -> nn.Module:
    """Copy `model`, in evaluation mode, with its Conv2d and Linear layers on crossbars.

    Every such layer is converted, by whatever names the network holds it, unless the setting's `layers` leave it
    digital (`{"pattern": {"array.layer_types": []}}`). A pruned or normalised layer is converted with the weight that
    it has now. Forward hooks on a layer stay on what stands for it.

    Args:
        model: any module tree; it is not changed. A module that occurs twice is converted once.
        setting: which layer types are converted and how.
        generator: names the random draws by its initial seed. Not needed where `setting.draws` is False.
        training_images: as `memristive.evaluate` takes them; with them the network is calibrated, too. Needed where
            `setting.recovery` asks for images.

    Raises:
        InputError: a layer that cannot be converted, a network without any layer to convert, a setting that draws
            without a generator, or one whose recovery needs images without any.

    Warns:
        BeyondMeasurement: a measured device is used outside of the conductances, times or voltages that were measured.
    """
    from memristive.network.recovery.steps import prepare, settle  # which convert networks themselves

    check_model_and_setting("convert", plain(model), setting)
    for line in dict.fromkeys(line for each in setting.every() for line in together.doubts(each)):
        warnings.warn(line, BeyondMeasurement, stacklevel=2)
    if generator is None:
        if setting.draws:
            raise InputError("convert: generator: None, but this setting draws at random: give a torch.Generator")
        generator = torch.Generator()
    if not isinstance(generator, torch.Generator):
        raise InputError(
            f"convert: generator: {type(generator).__name__} is not a torch.Generator: torch.Generator().manual_seed(0)"
        )
    model, setting = prepare(plain(model), setting, training_images, "convert")
    network = convert_with(model, setting, SeededDraws(generator))
    if training_images is not None or setting.recovery.statistics_images:
        settle(network, setting, training_images, generator, "convert")
    return network


def convert_with(model: nn.Module, setting: Setting, draws: Draws, keep_arrays: bool = False) -> nn.Module:
    """`convert` with the random quantities of `draws`; `keep_arrays` fills each layer's `arrays`."""
    model = plain(model)
    check_layers(model, setting)

    def build(name: str, layer: nn.Module) -> CrossbarLayer:
        return build_layer(name, layer, setting, draws, keep_arrays)

    return replace_layers(model, setting, build)


# Tensors made in inference mode cannot count their changes, by which plans notice them.
@torch.inference_mode(False)
@torch.no_grad()
def replace_layers(model: nn.Module, setting: Setting, build: Callable[[str, nn.Module], CrossbarLayer]) -> nn.Module:
    """Copy of `model` in evaluation mode in which build(name, layer) stands for each layer to convert."""
    layers = dict(layers_to_convert(model, setting))
    kernels.level()  # loads the library, once
    # Layers depend on nothing of each other; while one draws, on one thread, another computes.
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        built = dict(zip(layers, pool.map(_in_normal_mode(build), layers, layers.values()), strict=True))
    memo: dict[int, object] = {}
    for module in model.modules():
        # A tensor that was computed, which copy.deepcopy refuses.
        for value in module.__dict__.values():
            if isinstance(value, torch.Tensor) and not value.is_leaf:
                memo[id(value)] = value.detach().clone()
    for name, layer in layers.items():
        _take_hooks(layer, built[name])
        memo[id(layer)] = built[name]
    for module in reversed([*model.modules()]):  # a compiled one within another before that
        if plain(module) is not module:
            memo[id(module)] = copy.deepcopy(plain(module), memo)
    return fused(copy.deepcopy(model, memo).eval())


def plain(model: nn.Module) -> nn.Module:
    """The network that torch.compile was given, where `model` is what it returned."""
    return getattr(model, "_orig_mod", model)


def _in_normal_mode(build: Callable[[str, nn.Module], CrossbarLayer]) -> Callable[[str, nn.Module], CrossbarLayer]:
    """`build` without gradients, on any thread: torch's modes belong to a thread."""

    def built(name: str, layer: nn.Module) -> CrossbarLayer:
        with torch.inference_mode(False), torch.no_grad():
            return build(name, layer).eval()

    return built


def _take_hooks(layer: nn.Module, built: CrossbarLayer) -> None:
    """Put the hooks of `layer` on `built`, but for those that compute its weight."""
    built._is_full_backward_hook = layer._is_full_backward_hook
    for name in (
        "_forward_hooks",
        "_forward_pre_hooks",
        "_forward_hooks_with_kwargs",
        "_forward_pre_hooks_with_kwargs",
        "_forward_hooks_always_called",
        "_backward_hooks",
        "_backward_pre_hooks",
    ):
        getattr(built, name).update(
            (key, hook) for key, hook in getattr(layer, name).items() if not isinstance(hook, _WEIGHT_HOOKS)
        )


def current_weight(layer: nn.Module) -> torch.Tensor:
    """Weight of a layer as its next forward pass would use it, float32 [outputs, inputs, ...]."""
    for hook in layer._forward_pre_hooks.values():
        if isinstance(hook, prune.BasePruningMethod):
            return hook.apply_mask(layer).detach()
        if isinstance(hook, WeightNorm):
            return hook.compute_weight(layer).detach()
        if isinstance(hook, SpectralNorm):
            return hook.compute_weight(layer, do_power_iteration=False).detach()
    return layer.weight.detach()


def weight_is_computed(layer: nn.Module) -> bool:
    """Whether the weight of a layer is computed from others before each pass, so that it is no parameter itself."""
    hooks = layer._forward_pre_hooks.values()
    return "weight" not in layer._parameters or any(isinstance(hook, _WEIGHT_HOOKS) for hook in hooks)


def placing_of(name: str, setting: Setting, draws: Draws) -> Placing | None:
    """What places the cells of a layer around its stuck devices; None where nothing does."""
    if setting.recovery.remap == "none" or not setting.faults.active:
        return None
    return recovery.module("remapping").Placing(name, setting, draws)


def build_layer(
    name: str, layer: nn.Module, setting: Setting, draws: Draws, keep_arrays: bool = False
) -> CrossbarLayer:
    """One layer on crossbars: mapped, tuned and made non-ideal in the order that `setting` asks for."""
    setting = setting.for_layer(name)
    kind = CrossbarConv2d if isinstance(layer, nn.Conv2d) else CrossbarLinear
    built = kind(layer, setting, name)
    semantics = resolve(setting)
    weight = current_weight(layer)
    if semantics.invents_bias and kind is CrossbarConv2d and built.bias is None:
        # MemTorch leaves the bias that nn.Conv2d is born with.
        bound = 1 / math.sqrt(weight[0].numel())
        built.set_bias(draws.invented_bias(name, layer.out_channels, bound))
    if setting.reading.noisy:
        built.draw_from(draws.generator(name, (), "reading"))
    damaged = any(getattr(setting, name).active for name in nonidealities.AFTER_PROGRAMMING)
    before, after = (setting.tuning.when in (when, "both") for when in ("before", "after"))
    compensated = setting.recovery.drift != "none" and setting.retention.active
    wanted = {"pristine": before or not damaged, "damaged": damaged}
    try:
        first, last = program(
            *(name, weight, built.groups, setting, draws),
            **wanted,
            keep=keep_arrays,
            placing=placing_of(name, setting, draws),
        )
        if compensated:
            new = recovery.module("drift").fresh(setting)
            _, fresh = program(
                *(name, weight, built.groups, new, draws),
                pristine=False,
                damaged=True,
                placing=placing_of(name, new, draws),
            )
    except InputError as error:
        raise InputError(f"model: {name or 'the module itself'}: {error}") from None
    built.hold(last if first is None else first)
    del first  # frees the conductances that it holds as soon as others take their place
    if built.sliced:
        sliced.prepare(built, mapping.weight_range(weight, setting, draws.aim(name, setting)), draws)
    if before:
        built.tune(draws, weight)
    if compensated:
        # The line is fitted when arrays are programmed; what they lose afterwards is made up for by a factor.
        built.hold(fresh)
        if after:
            built.tune(draws, weight)
        then = built.magnitudes(draws)
        built.hold(last)
        built.compensate(then, built.magnitudes(draws))
        return built
    if last is not None:
        built.hold(last)
    if after:
        built.tune(draws, weight)
    return built
