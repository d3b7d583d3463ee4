"""Which records the kernels were written for: their fields by name, and the values of each that they carry out.

A field that is not named here is never ignored. Its neutral value, the one under which it changes nothing, is let pass;
with any other the record is refused, and the readable definition computes it. So a new field of `Arithmetic` or of a
stage takes effect from the day on which the definition knows it, and is fast from the day on which it is added here.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import torch

from memristive.kernels.native import Unsupported

Accepts = Callable[[Any], bool]


@dataclasses.dataclass(frozen=True)
class Contract:
    """What the kernels know of one kind of record.

    Attributes:
        fields: for each field that they know, which of its values they carry out.
    """

    fields: Mapping[str, Accepts]

    def check(self, record: Any) -> None:
        """Unsupported, with one line that says why, unless the kernels know all that `record` says.

        `record` may be of a class derived from the one that the contract was made for, or of another dataclass with
        the same fields.
        """
        if not dataclasses.is_dataclass(record):
            raise Unsupported(f"{type(record).__name__} is no record that the kernels know")
        missing = self.fields.keys() - {field.name for field in dataclasses.fields(record)}
        if missing:
            raise Unsupported(f"{type(record).__name__} has no field {min(missing)}")
        for field in dataclasses.fields(record):
            value = getattr(record, field.name)
            accepts = self.fields.get(field.name)
            if not (is_neutral(field, value) if accepts is None else accepts(value)):
                raise Unsupported(f"{field.name}: {value!r} is not what the kernels carry out")


def is_neutral(field: dataclasses.Field, value: Any) -> bool:
    """Whether `field` changes nothing at `value`: its default, or what its metadata names as `neutral`."""
    neutral = field.metadata.get("neutral", field.default)
    if value is neutral:
        return True
    if neutral is dataclasses.MISSING or isinstance(value, torch.Tensor):
        return False
    return bool(type(value) in (type(neutral), int, float) and value == neutral)


def anything(value: Any) -> bool:
    """Accepts every value: the code that reads the field refuses what it cannot carry out."""
    return True


def among(*choices: Any) -> Accepts:
    """Accepts these values."""
    return lambda value: value in choices


def optional(accepts: Accepts) -> Accepts:
    """Accepts None, too."""
    return lambda value: value is None or accepts(value)


def between(low: float, high: float) -> Accepts:
    """Accepts numbers from `low` to `high`."""
    return lambda value: low <= value <= high


ARITHMETIC = Contract(
    {
        "tile_shape": optional(lambda shape: len(shape) == 2 and min(shape) >= 1),
        "adc_bits": optional(between(2, 22)),
        "adc_quantisation": among("linear", "log"),
        "adc_overflow_rate": between(0, 1),
        "ranging": among("physical", "memtorch", "memtorch_cuda"),
        "adc_scope": among("vector", "sample", "batch"),
        "equal_entries_pass": among(True, False),
        "spills": among("none", "sample", "batch"),
        "max_input_voltage": optional(lambda volts: volts > 0),
        "scale_scope": among("sample", "batch"),
        "rescale_output": among(True, False),
        "accumulate": among("separate", "fused"),
    }
)


# Of `memristive.arrays.geometry.Geometry`, written out: a field that is added there is unknown to the kernels.
GEOMETRY = ("kernel_size", "stride", "padding", "dilation", "padding_mode")

# Of `memristive.arrays.stage.Stage`.
STAGE = Contract(
    dict.fromkeys(
        (
            "conductance",
            "columns",
            "arithmetic",
            *GEOMETRY,
            "line",
            "bias",
            "adc_ranges",
            "column_line",
            "terms",
            "law",
            "variance",
            "draw",
        ),
        anything,
    )
)


# Of `memristive.arrays.slices.stage.SlicedStage`.
SLICED = Contract(
    dict.fromkeys(
        (
            "digits",
            "columns",
            "arithmetic",
            "factors",
            "signed",
            "offset",
            "references",
            "whole",
            "weight_step",
            "codes",
            "steps",
            "errors",
            *GEOMETRY,
            "line",
            "bias",
            "column_line",
            "variance",
            "draw",
        ),
        anything,
    )
)


# Of `memristive.converters.errors.Errors`.
ERRORS = Contract(dict.fromkeys(("offset", "gain", "bow", "noise", "draw"), anything))
