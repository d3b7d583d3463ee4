"""Keys under `networks`."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pydantic

from memristive.core.names import unknown_key
from memristive_study.config.sections import (
    Name,
    Real,
    Refers,
    Section,
    Some,
    Text,
    Whole,
    WrongKey,
    key,
    plain_numbers,
)
from memristive_study.config.training import FOLDS, Recipe
from memristive_study.config.words import key_text, refused
from memristive_study.models.names import LIBRARY, OPTIONS


class Options(Section):
    """Options of an architecture; a factory's own keyword arguments may be others."""

    model_config = pydantic.ConfigDict(extra="allow")

    padding: Literal[0, 1] | None = key(
        "Zeros around the input of each 3x3 convolution of the study's networks; 1 keeps the size.", optional=True
    )
    dropout: Real | None = key(
        "Proportion dropped before each fully-connected layer of the study's networks.", optional=True, ge=0, lt=1
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _numbers_of_a_factory(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        return {name: item if isinstance(item, bool) else plain_numbers(float, item) for name, item in values.items()}


class Network(Section):
    """One network."""

    dataset: Annotated[Name, Refers("datasets")] = key("Data set that it is trained and tested on.")
    architecture: Text = key(
        f"One of the study's networks ({', '.join(LIBRARY)}), or package.module:factory, a function of classes and "
        "input_shape that returns a torch.nn.Module."
    )
    options: Options | None = key("Options of the architecture, or further arguments of the factory.", optional=True)
    training: Recipe | None = key("Settings that differ from training.settings.", optional=True)
    folds: Whole | None = key(
        "Folds of its cross-validation, where not training.folds; 0: none.",
        optional=True,
        allowed=f"0 or a whole number from 2 to {FOLDS}",
        ge=0,
        le=FOLDS,
    )
    replicates: Some[Annotated[Whole, pydantic.Field(ge=0, lt=FOLDS)]] | None = key(
        "Folds whose networks, at their last epoch, are further draws of this one: evaluated where an experiment's "
        "part says replicates, so that a verdict can say that it depends on the network.",
        optional=True,
    )

    @pydantic.model_validator(mode="after")
    def _options_suit_the_architecture(self) -> "Network":
        for name, value in ((self.options and self.options.model_extra) or {}).items():
            if ":" not in self.architecture:
                raise WrongKey(("options",), unknown_key("", key_text(name), OPTIONS).removeprefix(": "))
            if not name.isidentifier():
                raise WrongKey(("options",), refused(name, "the name of an argument"))
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise WrongKey(("options", name), refused(value, "a number, or true or false"))
        return self

    @pydantic.model_validator(mode="after")
    def _a_fold_is_a_part(self) -> "Network":
        if self.folds == 1:
            raise WrongKey(("folds",), f"1 is not 0 or a whole number from 2 to {FOLDS}")
        return self
