"""Fields of the options by which accuracy is got back; none of them is on by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.arrays.semantics import resolve
from memristive.arrays.slices.fields import first_in_digits
from memristive.core.errors import InputError
from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    from memristive.core.setting import Setting

AT_LEAST_TWO = "0, or a whole number of at least 2"


class Recovery(Group):
    """Ways to get accuracy back, each at a price (`memristive.network.recovery.price`)."""

    batch_norm: Literal["digital", "folded"] = field(
        "digital", "Batch normalisation stays digital, or is folded into the weights before it.", per_layer=False
    )
    statistics_images: int = field(
        0,
        "Training images on which the statistics of batch normalisation are estimated anew on each chip; 0: kept.",
        allowed=AT_LEAST_TWO,
        per_layer=False,
    )
    line: Literal["layer", "column"] = field("layer", "Tuning fits one line a layer, or one an output.")
    drift: Literal["none", "layer", "column"] = field(
        "none",
        "A factor a layer, or an output, takes back what known inputs have lost since programming.",
        short="drift_compensation",
    )
    remap: Literal["none", "columns", "rows", "both"] = field(
        "none", "Each tile's columns, rows or both are placed where its known stuck devices harm least."
    )
    redundant_columns: int = field(0, "Columns that each tile has to spare; remapping uses the best.", ge=0)
    range_images: int = field(
        0,
        "Training images on which p_l is chosen, layer by layer, for the least error; 0: as array.p_l says.",
        ge=0,
        per_layer=False,
    )
    fine_tuning_images: int = field(
        0,
        "Training images on which the weights are trained further, through a chip drawn anew at each step; 0: none.",
        allowed=AT_LEAST_TWO,
        per_layer=False,
    )
    fine_tuning_steps: int = field(300, "Steps of that training.", ge=1, per_layer=False)
    fine_tuning_batch: int = field(100, "Images a step.", ge=2, per_layer=False)
    fine_tuning_rate: float = field(
        0.01,
        "Learning rate at the first step; it falls to 0.",
        allowed="a number above 0 and at most 10",
        per_layer=False,
        gt=0,
        le=10,
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Recovery:
        for name in ("statistics_images", "fine_tuning_images"):
            if getattr(self, name) < 0 or getattr(self, name) == 1:
                raise WrongValue(f"recovery.{name}", getattr(self, name), AT_LEAST_TWO)
        if self.statistics_images and self.batch_norm == "folded":
            raise WrongValue(
                "recovery.statistics_images", self.statistics_images, "0: folded batch normalisation has no statistics"
            )
        if self.redundant_columns and self.remap not in ("columns", "both"):
            raise WrongValue("recovery.redundant_columns", self.redundant_columns, "0: only remapped columns use them")
        return self

    @property
    def options(self) -> tuple[str, ...]:
        """Modules of `memristive.network.recovery` that carry out what is on, in the order in which they act."""
        on = {
            "folding": self.batch_norm == "folded",
            "weight_range": self.range_images > 0,
            "fine_tuning": self.fine_tuning_images > 0,
            "remapping": self.remap != "none",
            "column_line": self.line == "column",
            "drift": self.drift != "none",
            "statistics": self.statistics_images > 0,
        }
        return tuple(name for name, wanted in on.items() if wanted)

    @property
    def draws(self) -> bool:
        """Whether a chip draws something for it: images, or known inputs."""
        return bool(self.statistics_images) or self.drift != "none"

    @property
    def images(self) -> dict[str, int]:
        """Training images that are drawn, by the dotted name of the field that asks for them."""
        names = ("range_images", "fine_tuning_images", "statistics_images")
        return {f"recovery.{name}": getattr(self, name) for name in names if getattr(self, name)}


def check(setting: Setting) -> None:
    """InputError where recovery does not go with fields of other groups."""
    on = ((name, value) for name, value in setting.recovery if value != Recovery.model_fields[name].default)
    if setting.recovery.options and resolve(setting).padding_cells:
        name, value = next(on)
        semantics = setting.arithmetic.semantics
        raise InputError(f"setting: recovery.{name}: {value!r} is not what {semantics} has; only physical has recovery")
    images, digits = setting.recovery.fine_tuning_images, first_in_digits(setting)
    if images and digits is not None:
        key, value = digits
        raise InputError(
            f"setting: recovery.fine_tuning_images: {images}, but {key}: {value!r} puts digits on the arrays, through "
            "which no gradient reaches the weights"
        )
