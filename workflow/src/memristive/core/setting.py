"""Setting: one frozen record of everything that decides a memristive inference.

Fields stand in groups (`setting.adc.bits`) and have dotted names (`adc.bits`), under which configurations, labels and
result files know them. Each has a flat short form too, which Python and configurations take: `Setting(adc_bits=8)`.

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from __future__ import annotations

import fnmatch
import functools
import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pydantic

from memristive.arrays import together
from memristive.arrays.nonidealities.endurance import Endurance
from memristive.arrays.nonidealities.faults import Faults
from memristive.arrays.nonidealities.programming import Programming
from memristive.arrays.nonidealities.read_disturb import ReadDisturb
from memristive.arrays.nonidealities.reading import Reading
from memristive.arrays.nonidealities.retention import Retention
from memristive.arrays.nonidealities.states import States
from memristive.arrays.nonidealities.variability import Variability
from memristive.arrays.nonidealities.wires import Wires
from memristive.arrays.semantics import resolve
from memristive.arrays.slices import fields as slices_fields
from memristive.arrays.slices.fields import Slices
from memristive.converters import CONVERTERS
from memristive.converters.fields import ADC, DAC
from memristive.core import recovery as recovery_fields
from memristive.core.errors import InputError
from memristive.core.fields import Declaration, Group, WrongValue, declarations, field, one_line
from memristive.core.names import unknown_key
from memristive.core.recovery import Recovery

LAYER_TYPES = ("conv2d", "linear")
SemanticsName = Literal["physical", "memtorch", "memtorch_cuda"]


class Device(Group):
    """The memristive device of every cell."""

    name: str = field("pt_hf_ti", "Name of a parameter set of `memristive.devices`.", short="device")
    r_on: float | None = field(
        None, "Low resistance state; null: that of the device.", unit="ohm", gt=0, allowed="a resistance above 0 ohm"
    )
    r_off: float | None = field(
        None, "High resistance state; null: that of the device.", unit="ohm", gt=0, allowed="a resistance above r_on"
    )
    table: tuple[tuple[float, ...], ...] | None = field(
        None,
        "Measurements of a device of your own: rows of target, mean, standard deviation (S) and perhaps time (s).",
        short="device_table",
        allowed="rows of three or four numbers, or the path of a CSV file with them",
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _take_resistances(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("table") is not None:
            return _with_table(values)
        if not isinstance(values, Mapping) or not {"r_on", "r_off"} - {k for k, v in values.items() if v is not None}:
            return values
        # NumPy is needed only here, and not by a setting that names its resistances.
        from memristive.devices import DEVICES, resistances

        name = values.get("name", cls.model_fields["name"].default)
        if name not in DEVICES:
            raise WrongValue(
                "device.name", name, f"one of {', '.join(DEVICES)}; a device of your own needs r_on and r_off"
            )
        return _with_resistances(values, resistances(DEVICES[name]))

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> Device:
        if self.r_off <= self.r_on:
            raise WrongValue("device.r_off", self.r_off, f"a resistance above r_on ({self.r_on} ohm)")
        return self

    @property
    def model(self) -> Any:
        """The device (`memristive.devices.Device`) of this name or table; None where it is known by resistances."""
        return _model(self.name, self.table)

    @property
    def measured(self) -> Any:
        """The same where it was measured (`memristive.devices.Measured`); None where it was not."""
        return self.model if hasattr(self.model, "programming_sigma") else None


def _with_resistances(values: Mapping[str, Any], own: tuple[float, float]) -> dict[str, Any]:
    """`values` with r_on and r_off where they give none."""
    return {**values, **{key: r for key, r in zip(("r_on", "r_off"), own, strict=True) if values.get(key) is None}}


def _with_table(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a device with a table of measurements: read, and with the resistances of its targets."""
    from memristive.devices import DEVICES, from_table, resistances

    name, given = values.get("name", Device.model_fields["name"].default), values["table"]
    if name in DEVICES:
        raise WrongValue("device.name", name, "a name of your own, as a device with a table needs")
    try:
        rows = from_table.rows_of(given)
    except from_table.WrongTable as error:
        raise WrongValue("device.table", *error.args) from None
    return _with_resistances({**values, "table": rows}, resistances(from_table.device_of(name, rows)))


@functools.lru_cache(256)
def _model(name: str, table: tuple[tuple[float, ...], ...] | None) -> Any:
    from memristive.devices import DEVICES, from_table

    return DEVICES.get(name) if table is None else from_table.device_of(name, table)


