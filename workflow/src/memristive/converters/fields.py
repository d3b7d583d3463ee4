"""The fields of converters: ADCs behind the tiles and DACs before them. Imports no torch."""

from __future__ import annotations

from typing import Literal

import pydantic

from memristive.converters import CONVERTERS
from memristive.core.fields import Group, WrongValue, field

FITS = Literal["largest", "percentile", "least_error"]


class ADC(Group):
    """Converters behind the tiles."""

    bits: int | None = field(8, "Resolution; null: no converter.", neutral=None, short="adc_bits", ge=2, le=24)
    quantisation: Literal[tuple(CONVERTERS)] = field(
        "linear", "Codes stand for values, or for sign and logarithm.", short="adc_quantisation"
    )
    overflow_rate: float = field(
        0.0, "Proportion of a vector's entries above the range.", short="adc_overflow_rate", ge=0, le=1
    )
    range: Literal["auto", "calibrated"] = field(
        "auto",
        "Each vector's own entries set the range, or it is fixed, for each tile, on training images.",
        short="adc_range",
    )
    calibration_images: int = field(200, "Training images that fix it, drawn for each repeat.", ge=1, per_layer=False)
    fit: Literal["power_of_two", "largest", "percentile", "least_error"] = field(
        "power_of_two",
        "A calibrated range is the power of two above the largest sum, that sum, a percentile of the sums, or what "
        "converts them with the least error.",
        short="adc_fit",
    )
    percentile: float = field(
        99.9,
        "Per cent of the sums within a range of that fit.",
        unit="%",
        short="adc_percentile",
        gt=0,
        le=100,
        allowed="a number above 0 and at most 100",
    )
    norm: float = field(2.0, "p of the L_p error that a range of that fit makes least.", short="adc_norm", gt=0)
    shared: int = field(
        1,
        "Neighbouring columns of a tile that take turns at a converter, and have its offset, gain and non-linearity; "
        "changes nothing without these, and no time is counted.",
        short="adc_shared",
        ge=1,
    )
    offset: float = field(
        0.0,
        "Standard deviation of the offsets of converters of a calibrated range, in steps.",
        short="adc_offset",
        ge=0,
    )
    gain: float = field(0.0, "Standard deviation of their gains, as a proportion.", short="adc_gain", ge=0)
    inl: float = field(
        0.0, "Largest deviation of their transfer curves from a straight line, in steps.", short="adc_inl", ge=0
    )
    noise: float = field(
        0.0,
        "Standard deviation of the noise on each sum at each of their conversions, in steps.",
        short="adc_noise",
        ge=0,
    )

    @pydantic.model_validator(mode="after")
    def _needs_a_range(self) -> ADC:
        if self.fit != "power_of_two":
            if self.range != "calibrated":
                raise WrongValue("adc.fit", self.fit, "power_of_two, as it must be unless adc.range is calibrated")
            if self.quantisation != "linear":
                raise WrongValue("adc.fit", self.fit, f"power_of_two, which alone {self.quantisation} converters have")
            if self.overflow_rate:
                raise WrongValue(
                    "adc.overflow_rate", self.overflow_rate, "0, as it must be unless adc.fit is power_of_two"
                )
        for name in ("offset", "gain", "inl", "noise"):
            if getattr(self, name) and not (self.calibrated and self.quantisation == "linear"):
                raise WrongValue(
                    f"adc.{name}",
                    getattr(self, name),
                    "0, as it must be but for linear converters of a calibrated range",
                )
        return self

    @property
    def calibrated(self) -> bool:
        """Whether there are converters whose range is fixed on training images."""
        return self.bits is not None and self.range == "calibrated"

    @property
    def erroneous(self) -> bool:
        """Whether a conversion has errors besides rounding and saturation, which are drawn."""
        return self.bits is not None and any((self.offset, self.gain, self.inl, self.noise))


class DAC(Group):
    """Converters before the word lines: inputs as whole numbers in a range that training images fix for each layer."""

    bits: int | None = field(
        None,
        "Resolution, sign included where a layer's inputs have one; null: inputs are continuous.",
        short="dac_bits",
        ge=1,
        le=8,
    )
    serial: bool = field(
        False,
        "A cycle for each bit, whose sums are converted and added digitally, in place of one voltage a code.",
        short="bit_serial",
    )
    fit: FITS = field(
        "largest",
        "A layer's range is its largest input, a percentile of them, or what converts them with the least error.",
        short="dac_fit",
    )
    percentile: float = field(
        99.9,
        "Per cent of the inputs within a range of that fit.",
        unit="%",
        short="dac_percentile",
        gt=0,
        le=100,
        allowed="a number above 0 and at most 100",
    )
    norm: float = field(2.0, "p of the L_p error that a range of that fit makes least.", short="dac_norm", gt=0)

    @pydantic.model_validator(mode="after")
    def _has_bits(self) -> DAC:
        if self.serial and self.bits is None:
            raise WrongValue("dac.serial", True, "false, as it must be where dac.bits is null")
        return self

    @property
    def active(self) -> bool:
        """Whether inputs are converted; the other fields say nothing without `bits`."""
        return self.bits is not None
