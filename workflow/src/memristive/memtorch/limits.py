"""Which settings MemTorch can carry out. Needs neither torch nor MemTorch."""

from memristive.converters import CONVERTERS
from memristive.core.errors import InputError
from memristive.core.setting import FIELDS, Setting

# Fields of which MemTorch takes any value. Of every other field it knows one: see `_only`.
CARRIED_OUT = frozenset(
    {
        "device.name",
        "device.r_on",
        "device.r_off",
        "array.transistor",
        "array.scheme",
        "array.p_l",
        "array.layer_types",
        "array.tile_shape",
        "inputs.max_voltage",
        "adc.bits",
        "adc.quantisation",
        "adc.overflow_rate",
        "adc.calibration_images",
        "tuning.when",
        "variability.sigma",
        "variability.relative_sigma",
        "states.count",
        "faults.stuck_at_lrs",
        "faults.stuck_at_hrs",
        "endurance.cycles",
        "endurance.operation_mode",
        "endurance.temperature",
        "endurance.temperature_threshold",
        "endurance.cell_size",
        "endurance.p_lrs",
        "endurance.p_hrs",
        "endurance.stable_resistance_lrs",
        "endurance.stable_resistance_hrs",
        "retention.time",
        "retention.drift_coefficient",
        "retention.initial_time",
        "arithmetic.batch_size",
    }
)


def comparable(setting: Setting) -> Setting:
    """`setting` as far as MemTorch can carry it out: of a device its resistances, of a converter the bits."""
    device = setting.device
    others = {name: _only(name) for name in FIELDS if name not in CARRIED_OUT}
    others |= {"device.r_on": device.r_on, "device.r_off": device.r_off}
    if device.model is not None and not device.model.ohmic:
        others["device.name"] = _only("device.name")
    if "memtorch" not in CONVERTERS[setting.adc.quantisation]:
        others["adc.quantisation"] = _only("adc.quantisation")
    return setting.replace(layers=(), **others)


def check(setting: Setting) -> None:
    """InputError that names the first field of `setting` that MemTorch cannot carry out."""
    for name in FIELDS:
        if name in CARRIED_OUT or setting[name] == _only(name):
            continue
        if name == "arithmetic.accumulate" and setting[name] == "separate":
            continue  # what null means under these semantics
        raise InputError(f"memtorch: {name}: {setting[name]!r}, but MemTorch has only {_only(name)!r}")
    if setting.layers:
        raise InputError(f"memtorch: layers: {setting.layers[0][0]}: MemTorch has one setting for all layers")


def _only(name: str) -> object:
    """The one value that MemTorch has of a field: the neutral one, which changes nothing."""
    return "memtorch" if name == "arithmetic.semantics" else FIELDS[name].neutral