class Array(Group):
    """Crossbar arrays and the mapping of weights to them."""

    transistor: bool = field(
        True,
        "1T1R cells while they are programmed; a 1R array needs a programming routine and is not offered.",
        allowed="true (1T1R): a 1R array needs a programming routine; `wires.cell: 1R` reads one",
    )
    scheme: Literal["double_column", "single_column", "offset", "reference_column"] = field(
        "double_column",
        "Each weight is the difference of two devices, one device against a fixed reference, or one that holds it with "
        "an offset, taken away digitally or by a column of each tile.",
    )
    p_l: float | None = field(
        None, "w_max is the weight of rank p_l (n - 1), largest first; null: the largest.", ge=0, le=1
    )
    layer_types: tuple[str, ...] = field(
        LAYER_TYPES,
        "Types of layers that are put on crossbars.",
        allowed=f"distinct names among {', '.join(LAYER_TYPES)}",
    )
    tile_shape: tuple[int, int] | None = field(
        (64, 64),
        "Rows and columns of a tile; null: one array as large as the layer.",
        neutral=None,
        allowed="two whole numbers of at least 1 (rows, columns)",
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Array:
        if not self.transistor:
            raise WrongValue(
                "array.transistor", False, type(self).model_fields["transistor"].json_schema_extra["allowed"]
            )
        allowed = type(self).model_fields["layer_types"].json_schema_extra["allowed"]
        if not set(self.layer_types) <= set(LAYER_TYPES) or len(set(self.layer_types)) < len(self.layer_types):
            raise WrongValue("array.layer_types", list(self.layer_types), allowed)
        if self.tile_shape is not None and min(self.tile_shape) < 1:
            allowed = type(self).model_fields["tile_shape"].json_schema_extra["allowed"]
            raise WrongValue("array.tile_shape", list(self.tile_shape), f"{allowed}, or null")
        return self


class Inputs(Group):
    """Inputs as voltages on the word lines."""

    max_voltage: float | None = field(
        9.0,
        "Larger inputs are scaled to it; null: unbounded.",
        unit="V",
        neutral=None,
        short="max_input_voltage",
        gt=0,
    )
    rescale_output: bool = field(False, "Undo that scaling on the layer's output.")


class Tuning(Group):
    """The line from a crossbar's output to the digital layer's."""

    when: Literal["none", "before", "after", "both"] = field(
        "before", "It is fitted before the non-idealities, after them, both, or never.", neutral="none", short="tuning"
    )


class Arithmetic(Group):
    """Arithmetic of the arrays and their converters."""

    semantics: SemanticsName = field(
        "physical",
        "As it was meant, or as MemTorch 1.1.6 computes it on a CPU (memtorch) or a GPU (memtorch_cuda).",
        per_layer=False,
    )
    accumulate: Literal["separate", "fused"] | None = field(
        None,
        "Sums row by row: multiply, round, add, round, or fused multiply-add; null: fused, under memtorch separate.",
        per_layer=False,
    )
    batch_size: int = field(
        250, "Images; decides a result only where MemTorch scales over the batch.", ge=1, per_layer=False
    )


class Setting(Group):
    """A memristive inference, from the weights of a trained network to its logits.

    The defaults are those of the study: 9 V, 64x64 tiles, 8 bits, an ideal 1T1R array of Pt-Hf-Ti devices. Fields are
    given by group (`adc={"bits": 6}`), by dotted name (`**{"adc.bits": 6}`) or by short form (`adc_bits=6`), and are
    validated when the record is made (InputError). `layers` holds fields that differ in some layers, by a pattern of
    their dotted names (fnmatch): `layers={"fc*": {"adc.bits": 6}}`; where several match, the last one counts.
    """

    device: Device = pydantic.Field(default_factory=Device)
    array: Array = pydantic.Field(default_factory=Array)
    inputs: Inputs = pydantic.Field(default_factory=Inputs)
    slices: Slices = pydantic.Field(default_factory=Slices)
    dac: DAC = pydantic.Field(default_factory=DAC)
    adc: ADC = pydantic.Field(default_factory=ADC)
    tuning: Tuning = pydantic.Field(default_factory=Tuning)
    # Non-idealities, in the order in which they act.
    variability: Variability = pydantic.Field(default_factory=Variability)
    states: States = pydantic.Field(default_factory=States)
    programming: Programming = pydantic.Field(default_factory=Programming)
    faults: Faults = pydantic.Field(default_factory=Faults)
    endurance: Endurance = pydantic.Field(default_factory=Endurance)
    retention: Retention = pydantic.Field(default_factory=Retention)
    read_disturb: ReadDisturb = pydantic.Field(default_factory=ReadDisturb)
    wires: Wires = pydantic.Field(default_factory=Wires)
    reading: Reading = pydantic.Field(default_factory=Reading)
    arithmetic: Arithmetic = pydantic.Field(default_factory=Arithmetic)
    recovery: Recovery = pydantic.Field(default_factory=Recovery)
    layers: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()

    def __init__(self, *unnamed: Any, **values: Any) -> None:
        """Fields by name, as above; those that are not given have their default.

        Raises InputError for a field that nobody knows, with the nearest known one, and for a value that is not one.
        """
        if unnamed:
            raise InputError(f"setting: {unnamed[0]!r}: fields are given by name: Setting(adc_bits=8)")
        own = values.pop("layers", ())
        super().__init__(**{name: _group(name, given) for name, given in _nested(values)}, layers=_overrides(own))
        checked = []
        for pattern, fields in self.layers:
            try:
                layer = self._with(fields)
            except InputError as error:
                raise InputError(str(error).replace("setting: ", f"setting: layers: {pattern}: ", 1)) from None
            checked.append((pattern, tuple((name, layer[name]) for name, _ in fields)))
        object.__setattr__(self, "layers", tuple(checked))
        semantics, quantisation = self.arithmetic.semantics, self.adc.quantisation
        if resolve(self).ranging not in CONVERTERS[quantisation]:
            raise InputError(f"setting: adc.quantisation: {quantisation!r} is not a converter that {semantics} has")
        together.check(self)
        slices_fields.check(self)
        recovery_fields.check(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Setting:
        """Make a Setting from plain values by dotted name or short form; what is not given has its default."""
        return cls(**values)

    @classmethod
    def from_canonical(cls, text: str) -> Setting:
        """The setting whose `canonical` text is `text`; what it leaves out is neutral."""
        return cls.from_dict({name: found.neutral for name, found in FIELDS.items()} | json.loads(text))

    def __getitem__(self, name: str) -> Any:
        """Value of a field by its dotted name or short form; InputError where there is none."""
        group, leaf = full_name(name).split(".")
        return getattr(getattr(self, group), leaf)

    def as_dict(self) -> dict[str, Any]:
        """All fields by dotted name, as values that JSON can hold, in the order of definition."""
        plain = {name: _json(self[name]) for name in FIELDS}
        if self.layers:
            plain["layers"] = {pattern: {name: _json(v) for name, v in fields} for pattern, fields in self.layers}
        return plain

    def canonical(self) -> str:
        """Compact JSON of the fields that are not neutral, with sorted keys: the same text for the same setting.

        A field that is added later with a neutral value leaves it as it is.
        """
        kept = {
            name: value
            for name, value in self.as_dict().items()
            if name not in FIELDS or value != _json(FIELDS[name].neutral)
        }
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))

    def replace(self, **changes: Any) -> Setting:
        """A copy with some fields changed, given as to `Setting`."""
        layers = changes.pop("layers", self.layers)
        given = dotted(changes)
        values = {name: self[name] for name in FIELDS} | given
        table = self["device.table"]
        if "device.name" in given or given.get("device.table", table) != table:  # it brings its own resistances
            values |= {name: given.get(name) for name in ("device.r_on", "device.r_off", "device.table")}
        return Setting(**values, layers=layers)

    def for_layer(self, layer: str) -> Setting:
        """The setting of one layer, by its dotted name: fields of `layers` whose pattern matches take effect."""
        matching = [fields for pattern, fields in self.layers if fnmatch.fnmatchcase(layer, pattern)]
        return self._with([pair for fields in matching for pair in fields]) if matching else self

    def _with(self, fields: Any) -> Setting:
        return self.replace(layers=(), **dict(fields))

    def every(self) -> Iterator[Setting]:
        """This setting and each that layers of some pattern have."""
        yield self
        for _, fields in self.layers:
            yield self._with(fields)

    @property
    def calibrated(self) -> bool:
        """Whether there are converters whose range is fixed on training images."""
        return bool(self.array.layer_types) and any(
            setting.adc.calibrated or setting.dac.active for setting in self.every()
        )

    @property
    def recovers(self) -> bool:
        """Whether anything is done to get accuracy back."""
        return any(setting.recovery.options for setting in self.every())

    @property
    def training_images(self) -> dict[str, int]:
        """Numbers of training images that are drawn, by the dotted name of the field that asks for them."""
        ranges = {"adc.calibration_images": self.adc.calibration_images} if self.calibrated else {}
        return ranges | self.recovery.images

    @property
    def draws(self) -> bool:
        """Whether anything is drawn at random: devices, faults, tuning inputs or calibration images."""
        return bool(self.array.layer_types) and any(
            setting.tuning.when != "none"
            or setting.recovery.draws
            or setting.variability.active
            or setting.faults.active
            or setting.programming.active
            or setting.retention.draws
            or setting.reading.noisy
            or setting.adc.calibrated
            or setting.dac.active
            for setting in self.every()
        )


