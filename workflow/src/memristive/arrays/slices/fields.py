"""Fields of weights as whole numbers on slices of cells, and what they allow together with others. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.core.errors import InputError
from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    from memristive.core.setting import Setting

# Schemes that hold a weight, with an offset that makes it positive, in one cell a slice.
WITH_OFFSET = ("offset", "reference_column")

# Why devices must obey Ohm's law, by what makes a layer `active`.
_OHMIC = {
    "dac": "another law needs the voltage of each read, which an input's code does not say",
    "adc": "sums of another law's terms go to converters without errors whose ranges are powers of two",
    "": "digits count equal steps of conductance, of which another law's current is no multiple",
}


class Slices(Group):
    """Weights as whole numbers whose digits lie on arrays of their own."""

    weight_bits: int | None = field(None, "Bits of a weight, its sign included; null: continuous weights.", ge=2, le=16)
    cell_bits: int | None = field(
        None, "Bits that a cell holds, in 2**bits states; null: as the number of slices needs.", ge=1, le=8
    )
    count: int | None = field(
        None, "Slices of a weight; null: as the bits of a cell need, or one.", short="weight_slices", ge=1
    )
    sign: Literal["every", "most_significant"] = field(
        "every",
        "In the double-column scheme each digit has its weight's sign, or the most significant one alone has a sign "
        "(two's complement).",
        short="slice_sign",
    )

    @pydantic.model_validator(mode="after")
    def _needs_bits(self) -> Slices:
        if self.weight_bits is None:
            for name in ("cell_bits", "count"):
                if getattr(self, name) is not None:
                    raise WrongValue(
                        f"slices.{name}", getattr(self, name), "null, as it must be where slices.weight_bits is null"
                    )
            if self.sign != "every":
                raise WrongValue("slices.sign", self.sign, "every, as it must be where slices.weight_bits is null")
        return self

    def digits(self, scheme: str) -> tuple[int, int]:
        """Number of slices and bits of each in array.scheme `scheme`; `weight_bits` must be given."""
        held = held_bits(self, scheme)
        if self.cell_bits is not None:
            return self.count or -(-held // self.cell_bits), self.cell_bits
        count = self.count or 1
        return count, -(-held // count)


def held_bits(slices: Slices, scheme: str) -> int:
    """Bits that the slices of a weight hold together: not the sign where every digit has it."""
    return slices.weight_bits - (scheme == "double_column" and slices.sign == "every")


def in_digits(setting: Setting) -> bool:
    """Whether arrays hold whole numbers, or weights with an offset, in place of the weights themselves."""
    return first_in_digits(setting) is not None


def first_in_digits(setting: Setting) -> tuple[str, object] | None:
    """The field that makes `in_digits` true, and its value; None where it is false."""
    if setting.slices.weight_bits is not None:
        return "slices.weight_bits", setting.slices.weight_bits
    if setting.array.scheme in WITH_OFFSET:
        return "array.scheme", setting.array.scheme
    return None


def active(setting: Setting) -> bool:
    """Whether a layer is computed by `memristive.arrays.slices.definition`, not by `memristive.arrays.definition`."""
    adc = setting.adc
    fitted = adc.calibrated and (adc.fit != "power_of_two" or adc.erroneous)
    return in_digits(setting) or setting.dac.active or fitted


def check(setting: Setting) -> None:
    """InputError where fields of slices and converters do not go together, or with others."""
    slices, scheme = setting.slices, setting.array.scheme
    if slices.weight_bits is not None:
        _check_slices(slices, scheme, setting)
    tile = setting.array.tile_shape
    if scheme == "reference_column" and tile is not None and tile[1] < 2:
        raise InputError(f"setting: array.tile_shape: {list(tile)} has no room for a reference column beside a weight")
    if not active(setting):
        return
    if setting.arithmetic.semantics != "physical":
        key, value = _first(setting)
        raise InputError(f"setting: {key}: {value!r} is not what semantics {setting.arithmetic.semantics} have")
    if setting.reading.current != "ohmic":
        key, value = _first(setting)
        why = next(why for group, why in _OHMIC.items() if key.startswith(group))
        raise InputError(f"setting: {key}: {value!r} is offered with reading.current: 'ohmic' alone: {why}")
    if setting.adc.bits is not None and setting.adc.quantisation != "linear":
        key, value = _first(setting)
        raise InputError(f"setting: {key}: {value!r} is not what goes with adc.quantisation {setting.adc.quantisation}")


def _check_slices(slices: Slices, scheme: str, setting: Setting) -> None:
    if scheme == "single_column":
        raise InputError(
            "setting: array.scheme: 'single_column' is not double_column, offset or reference_column, which hold whole "
            "numbers (slices.weight_bits)"
        )
    if slices.sign != "every" and scheme != "double_column":
        raise InputError(f"setting: slices.sign: {slices.sign!r} is not every, since scheme {scheme} has no signs")
    held = held_bits(slices, scheme)
    if slices.count is not None and slices.count > held:
        raise InputError(
            f"setting: slices.count: {slices.count} is not at most {held}, the bits of a weight to be held"
        )
    count, bits = slices.digits(scheme)
    if bits > 8:
        raise InputError(
            f"setting: slices.count: {count} slices of {bits} bits, but a cell holds at most 8: more slices"
        )
    if count * bits < held:
        raise InputError(
            f"setting: slices.count: {count} slices of {bits} bits are not the {held} bits of a weight to be held"
        )
    if setting.states.count is not None:
        raise InputError(
            f"setting: states.count: {setting.states.count} is not null: cells of slices have 2**cell_bits states"
        )


def _first(setting: Setting) -> tuple[str, object]:
    """The field that makes `active` true, and its value."""
    if in_digits(setting):
        return first_in_digits(setting)
    if setting.dac.active:
        return "dac.bits", setting.dac.bits
    if setting.adc.fit != "power_of_two":
        return "adc.fit", setting.adc.fit
    return next(
        (f"adc.{name}", getattr(setting.adc, name))
        for name in ("offset", "gain", "inl", "noise")
        if getattr(setting.adc, name)
    )
