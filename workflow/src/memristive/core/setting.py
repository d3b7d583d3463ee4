"""Setting: one frozen record of everything that decides a memristive inference, and grids of it.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import dataclasses
import difflib
import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from memristive.core.errors import InputError

LAYER_TYPES = ("conv2d", "linear")
CHOICES = {
    "scheme": ("double_column", "single_column"),
    "adc_quantisation": ("linear", "log"),
    "adc_range": ("auto", "calibrated"),
    "tuning": ("none", "before", "after", "both"),
    "semantics": ("physical", "memtorch"),
    "accumulate": ("memtorch", "fused"),
    "operation_mode": ("sudden", "gradual"),
}


@dataclasses.dataclass(frozen=True)
class Setting:
    """A memristive inference, from the weights of a trained network to its logits.

    The defaults are those of the study: 9 V, 64x64 tiles, 8 bits, an ideal 1T1R array of
    Pt-Hf-Ti devices. Fields are validated when the record is made (InputError).
    """

    # Device: the name of a parameter set of `memristive.devices`; its resistances unless they are given.
    device: str = "pt_hf_ti"
    r_on: float | None = None  # low resistance state, ohm
    r_off: float | None = None  # high resistance state, ohm

    # Crossbar and mapping.
    transistor: bool = True  # 1T1R (True); 1R needs a programming routine and is not offered
    scheme: str = "double_column"
    p_l: float | None = None  # w_max is the weight of rank p_l * (n - 1), largest first; None: the largest
    layer_types: tuple[str, ...] = LAYER_TYPES
    tile_shape: tuple[int, int] | None = (64, 64)  # rows, columns; None: one array as large as the layer

    # Periphery.
    max_input_voltage: float | None = 9.0  # V; larger inputs are scaled to it; None: unbounded
    rescale_output: bool = False  # undo that scaling on the layer's output
    adc_bits: int | None = 8  # None: no ADC
    adc_quantisation: str = "linear"
    adc_overflow_rate: float = 0.0  # proportion of a vector's entries above the ADC's range
    adc_range: str = "auto"  # each vector's own entries set it; "calibrated": fixed, for each tile, on training images
    calibration_images: int = 200  # training images that fix it, drawn for each repeat
    tuning: str = "before"  # the line from crossbar output to digital output is fitted before or after non-idealities

    # Non-idealities, in the order in which they apply.
    sigma: float = 0.0  # ohm; r_on ~ N(r_on, sigma), r_off ~ N(r_off, 2 sigma), per device
    conductance_states: int | None = None  # None: continuous
    stuck_at_lrs: float = 0.0  # proportion of devices
    stuck_at_hrs: float = 0.0  # proportion of devices
    cycles: float | None = None  # SET/RESET cycles; None: no endurance model
    operation_mode: str = "sudden"
    temperature: float = 350.0  # K
    temperature_threshold: float = 298.0  # K
    cell_size: float = 10.0  # nm
    p_lrs: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)  # fit of the low resistance state
    p_hrs: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)  # fit of the high resistance state
    stable_resistance_lrs: float = 100.0  # ohm
    stable_resistance_hrs: float = 1000.0  # ohm
    retention_time: float | None = None  # s; None: no drift
    drift_coefficient: float = 0.1
    initial_time: float = 1.0  # s

    # How it is computed.
    semantics: str = "physical"  # what was meant, or "memtorch": as MemTorch 1.1.6 does it
    accumulate: str = "memtorch"  # multiply then add, or "fused": fused multiply-add
    batch_size: int = 250  # images; decides a result only where MemTorch scales over the batch

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, _coerced(field, getattr(self, field.name)))
        self._take_resistances()
        self._check()

    def _take_resistances(self) -> None:
        if self.r_on is not None and self.r_off is not None:
            return
        # Numpy is needed only here, and not by a setting that names its resistances.
        from memristive.devices import DEVICES

        if self.device not in DEVICES:
            raise InputError(
                f"setting: device: {self.device!r} is not one of {', '.join(DEVICES)}; "
                "a device of one's own needs r_on and r_off"
            )
        for name in ("r_on", "r_off"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, float(getattr(DEVICES[self.device], name)))

    def _check(self) -> None:
        _require(self.r_on > 0, "r_on", self.r_on, "a resistance above 0 ohm")
        _require(self.r_off > self.r_on, "r_off", self.r_off, f"a resistance above r_on ({self.r_on} ohm)")
        _require(self.transistor, "transistor", self.transistor, "true (1T1R): a 1R array needs a programming routine")
        _require(self.p_l is None or 0 <= self.p_l <= 1, "p_l", self.p_l, "a proportion from 0 to 1, or null")
        _require(
            set(self.layer_types) <= set(LAYER_TYPES) and len(set(self.layer_types)) == len(self.layer_types),
            "layer_types",
            list(self.layer_types),
            f"distinct names among {', '.join(LAYER_TYPES)}",
        )
        if self.tile_shape is not None:
            _require(
                len(self.tile_shape) == 2 and min(self.tile_shape) >= 1,
                "tile_shape",
                list(self.tile_shape),
                "two whole numbers of at least 1 (rows, columns), or null",
            )
        for name in ("max_input_voltage", "cycles", "retention_time"):
            value = getattr(self, name)
            _require(value is None or value > 0, name, value, "a number above 0, or null")
        _require(
            self.adc_bits is None or 2 <= self.adc_bits <= 24,
            "adc_bits",
            self.adc_bits,
            "a whole number from 2 to 24, or null",
        )
        for name in ("adc_overflow_rate", "stuck_at_lrs", "stuck_at_hrs", "drift_coefficient"):
            value = getattr(self, name)
            _require(0 <= value <= 1, name, value, "a proportion from 0 to 1")
        _require(self.sigma >= 0, "sigma", self.sigma, "a resistance of 0 ohm or more")
        _require(
            self.conductance_states is None or self.conductance_states >= 2,
            "conductance_states",
            self.conductance_states,
            "a whole number of at least 2, or null",
        )
        positive = (
            "temperature",
            "temperature_threshold",
            "cell_size",
            "stable_resistance_lrs",
            "stable_resistance_hrs",
            "initial_time",
        )
        for name in positive:
            _require(getattr(self, name) > 0, name, getattr(self, name), "a number above 0")
        for name in ("p_lrs", "p_hrs"):
            value = getattr(self, name)
            _require(len(value) == 4 and value[0] > 0, name, list(value), "four numbers, the first above 0")
        if self.retention_time is not None:
            _require(
                self.retention_time > self.initial_time,
                "retention_time",
                self.retention_time,
                f"a time above initial_time ({self.initial_time} s)",
            )
        for name in ("batch_size", "calibration_images"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "a whole number of at least 1")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Setting":
        """Make a Setting from plain values (lists for tuples); InputError on an unknown key."""
        known = FIELD_NAMES
        for key in values:
            if key not in known:
                raise InputError(unknown_key("setting", key, known))
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """All fields as values that JSON can hold, in the order of definition."""
        return {
            field.name: list(value) if isinstance(value := getattr(self, field.name), tuple) else value
            for field in dataclasses.fields(self)
        }

    def canonical(self) -> str:
        """Compact JSON with sorted keys: the same text for the same setting."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """First 12 hexadecimal digits of the SHA-256 of `canonical()`."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:12]

    def replace(self, **changes: Any) -> "Setting":
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def calibrated(self) -> bool:
        """Whether there are ADCs whose range is fixed on training images."""
        return bool(self.layer_types) and self.adc_bits is not None and self.adc_range == "calibrated"

    @property
    def draws(self) -> bool:
        """Whether anything is drawn at random: devices, faults, tuning inputs or calibration images."""
        return bool(self.layer_types) and (
            self.tuning != "none" or self.sigma > 0 or self.stuck_at_lrs > 0 or self.stuck_at_hrs > 0 or self.calibrated
        )


