"""A Setting carried out by MemTorch 1.1.6 itself.

MemTorch patches, tunes and damages the network; nothing here computes. The fields of a Setting become MemTorch's own
arguments: `sigma` two StochasticParameters, the non-idealities those of `apply_nonidealities`. In a 1T1R array a device
is no more than its two resistances, so the other parameters of `device` play no part.
"""

import contextlib
import copy
import importlib
import io
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import torch
from torch import nn

from memristive.arrays.nonidealities.variability import LEAST_R_OFF, LEAST_R_ON
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.memtorch import limits, reproducible
from memristive.network.checks import check_layers

reproducible.use_reproducible_mode()  # before MemTorch multiplies

VERSION = "1.1.6"
LAYER_CLASSES = {"conv2d": nn.Conv2d, "linear": nn.Linear}
Tune = Callable[[str, nn.Module], None]
Map = Callable[..., tuple[torch.Tensor, torch.Tensor] | torch.Tensor]


def convert(model: nn.Module, setting: Setting, generator: torch.Generator | None = None) -> nn.Module:
    """Copy of `model`, on the CPU and in evaluation mode, patched by MemTorch as `setting` asks.

    Args:
        model: any module tree; it is not changed. A module that occurs twice becomes two.
        setting: one that MemTorch can carry out (`semantics: memtorch`; see `limits.comparable`).
        generator: names all random draws by its initial seed; the global generators of torch and numpy, from which
            MemTorch draws, are left as they were. Not needed where `setting.draws` is False.

    Raises:
        InputError: MemTorch is not installed, a layer or a field that MemTorch cannot carry out, or a setting that
            draws without a generator.
    """
    return convert_with(model, setting, generator, lambda _, layer: layer.tune(), load().map.Parameter.naive_map)


def convert_with(
    model: nn.Module, setting: Setting, generator: torch.Generator | None, tune: Tune, mapping_routine: Map
) -> nn.Module:
    """`convert`, with tune(name, layer) in place of layer.tune(), and a mapping routine like MemTorch's."""
    memtorch = load()
    limits.check(setting)
    check_layers(model, setting)
    if generator is None and setting.draws:
        raise InputError("memtorch: generator: None, but this setting draws at random: give a torch.Generator")
    with _alone(0 if generator is None else generator.initial_seed()):
        network = _patch(memtorch, model, setting, mapping_routine)
        layers = list(layers_of(network))
        if setting.tuning.when in ("before", "both"):
            for name, layer in layers:
                tune(name, layer)
        for _, layer in layers:
            _damage(memtorch, layer, setting)
        if setting.tuning.when in ("after", "both"):
            for name, layer in layers:
                tune(name, layer)
    return network


