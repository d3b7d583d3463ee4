"""A network that MemTorch patched, taken over to this simulator's layers."""

from collections.abc import Callable

import torch
from torch import nn

from memristive.arrays.mapping import SCHEMES
from memristive.arrays.programming import Conductances
from memristive.arrays.tiling import from_tiles, padded_shape
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.memtorch import reproducible
from memristive.network.graph import fused
from memristive.network.layers import CrossbarConv2d, CrossbarLayer, CrossbarLinear

BUILDS = ("memtorch", "memtorch_cuda")  # semantics of MemTorch's two builds

reproducible.use_reproducible_mode()  # whoever takes over a network compares it with MemTorch's


def from_memtorch(patched_model: nn.Module, setting: Setting) -> nn.Module:
    """Crossbar network with the conductances, line coefficients and biases of `patched_model`.

    Args:
        patched_model: what `memristive.memtorch.convert` or MemTorch's own patch_model returned, tuned or not; it is
            not changed.
        setting: the setting that it was patched with; `semantics: memtorch` if MemTorch computes on a CPU,
            `memtorch_cuda` if on a GPU.

    Raises:
        InputError: no layer of `patched_model` is MemTorch's, or `setting` has another semantics.
    """
    if setting.arithmetic.semantics not in BUILDS:
        raise InputError(
            f"from_memtorch: semantics: {setting.arithmetic.semantics!r}, but MemTorch's layers need "
            f"{' or '.join(map(repr, BUILDS))}"
        )
    if hasattr(patched_model, "crossbars"):
        return _layer(patched_model, setting)
    found = False

    def copied(parent: nn.Module) -> nn.Module:
        nonlocal found
        twin = _shallow(parent)
        for name, child in parent.named_children():
            is_memtorch = hasattr(child, "crossbars")
            found = found or is_memtorch
            twin._modules[name] = _layer(child, setting) if is_memtorch else copied(child)
        return twin

    network = copied(patched_model).eval()
    if not found:
        raise InputError("from_memtorch: patched_model: has no layer of MemTorch's")
    return fused(network)


def _shallow(module: nn.Module) -> nn.Module:
    """Copy of a module with its own table of children; MemTorch's bound methods are left behind."""
    twin = module.__class__.__new__(module.__class__)
    kept = {name: value for name, value in vars(module).items() if not callable(value) or isinstance(value, nn.Module)}
    twin.__dict__.update(kept)
    twin._modules = dict(module._modules)
    return twin


def _layer(layer: nn.Module, setting: Setting) -> CrossbarLayer:
    kind = CrossbarConv2d if isinstance(layer, nn.Conv2d) else CrossbarLinear
    built = kind(layer, setting)
    rows, columns = layer.crossbars[0].rows, layer.crossbars[0].columns
    arrays = []
    for crossbar in layer.crossbars:
        conductance = crossbar.conductance_matrix.float()
        if setting.array.tile_shape is not None:
            conductance = from_tiles(conductance, padded_shape(rows, columns, setting.array.tile_shape))
        arrays.append(conductance)
    # Only the single-column scheme has a reference, kept in a closure.
    reference = _held(layer.crossbar_operation).get("g_m", 0.0)
    found = Conductances((1, 1, *arrays[0].shape), SCHEMES[setting.array.scheme], reference, len(arrays), keep=True)
    for side, conductance in enumerate(arrays):
        found.put(0, 0, side, slice(None), conductance)
    built.hold(found)
    built.line = torch.tensor(line_of(layer.transform_output), dtype=torch.float64)
    return built


def line_of(transform: Callable) -> tuple[float, float]:
    """Coefficient and intercept that MemTorch's tuning keeps in a closure; (1, 0) before tuning."""
    held = _held(transform)
    return held.get("coef", 1.0), held.get("intercept", 0.0)


def _held(function: Callable) -> dict:
    """Names and values that a closure keeps."""
    return {
        name: cell.cell_contents
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    }