FIELD_NAMES = tuple(field.name for field in dataclasses.fields(Setting))


def expand(fixed: Mapping[str, Any], grid: Mapping[str, Sequence[Any]]) -> list[tuple[str, Setting]]:
    """Every combination of `grid`'s values over `fixed`, each with a label made of its swept values.

    Labels serve as file names. The last key of `grid` varies fastest. InputError on an empty list
    of values, on a key that is both fixed and swept, and on two equal settings.
    """
    for key, values in grid.items():
        if not isinstance(values, (list, tuple)) or not values:
            raise InputError(f"grid: {key}: {values!r} is not a list of at least one value")
        if key in fixed:
            raise InputError(f"grid: {key}: is given twice, as a fixed value and as a grid")
    settings: list[tuple[str, Setting]] = []
    seen: dict[Setting, str] = {}
    for values in itertools.product(*grid.values()):
        swept = dict(zip(grid, values, strict=True))
        setting = Setting.from_dict({**fixed, **swept})
        label = ".".join(f"{key}-{value_text(getattr(setting, key))}" for key in swept) or "single"
        if setting in seen:
            raise InputError(f"grid: {label}: is the same setting as {seen[setting]}")
        seen[setting] = label
        settings.append((label, setting))
    return settings


def unknown_key(place: str, key: str, known: Iterable[str]) -> str:
    """One line about a key that nobody knows, with the nearest known key where there is one."""
    known = list(known)
    near = difflib.get_close_matches(str(key), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(known)}"
    return f"{place}: {key}: unknown key; {hint}"


