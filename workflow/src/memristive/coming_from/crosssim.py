"""CrossSim's parameters as a `Setting`.

    from memristive.coming_from.crosssim import setting_from

    setting = setting_from(parameters.as_dict())  # of a CrossSimParameters, or what its JSON file holds

Names are those of CrossSim 3 (`simulator/parameters`). Not everything there has a counterpart here: what is off its
neutral value and has none is an error.
"""

from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import Setting

PLACE = "coming_from.crosssim"
RANGES = {"CALIBRATED": "calibrated", "1": "calibrated"}
# Dotted names whose other values have no counterpart, and what may be said instead.
NEUTRAL: dict[str, tuple[tuple[Any, ...], str]] = {
    "core.style": (("BALANCED", "1"), "cells are pairs of devices"),
    "core.balanced.style": (("ONE_SIDED", "1"), "one device of a pair is at its lowest conductance"),
    "core.weight_bits": (("0",), "say xbar.device.cell_bits"),
    "core.complex_matrix": (("False",), "weights are real"),
    "xbar.device.infinite_on_off_ratio": (("False",), "say Rmax"),
    "xbar.device.read_noise.enable": (("False",), "there is no read noise"),
    "xbar.device.programming_error.enable": (("False",), "say relative_sigma to the setting"),
    "xbar.device.drift_error.enable": (("False",), "say retention_time to the setting"),
    "xbar.array.Icol_max": (("0", "0.0"), "currents are not clipped"),
    "xbar.array.parasitics.gate_input": (("False",), "see memristive.gated_conductances"),
    "xbar.adc.mvm.stochastic_rounding": (("False",), "codes are the nearest"),
    "xbar.adc.mvm.model": (("IdealADC", "QuantizerADC"), "converters have no errors of their own"),
    "xbar.dac.mvm.bits": (("0",), "inputs are not rounded"),
}


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
    if given("xbar.array.parasitics.enable", False):
        fields["word_line_resistance"] = given("xbar.array.parasitics.Rp_row", 0.0)
        fields["bit_line_resistance"] = given("xbar.array.parasitics.Rp_col", 0.0)
    return Setting(**fields | more)


def _word(value: Any) -> str:
    """The value as text: of an enumeration its name."""
    return str(getattr(value, "name", value))