FIELDS: dict[str, Declaration] = declarations(Setting)
FIELD_NAMES = tuple(FIELDS)
SHORT_NAMES = tuple(found.short for found in FIELDS.values())
GROUPS = tuple(dict.fromkeys(name.split(".")[0] for name in FIELDS))
_BY_SHORT = {found.short: name for name, found in FIELDS.items()}


@functools.cache
def full_name(name: str, default: str | None = None) -> str:
    """Dotted name of a field by that name or by its short form; `default`, if given, where there is none.

    Raises InputError, with the nearest name, where there is none and no default.
    """
    if name in FIELDS:
        return name
    if name in _BY_SHORT:
        return _BY_SHORT[name]
    if default is None:
        raise InputError(unknown_key("setting", name, [*_BY_SHORT, *FIELDS]))
    return default


def dotted(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` by dotted name, from groups, dotted names and short forms; `layers` stays as it is.

    Raises InputError for a key that nobody knows and for a field that is given under two names.
    """
    found: dict[str, Any] = {}
    for name, value in _dotted({key: value for key, value in values.items() if key != "layers"}):
        if name in found:
            raise InputError(f"setting: {name}: is given twice, under two names")
        found[name] = value
    return found | ({"layers": values["layers"]} if "layers" in values else {})


def _dotted(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields by dotted name from groups, dotted names and short forms."""
    for key, value in values.items():
        if key in GROUPS and isinstance(value, Group):
            yield from ((f"{key}.{leaf}", getattr(value, leaf)) for leaf in type(value).model_fields)
        elif key in GROUPS and key not in _BY_SHORT and not isinstance(value, Mapping):
            leaves = ", ".join(name.split(".")[1] for name in FIELDS if name.startswith(f"{key}."))
            raise InputError(f"setting: {key}: {value!r} is not a mapping of {leaves}")
        elif key in GROUPS and isinstance(value, Mapping):
            for leaf, inner in value.items():
                if f"{key}.{leaf}" not in FIELDS:
                    raise InputError(
                        unknown_key(
                            f"setting: {key}", leaf, [n.split(".")[1] for n in FIELDS if n.startswith(f"{key}.")]
                        )
                    )
                yield f"{key}.{leaf}", inner
        else:
            yield full_name(key), value


def _nested(values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each group's name and the values given for its fields."""
    given: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
    for name, value in dotted(values).items():
        group, leaf = name.split(".")
        given[group][leaf] = value
    yield from given.items()


def _group(name: str, given: dict[str, Any]) -> Group:
    """A group of `Setting` from the values given for its fields; InputError in one line."""
    try:
        try:
            return _shared_group(name, tuple((leaf, type(v), v) for leaf, v in given.items()))
        except TypeError:  # a list, or another value that cannot be a key
            return Setting.model_fields[name].annotation(**given)
    except pydantic.ValidationError as error:
        raise one_line("setting", name, error, FIELDS, given) from None


@functools.lru_cache(4096)
def _shared_group(name: str, given: tuple[tuple[str, type, Any], ...]) -> Group:
    """A group is frozen, so that the settings of a grid share it."""
    return Setting.model_fields[name].annotation(**{leaf: value for leaf, _, value in given})


def _overrides(layers: Any) -> tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]:
    """`layers` in its frozen form."""
    found = []
    for pattern, fields in _mapping("layers", "fields by pattern of layers", layers).items():
        named = dotted(_mapping(f"layers: {pattern}", "fields and their values", fields))
        for name in named:
            if not FIELDS[name].per_layer:
                raise InputError(f"setting: layers: {pattern}: {name}: is one for the whole network")
        pairs = ((name, tuple(value) if isinstance(value, list) else value) for name, value in named.items())
        found.append((str(pattern), tuple(sorted(pairs))))
    return tuple(found)


def _mapping(place: str, allowed: str, given: Any) -> Mapping[Any, Any]:
    try:
        return given if isinstance(given, Mapping) else dict(given)
    except (TypeError, ValueError):
        raise InputError(f"setting: {place}: {given!r} is not a mapping of {allowed}") from None


def _help() -> str:
    """One line a field: name and short form, default, meaning, unit and what is allowed."""
    lines = []
    for group in GROUPS:
        about = (Setting.model_fields[group].annotation.__doc__ or "").splitlines()[0]
        lines += ["", f"{group}: {about}"]
        for name, found in FIELDS.items():
            if name.startswith(f"{group}."):
                unit = f" Unit: {found.unit}." if found.unit else ""
                default = {None: "null"}.get(found.default, found.default)
                lines.append(f"- `{name}` (`{found.short}={default}`): {found.meaning}{unit} Allowed: {found.allowed}.")
    return "\n".join(lines)


Setting.__doc__ = f"{inspect.getdoc(Setting)}\n\nFields, by group; null is None in Python:\n{_help()}\n"


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
