"""CrossSim's parameters as a `Setting`.

    from memristive.coming_from.crosssim import setting_from

    setting = setting_from(parameters.as_dict())  # of a CrossSimParameters, or what its JSON file holds

Names and defaults are those of CrossSim 3.2 (`simulator/parameters`), and the names of 3.0 where they differ. Not
everything there has a counterpart here: a parameter that is off its neutral value and has none is an error.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from memristive.coming_from.crosssim_names import IGNORED, NEUTRAL, READ
from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive.core.setting import Setting

PLACE = "coming_from.crosssim"
GENERIC = ("NormalIndependentDevice", "NormalProportionalDevice")  # errors over the largest, and the own conductance


def setting_from(parameters: Mapping[str, Any], **more: Any) -> Setting:
    """The setting that comes nearest to CrossSim's parameters.

    Two things are left out, since CrossSim needs them and a setting has others in their place. Ranges of converters
    (`calibrated_range`, limits of the inputs) are found anew, on training images. With and without `clip_conductance` a
    cell whose programming has an error may hold more than 1 / Rmin.

    Args:
        parameters: nested mapping, `CrossSimParameters.as_dict()` or the content of its JSON file; what is left out
            has CrossSim's default.
        more: fields of the setting beside them, `tuning="after"` for instance: CrossSim fits no line.

    Raises:
        InputError: in one line, a parameter that CrossSim does not have, or one that has no counterpart.
    """
    found = dict(_leaves(parameters))

    def given(name: str, default: Any) -> Any:
        return default if found.get(name) is None else found[name]

    for name, (allowed, instead) in NEUTRAL.items():
        value = given(name, allowed[0])
        if _word(value) not in allowed:
            raise InputError(f"{PLACE}: {name}: {_word(value)!r} has no counterpart: {instead}")
    for name in found:
        if name not in NEUTRAL and name not in READ and not name.startswith(IGNORED):
            raise InputError(unknown_key(PLACE, name, [*NEUTRAL, *READ]))
    bits = given("xbar.adc.mvm.bits", 0) if given("xbar.adc.mvm.model", "IdealADC") != "IdealADC" else 0
    fields = _cells(given) | _inputs(given) | _errors(given) | _wires(given)
    fields |= {"adc_bits": bits, "adc_range": "calibrated"} if bits else {"adc_bits": None}
    return Setting(**{"max_input_voltage": None, "tuning": "none"} | fields | more)


Given = Callable[[str, Any], Any]


def _cells(given: Given) -> dict[str, Any]:
    """Devices, tiles, and the scheme by which they hold weights."""
    rows, columns = given("core.rows_max", 0), given("core.cols_max", 0)
    if (rows == 0) != (columns == 0):
        raise InputError(f"{PLACE}: core.rows_max: {rows} beside core.cols_max {columns}: give both, or neither")
    states = given("xbar.device.cell_bits", 0)
    fields = {
        "device": "from_crosssim",
        "r_on": given("xbar.device.Rmin", 1000),
        "r_off": given("xbar.device.Rmax", 10000),
        "tile_shape": (rows, columns) if rows else None,
        "conductance_states": 2**states if states else None,
    }
    style = _word(given("core.style", "BALANCED"))
    if style in ("BITSLICED", "2"):  # otherwise weight_bits does not reach the cells
        fields |= {"conductance_states": None, "weight_bits": given("core.weight_bits", 0)}
        fields["weight_slices"] = given("core.bit_sliced.num_slices", 2)
        style = _word(given("core.bit_sliced.style", "BALANCED"))
    if style in ("OFFSET", "3"):
        digital = _word(given("core.offset.style", "DIGITAL_OFFSET")) in ("DIGITAL_OFFSET", "1")
        fields["scheme"] = "offset" if digital else "reference_column"
        if states and "weight_bits" not in fields:  # the lowest state stays unused, so that 0 has one
            fields |= {"conductance_states": None, "weight_bits": states}
    return fields


def _inputs(given: Given) -> dict[str, Any]:
    bits = given("xbar.dac.mvm.bits", 0)
    if not bits or given("xbar.dac.mvm.model", "IdealDAC") == "IdealDAC":
        return {}
    # Bits whose sums are added before they are converted are one product, as that of a voltage a code.
    serial = given("xbar.dac.mvm.input_bitslicing", False) and given("xbar.adc.mvm.adc_per_ibit", False)
    return {"dac_bits": bits, "bit_serial": bool(serial)}


def _errors(given: Given) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for kind in ("programming_error", "read_noise"):
        model = _word(given(f"xbar.device.{kind}.model", "IdealDevice"))
        magnitude = given(f"xbar.device.{kind}.magnitude", 0.0)
        if not given(f"xbar.device.{kind}.enable", False) or model == "IdealDevice":
            continue
        allowed = GENERIC if kind == "programming_error" else GENERIC[1:]
        if model not in allowed:
            raise InputError(
                f"{PLACE}: xbar.device.{kind}.model: {model!r} is not one of {', '.join(allowed)}; measured devices "
                "are named in the setting"
            )
        if not magnitude:
            continue
        if kind == "read_noise":
            fields |= {"read_noise": "relative", "read_sigma": magnitude}
        elif model == GENERIC[1]:
            fields |= {"programming": "one_shot", "spread": "relative", "programming_sigma": magnitude}
        else:
            fields |= {"programming": "one_shot", "spread": "normal"}
            fields["programming_sigma"] = magnitude / given("xbar.device.Rmin", 1000)
    return fields


def _wires(given: Given) -> dict[str, Any]:
    if not given("xbar.array.parasitics.enable", False):
        return {}
    if given("core.balanced.interleaved_posneg", False):
        raise InputError(
            f"{PLACE}: core.balanced.interleaved_posneg: True has no counterpart: the devices of a pair are on arrays "
            "of their own"
        )
    row, column = (given(f"xbar.array.parasitics.Rp_{line}", 0.0) for line in ("row", "col"))
    fields = {"word_line_resistance": row, "bit_line_resistance": column}
    for line, end, segment in (("row", "source_resistance", row), ("col", "ground_resistance", column)):
        terminal = given(f"xbar.array.parasitics.Rp_{line}_terminal", 0.0)
        if terminal:  # behind the segment that every line begins or ends with
            fields[end] = segment + terminal
    return fields


def _leaves(values: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{place}{name}.")
        else:
            yield place + name, value


def _word(value: Any) -> str:
    """The value as text: of an enumeration its name."""
    return str(getattr(value, "name", value))
