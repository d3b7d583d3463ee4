"""Memristive devices: VTEAM, its calibrated parameter sets, and curves of a device.

`DEVICES` holds the sets by the names that a config uses; `table` adds a study's own. README.md in
this folder shows how to add one.
"""

from collections.abc import Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive.devices import chanthbouala2012, johnson2010, lammie2022, yalon2012
from memristive.devices.vteam import ALLOWED, VTEAM, Drive, sweep

__all__ = ["DEVICES", "VTEAM", "Drive", "from_dict", "sweep", "table"]

DEVICES = {
    "pt_hf_ti": lammie2022.DEVICE,
    "pt_hf_ti_fitted": yalon2012.DEVICE,
    "ferroelectric": chanthbouala2012.DEVICE,
    "metallic_nanowire": johnson2010.DEVICE,
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


def from_dict(name: str, values: Any) -> VTEAM:
    """A device of one's own from a config entry `devices: {name: {r_on: ..., ...}}`.

    Needed are the nine parameters of `VTEAM` (ohm, m, m/s, V); `name` (for figures), `source`,
    `hysteresis` and `switching` (each v_min, v_max, frequency) may be given. Raises InputError for
    an unknown or missing key and for a value that is not allowed.
    """
    where = f"devices: {name}"
    _keys(where, values, tuple(ALLOWED), ("name", "source", *_DRIVES))
    drives = {}
    for key in _DRIVES:
        if key in values:
            _keys(f"{where}: {key}", values[key], _DRIVE_KEYS)
            drives[key] = Drive(**{part: _number(values[key][part]) for part in _DRIVE_KEYS})
    return VTEAM(
        name=str(values.get("name", name)),
        source=str(values.get("source", "given in the config")),
        **{key: _number(values[key]) for key in ALLOWED},
        **drives,
    )


def table(own: Mapping[str, Any] | None = None) -> dict[str, VTEAM]:
    """`DEVICES` and a study's `own` (the config's `devices`); InputError where a name is taken already."""
    devices = dict(DEVICES)
    for name, values in (own or {}).items():
        if name in DEVICES:
            raise InputError(f"devices: {name} is built in; allowed: a name other than {', '.join(DEVICES)}")
        devices[name] = from_dict(name, values)
    return devices
