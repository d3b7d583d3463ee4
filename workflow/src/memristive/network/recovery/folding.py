"""Batch normalisation folded into the weights and the bias of the layer before it, as some tools and chips do.

Weights of one output are all multiplied by what the normalisation multiplies that output with, so that a few outputs
may take most of the layer's range. Price: less, two operations a normalised value; and statistics cannot be estimated
anew.
"""

import copy

import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.recovery.images import Drawn

PAIRS = {nn.Conv2d: (nn.BatchNorm2d, fuse_conv_bn_eval), nn.Linear: (nn.BatchNorm1d, fuse_linear_bn_eval)}


def prepare(model: nn.Module, setting: Setting, drawn: Drawn) -> tuple[nn.Module, Setting]:
    """`folded` of the model, and the setting; no image is needed."""
    return folded(model), setting


def folded(model: nn.Module) -> nn.Module:
    """Copy of `model`, in evaluation mode, whose batch normalisation is folded wherever it follows a layer directly.

    Raises InputError where none does, and for a network whose forward pass cannot be traced.
    """
    model = copy.deepcopy(model).eval()
    pairs = _pairs(model)
    if not pairs:
        raise InputError(
            "recovery.batch_norm: 'folded', but no batch normalisation follows a Conv2d or Linear directly"
        )
    for layer, norm in pairs:
        fold = PAIRS[type(model.get_submodule(layer))][1]
        model.set_submodule(layer, fold(model.get_submodule(layer), model.get_submodule(norm)))
        model.set_submodule(norm, nn.Identity())
    return model


def _pairs(model: nn.Module) -> list[tuple[str, str]]:
    """Names of layers, and of the normalisations that are all that uses their outputs."""
    try:
        graph = fx.Tracer().trace(model)
    except Exception as error:  # whatever the network's own code does with a stand-in for its input
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"recovery.batch_norm: 'folded', but the network cannot be traced: {line}") from None
    calls = [node.target for node in graph.nodes if node.op == "call_module"]
    once = {name for name in calls if calls.count(name) == 1}
    found = []
    for node in graph.nodes:
        before = node.args[0] if node.args else None
        if node.op != "call_module" or not isinstance(before, fx.Node) or before.op != "call_module":
            continue
        if len(before.users) > 1 or not {node.target, before.target} <= once:
            continue
        layer, norm = model.get_submodule(before.target), model.get_submodule(node.target)
        kind = PAIRS.get(type(layer))
        if kind and type(norm) is kind[0] and norm.track_running_stats:
            found.append((before.target, node.target))
    return found


def foldable(model: nn.Module) -> set[str]:
    """Names of the normalisations that `folded` folds."""
    with torch.no_grad():
        return {norm for _, norm in _pairs(model)}
