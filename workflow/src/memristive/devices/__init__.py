"""Memristive devices: what a device is, VTEAM, calibrated parameter sets, measured devices, and curves of a device.

Each preset is a file of this folder, named as in configurations, that defines `DEVICE`; `DEVICES` holds them by
name. README.md in this folder shows how to add one.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import check_known, unknown_key
from memristive.devices import (
    cmo_hfox_0_2_percent,
    cmo_hfox_2_percent,
    ferroelectric,
    linear_ion_drift,
    memdiode,
    metallic_nanowire,
    pcm_joshi,
    pcm_nandakumar,
    pt_hf_ti,
    pt_hf_ti_fitted,
    rram_milo,
    rram_wan,
    sonos,
    stanford_pku,
)
from memristive.devices.device import Device, Ohmic, resistances
from memristive.devices.from_table import WrongTable, device_of, rows_of
from memristive.devices.measured import Measured
from memristive.devices.vteam import ALLOWED, VTEAM, Drive, sweep

__all__ = [
    "DEVICES",
    "VTEAM",
    "Device",
    "Drive",
    "Measured",
    "Ohmic",
    "from_dict",
    "get",
    "resistances",
    "sweep",
    "table",
]

DEVICES: dict[str, Device] = {
    "pt_hf_ti": pt_hf_ti.DEVICE,
    "pt_hf_ti_fitted": pt_hf_ti_fitted.DEVICE,
    "ferroelectric": ferroelectric.DEVICE,
    "metallic_nanowire": metallic_nanowire.DEVICE,
    "pcm_nandakumar": pcm_nandakumar.DEVICE,
    "pcm_joshi": pcm_joshi.DEVICE,
    "rram_wan": rram_wan.DEVICE,
    "rram_milo": rram_milo.DEVICE,
    "cmo_hfox_0.2_percent": cmo_hfox_0_2_percent.DEVICE,
    "cmo_hfox_2_percent": cmo_hfox_2_percent.DEVICE,
    "sonos": sonos.DEVICE,
    "linear_ion_drift": linear_ion_drift.DEVICE,
    "stanford_pku": stanford_pku.DEVICE,
    "memdiode": memdiode.DEVICE,
}

_DRIVES = ("hysteresis", "switching")
_DRIVE_KEYS = ("v_min", "v_max", "frequency")


def _keys(where: str, values: Any, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    """Refuse what is not a mapping with all of `needed` and nothing beyond `optional`."""
    if not isinstance(values, Mapping):
        raise InputError(f"{where} is {values!r}; allowed: a mapping with {', '.join(needed)}")
    allowed = needed + optional
    for key in values:
        if key not in allowed:
            raise InputError(unknown_key(where, key, allowed))
    missing = [key for key in needed if key not in values]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; needed: {', '.join(needed)}")


def _number(value: Any) -> Any:
    """`value`, or the number it spells: YAML 1.1 reads 5e-4 (without a point) as text."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def get(name: str) -> Device:
    """The preset of this name; InputError, with the nearest name, where there is none."""
    check_known("devices", name, DEVICES)
    return DEVICES[name]


def from_dict(name: str, values: Any) -> Device:
    """A device of a user's own from a config entry `devices: {name: {r_on: ..., r_off: ..., ...}}` or `{table: ...}`.

    A `table` of measurements (rows, or the path of a CSV file, see `from_table`) makes a measured device, whose bounds
    are its targets. Else needed are `r_on` and `r_off` (ohm), which alone make an `Ohmic` device. With any of the other
    parameters of `VTEAM` (m, m/s, V) all nine are needed, and `hysteresis` and `switching` (each v_min, v_max,
    frequency) may be given. `name` (for figures) and `source` are optional. Raises InputError for an unknown or missing
    key and for a value that is not allowed.
    """
    where = f"devices: {name}"
    optional = ("name", "source", *_DRIVES)
    tabled = isinstance(values, Mapping) and "table" in values
    if tabled:
        _keys(where, values, ("table",), ("name", "source"))
    else:
        _keys(where, values, ("r_on", "r_off"), (*ALLOWED, *optional))
    described = {"name": str(values.get("name", name)), "source": str(values.get("source", "given in the config"))}
    if tabled:
        try:
            return dataclasses.replace(device_of(name, rows_of(values["table"])), **described)
        except WrongTable as error:
            raise InputError(f"{where}: table: {error}") from None
    if not {*values} & {*ALLOWED, *_DRIVES} - {"r_on", "r_off"}:
        return Ohmic(r_on=_number(values["r_on"]), r_off=_number(values["r_off"]), **described)
    _keys(where, values, tuple(ALLOWED), optional)
    drives = {}
    for key in _DRIVES:
        if key in values:
            _keys(f"{where}: {key}", values[key], _DRIVE_KEYS)
            drives[key] = Drive(**{part: _number(values[key][part]) for part in _DRIVE_KEYS})
    return VTEAM(**described, **{key: _number(values[key]) for key in ALLOWED}, **drives)


def table(own: Mapping[str, Any] | None = None) -> dict[str, Device]:
    """`DEVICES` and a study's `own` (the config's `devices`); InputError where a name is taken already."""
    devices = dict(DEVICES)
    for name, values in (own or {}).items():
        if name in DEVICES:
            raise InputError(f"devices: {name} is built in; allowed: a name other than {', '.join(DEVICES)}")
        devices[name] = from_dict(name, values)
    return devices
