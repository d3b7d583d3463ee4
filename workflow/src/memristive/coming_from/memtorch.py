"""MemTorch's `patch_model` arguments as a `Setting`.

from memristive.coming_from.memtorch import setting_from

setting = setting_from(memristor_model_params={"r_on": 200, "r_off": 9000}, ADC_resolution=8, quant_method="linear")
"""

from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive.core.setting import Setting

PLACE = "coming_from.memtorch"
TYPES = {"Conv2d": "conv2d", "Linear": "linear"}
SCHEMES = {"DoubleColumn": "double_column", "SingleColumn": "single_column"}
METHODS = ("linear", "log")
# What decides nothing, or has the only value that is carried out.
IGNORED = ("use_bindings", "verbose", "programming_routine_params", "scaling_routine_params", "random_crossbar_init")


def setting_from(tuned: bool = True, semantics: str = "memtorch", **arguments: Any) -> Setting:
    """The setting of a network that MemTorch 1.1.6 patched.

    Args:
        tuned: whether `tune_()` was called on it, before any non-ideality.
        semantics: "memtorch" (a CPU's), "memtorch_cuda", or "physical": the same, as it was meant.
        arguments: those of `memtorch.mn.Module.patch_model`, but for the model; what is left out has its default there.
            Types of layers, schemes and routines may be MemTorch's own objects or their names.

    Raises:
        InputError: in one line, an argument that has no counterpart.
    """
    fields: dict[str, Any] = {"semantics": semantics, "tuning": "before" if tuned else "none"}
    fields |= {"tile_shape": None, "max_input_voltage": None, "adc_bits": None}  # as `patch_model` has them
    for name, value in arguments.items():
        if name in IGNORED or (name == "memristor_model" and _name(value) == "VTEAM"):
            continue
        if name not in CONVERTED:
            raise InputError(unknown_key(PLACE, name, [*CONVERTED, *IGNORED]))
        fields |= CONVERTED[name](name, value)
    if fields["adc_bits"] is None:
        fields.pop("adc_quantisation", None)
    elif "adc_quantisation" not in fields:
        fields["adc_bits"] = None  # MemTorch converts only where it is told how
    return Setting(**fields)


def _same(field: str) -> Any:
    return lambda name, value: {field: value}


def _only(*allowed: Any) -> Any:
    """Accepts the values that are what is carried out anyway."""

    def convert(name: str, value: Any) -> dict[str, Any]:
        if _name(value) not in allowed and value not in allowed:
            raise InputError(
                f"{PLACE}: {name}: {_name(value)!r} has no counterpart; allowed: {', '.join(map(str, allowed))}"
            )
        return {}

    return convert


def _device(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{PLACE}: {name}: {type(value).__name__} is not a mapping of parameters")
    for key in ("r_on", "r_off"):
        if key in value and not isinstance(value[key], int | float):
            raise InputError(
                f"{PLACE}: {name}: {key}: {type(value[key]).__name__} is not a number; give its mean, and its standard "
                "deviation to the setting as sigma"
            )
    return {key: value[key] for key in ("r_on", "r_off") if key in value}  # the others only move a state in time


def _types(name: str, value: Any) -> dict[str, Any]:
    types = [_name(each) for each in value]
    for each in types:
        if each not in TYPES:
            raise InputError(f"{PLACE}: {name}: {each!r} is not one of {', '.join(TYPES)}")
    return {"layer_types": tuple(TYPES[each] for each in TYPES if each in types)}


def _scheme(name: str, value: Any) -> dict[str, Any]:
    if _name(value) not in SCHEMES:
        raise InputError(f"{PLACE}: {name}: {_name(value)!r} is not one of {', '.join(SCHEMES)}")
    return {"scheme": SCHEMES[_name(value)]}


def _method(name: str, value: Any) -> dict[str, Any]:
    if value is not None and value not in METHODS:
        raise InputError(f"{PLACE}: {name}: {value!r} is not one of {', '.join(METHODS)}")
    return {} if value is None else {"adc_quantisation": value}


def _name(value: Any) -> Any:
    return getattr(value, "__name__", None) or getattr(value, "name", None) or value


CONVERTED = {
    "memristor_model": _only("VTEAM"),
    "memristor_model_params": _device,
    "module_parameters_to_patch": _types,
    "mapping_routine": _only("naive_map"),
    "transistor": _only(True),
    "programming_routine": _only(None),
    "p_l": _same("p_l"),
    "scheme": _scheme,
    "tile_shape": _same("tile_shape"),
    "max_input_voltage": _same("max_input_voltage"),
    "scaling_routine": _only("naive_scale"),
    "source_resistance": _only(None),  # MemTorch solves wires in passive arrays only
    "line_resistance": _only(None),
    "ADC_resolution": _same("adc_bits"),
    "ADC_overflow_rate": _same("adc_overflow_rate"),
    "quant_method": _method,
}