def layers_of(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Dotted name and module of every layer that MemTorch patched."""
    return ((name, module) for name, module in network.named_modules() if hasattr(module, "crossbars"))


def load() -> ModuleType:
    """MemTorch, imported without its warnings (about 13 s); InputError where that fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            memtorch = importlib.import_module("memtorch")
            importlib.import_module("memtorch.mn.Module")
    except ImportError as error:
        raise InputError(f"memtorch: MemTorch {VERSION} cannot be imported ({error})") from error
    if not memtorch.__version__.startswith(VERSION):
        raise InputError(f"memtorch: version {memtorch.__version__} is installed, {VERSION} is needed")
    return memtorch


@contextlib.contextmanager
def _alone(seed: int) -> Iterator[None]:
    """Seed MemTorch's draws, drop its prints and warnings, and restore all global state afterwards."""
    state = np.random.get_state()  # noqa: NPY002 (MemTorch draws from the global generator)
    with (
        torch.no_grad(),
        torch.random.fork_rng(devices=[]),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


def _patch(memtorch: ModuleType, model: nn.Module, setting: Setting, mapping_routine: Map) -> nn.Module:
    network = copy.deepcopy(model).cpu().eval().requires_grad_(False)
    bare = isinstance(network, (nn.Conv2d, nn.Linear))  # patch_model replaces children only
    if bare:
        network = nn.Sequential(network)
    network = memtorch.mn.Module.patch_model(
        network,
        memristor_model=memtorch.bh.memristor.VTEAM,
        memristor_model_params=_device(memtorch, setting),
        module_parameters_to_patch=[LAYER_CLASSES[name] for name in setting.array.layer_types],
        mapping_routine=mapping_routine,
        transistor=True,
        programming_routine=None,
        p_l=setting.array.p_l,
        scheme={
            "double_column": memtorch.bh.Scheme.DoubleColumn,
            "single_column": memtorch.bh.Scheme.SingleColumn,
        }[setting.array.scheme],
        tile_shape=setting.array.tile_shape,
        max_input_voltage=setting.inputs.max_voltage,
        ADC_resolution=setting.adc.bits,
        ADC_overflow_rate=setting.adc.overflow_rate,
        quant_method=None if setting.adc.bits is None else setting.adc.quantisation,
        verbose=False,
    )
    # A Conv2d without bias has gained one that asks for gradients.
    network.requires_grad_(False)
    return network[0] if bare else network


def _device(memtorch: ModuleType, setting: Setting) -> dict:
    parameters = {"time_series_resolution": 1e-10, "r_on": setting.device.r_on, "r_off": setting.device.r_off}
    if setting.variability.active:
        stochastic = memtorch.bh.StochasticParameter
        scale_on, scale_off = setting.variability.deviations(setting.device.r_on, setting.device.r_off)
        parameters["r_on"] = stochastic(loc=setting.device.r_on, scale=scale_on, min=LEAST_R_ON)
        parameters["r_off"] = stochastic(loc=setting.device.r_off, scale=scale_off, min=LEAST_R_OFF)
    return parameters


def _damage(memtorch: ModuleType, layer: nn.Module, setting: Setting) -> None:
    """Apply every non-ideality of `setting` but variability to one layer.

    On a whole network apply_nonidealities writes a nested layer to its dotted name on the top module, which breaks the
    network.
    """
    kind = memtorch.bh.nonideality.NonIdeality
    models = memtorch.bh.nonideality.endurance_retention_models
    kinds, arguments = [], {}
    if setting.states.count is not None:
        kinds.append(kind.FiniteConductanceStates)
        arguments |= {"conductance_states": setting.states.count}
    if setting.faults.stuck_at_hrs > 0 or setting.faults.stuck_at_lrs > 0:
        kinds.append(kind.DeviceFaults)
        arguments |= {
            "lrs_proportion": setting.faults.stuck_at_lrs,
            "hrs_proportion": setting.faults.stuck_at_hrs,
            "electroform_proportion": 0,
        }
    if setting.endurance.cycles is not None:
        kinds.append(kind.Endurance)
        arguments |= {
            "x": setting.endurance.cycles,
            "endurance_model": models.model_endurance_retention,
            "endurance_model_kwargs": {
                "operation_mode": models.empirical_metal_oxide_RRAM.OperationMode[setting.endurance.operation_mode],
                "p_lrs": list(setting.endurance.p_lrs),
                "stable_resistance_lrs": setting.endurance.stable_resistance_lrs,
                "p_hrs": list(setting.endurance.p_hrs),
                "stable_resistance_hrs": setting.endurance.stable_resistance_hrs,
                "cell_size": setting.endurance.cell_size,
                "temperature": setting.endurance.temperature,
                "temperature_threshold": setting.endurance.temperature_threshold,
            },
        }
    if setting.retention.time is not None:
        kinds.append(kind.Retention)
        arguments |= {
            "time": setting.retention.time,
            "retention_model": models.model_conductance_drift,
            "retention_model_kwargs": {
                "initial_time": setting.retention.initial_time,
                "drift_coefficient": setting.retention.drift_coefficient,
            },
        }
    # It writes layers back by name into their parent, so the layer needs a parent.
    memtorch.bh.nonideality.apply_nonidealities(nn.Sequential(layer), non_idealities=kinds, **arguments)