def check_known(place: str, name: str, known: Iterable[str]) -> None:
    """InputError, with the nearest known name, where `name` is not among `known`; `place` is where it stands."""
    if name not in known:
        raise InputError(unknown_key(place, name, known))


def _require(holds: bool, key: str, value: Any, allowed: str) -> None:
    if not holds:
        raise InputError(f"setting: {key}: {value!r} is not {allowed}")


def value_text(value: Any) -> str:
    """`value` as part of a file name: no slash, no blank, the shortest exact number."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "x".join(value_text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _coerced(field: dataclasses.Field, value: Any) -> Any:
    """`value` in the type of its field, so that 9 and 9.0, or a list and a tuple, are one setting."""
    kind = field.type.__name__ if type(field.type) is type else str(field.type)
    name = field.name
    if value is None:
        if "None" in kind:
            return None
        raise InputError(f"setting: {name}: null is not allowed, {_allowed(name, kind)} is needed")
    if kind.startswith("tuple"):
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise InputError(f"setting: {name}: {value!r} is not {_allowed(name, kind)}")
        inner = "str" if "str" in kind else "int" if "int" in kind else "float"
        return tuple(_scalar(name, inner, item) for item in value)
    return _scalar(name, kind.split(" | ")[0], value)


def _scalar(name: str, kind: str, value: Any) -> Any:
    wrong = InputError(f"setting: {name}: {value!r} is not {_allowed(name, kind)}")
    if kind == "bool":
        if not isinstance(value, bool):
            raise wrong
        return value
    if kind == "str":
        if not isinstance(value, str) or (name in CHOICES and value not in CHOICES[name]):
            raise wrong
        return value
    if isinstance(value, str):
        # YAML 1.1 reads 1e4 and 1.0e4 as texts.
        try:
            value = float(value)
        except ValueError:
            raise wrong from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong
    if kind == "int":
        if value != int(value):
            raise wrong
        return int(value)
    return float(value)


def _allowed(name: str, kind: str) -> str:
    if name in CHOICES:
        return f"one of {', '.join(CHOICES[name])}"
    if kind.startswith("tuple"):
        return "a list"
    return {"bool": "true or false", "int": "a whole number", "float": "a finite number", "str": "a text"}[
        kind.split(" | ")[0]
    ]
