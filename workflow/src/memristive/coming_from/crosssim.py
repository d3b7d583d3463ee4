"""CrossSim's parameters as a `Setting`.

    from memristive.coming_from.crosssim import setting_from

    setting = setting_from(parameters.as_dict())  # of a CrossSimParameters, or what its JSON file holds

Names are those of CrossSim 3 (`simulator/parameters`). Not everything there has a counterpart here: what is off its
neutral value and has none is an error.
"""

from collections.abc import Callable, Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import Setting

PLACE = "coming_from.crosssim"
RANGES = {"CALIBRATED": "calibrated", "1": "calibrated"}
# Dotted names whose other values have no counterpart, and what may be said instead.
NEUTRAL: dict[str, tuple[tuple[Any, ...], str]] = {
    "core.style": (("BALANCED", "1", "BITSLICED", "2", "OFFSET", "3"), "it is none of its styles"),
    "core.balanced.style": (("ONE_SIDED", "1"), "one device of a pair is at its lowest conductance"),
    "core.complex_matrix": (("False",), "weights are real"),
    "xbar.device.infinite_on_off_ratio": (("False",), "say Rmax"),
    "xbar.device.drift_error.enable": (("False",), "say device and retention_time to the setting"),
    "xbar.array.Icol_max": (("0", "0.0"), "currents are not clipped"),
    "xbar.array.parasitics.gate_input": (("False",), "say wire_rows='gated' and the resistances of its lines"),
    "xbar.adc.mvm.stochastic_rounding": (("False",), "codes are the nearest"),
    "xbar.adc.mvm.model": (("IdealADC", "QuantizerADC"), "converters have no errors of their own"),
    "xbar.dac.mvm.slice_size": (("1",), "inputs are applied whole, or bit by bit"),
}
GENERIC = ("NormalIndependentDevice", "NormalProportionalDevice")  # errors over the largest, and the own conductance


def setting_from(parameters: Mapping[str, Any], **more: Any) -> Setting:
    """The setting that comes nearest to CrossSim's parameters.

    Args:
        parameters: nested mapping, `CrossSimParameters.as_dict()` or the content of its JSON file; what is left out
            has CrossSim's default.
        more: fields of the setting beside them, `tuning="none"` for instance: CrossSim fits no line.

    Raises:
        InputError: in one line, a parameter that has no counterpart.
    """

    def given(name: str, default: Any) -> Any:
        found: Any = parameters
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return default if found is None else found

    for name, (allowed, instead) in NEUTRAL.items():
        value = given(name, allowed[0])
        if _word(value) not in allowed:
            raise InputError(f"{PLACE}: {name}: {_word(value)!r} has no counterpart: {instead}")
    rows, columns = given("core.rows_max", 1024), given("core.cols_max", 1024)
    if rows != columns:
        raise InputError(f"{PLACE}: core.rows_max: {rows} is not core.cols_max ({columns}): say tile_shape")
    bits, cell_bits = given("xbar.adc.mvm.bits", 0), given("xbar.device.cell_bits", 0)
    fields: dict[str, Any] = {
        "device": "from_crosssim",
        "r_on": given("xbar.device.Rmin", 1000),
        "r_off": given("xbar.device.Rmax", 10000),
        "tile_shape": (rows, columns),
        "adc_bits": bits or None,
        "conductance_states": 2**cell_bits if cell_bits else None,
        "max_input_voltage": None,
        "tuning": "none",
    }
    if bits:
        option = _word(given("xbar.adc.mvm.adc_range_option", "CALIBRATED"))
        if option not in RANGES:
            raise InputError(f"{PLACE}: xbar.adc.mvm.adc_range_option: {option!r} is not CALIBRATED")
        fields["adc_range"] = RANGES[option]
    style = _word(given("core.style", "BALANCED"))
    inner = _word(given("core.bit_sliced.style", "BALANCED")) if style in ("BITSLICED", "2") else style
    if inner in ("OFFSET", "3"):
        fields["scheme"] = "offset"
    if given("core.weight_bits", 0):
        fields["weight_bits"] = given("core.weight_bits", 0)
        fields["conductance_states"] = None
    if style in ("BITSLICED", "2"):
        fields["weight_slices"] = given("core.bit_sliced.num_slices", 2)
    if given("xbar.dac.mvm.bits", 0):
        fields["dac_bits"] = given("xbar.dac.mvm.bits", 0)
        fields["bit_serial"] = bool(given("xbar.dac.mvm.input_bitslicing", False))
    if given("xbar.device.programming_error.enable", False):
        model, magnitude = _error("programming_error", given)
        relative = model == "NormalProportionalDevice"
        fields |= {"programming": "one_shot", "spread": "relative" if relative else "normal"}
        fields["programming_sigma"] = magnitude if relative else magnitude / fields["r_on"]
    if given("xbar.device.read_noise.enable", False):
        model, magnitude = _error("read_noise", given)
        if model != "NormalProportionalDevice":
            raise InputError(f"{PLACE}: xbar.device.read_noise.model: {model!r} is not NormalProportionalDevice")
        fields |= {"read_noise": "relative", "read_sigma": magnitude}
    if given("xbar.array.parasitics.enable", False):
        fields["word_line_resistance"] = given("xbar.array.parasitics.Rp_row", 0.0)
        fields["bit_line_resistance"] = given("xbar.array.parasitics.Rp_col", 0.0)
    return Setting(**fields | more)


def _error(kind: str, given: Callable[[str, Any], Any]) -> tuple[str, float]:
    """Model and magnitude of one of CrossSim's generic errors."""
    model = _word(given(f"xbar.device.{kind}.model", "IdealDevice"))
    if model not in GENERIC:
        raise InputError(
            f"{PLACE}: xbar.device.{kind}.model: {model!r} is not one of {', '.join(GENERIC)}; measured devices are "
            "named in the setting"
        )
    return model, given(f"xbar.device.{kind}.magnitude", 0.0)


def _word(value: Any) -> str:
    """The value as text: of an enumeration its name."""
    return str(getattr(value, "name", value))
