"""What a setting does to a network, effect by effect, and the setting without some of them.

An effect is a set of fields that differ from the values which take it away. A new non-ideality is one by itself, with
all of its fields; an entry of `KNOWN` gives it words and remedies.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from memristive.arrays import nonidealities
from memristive.arrays.slices.fields import in_digits
from memristive.core.setting import FIELDS, Setting

ERRORS = ("offset", "gain", "inl", "noise")  # of converters
DIGITAL = {"array.layer_types": ()}


@dataclasses.dataclass(frozen=True)
class Effect:
    """One cause of errors.

    Attributes:
        name: in words, as it follows "lost to".
        off: dotted names of its fields, with the values that take it away.
        remedies: changes of the setting that may help, by words that follow "with".
        along: dotted names of fields that have to have these values once it is taken away, if they are neutral.
    """

    name: str
    off: Mapping[str, Any]
    remedies: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    along: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def acts(self, setting: Setting) -> bool:
        """Whether it is there in some layer."""
        return any(one[name] != value for one in setting.every() for name, value in self.off.items())


UNTUNED = "the missing tuning"
AFTER = {"tuning after the non-idealities": {"tuning.when": "after"}}
KNOWN = (
    Effect("the mapping of weights", {"array.scheme": "double_column", "array.p_l": None}),
    Effect(UNTUNED, {"tuning.when": "before"}, AFTER),
    Effect(
        "the input voltage",
        {"inputs.max_voltage": None},
        {"outputs scaled back": {"inputs.rescale_output": True}, "9 V": {"inputs.max_voltage": 9.0}},
    ),
    Effect(
        "the converters",
        {"adc.bits": None} | {f"adc.{name}": 0.0 for name in ERRORS} | {"adc.fit": "power_of_two"},
        {
            "linear converters of 8 bits that range themselves": {
                "adc.bits": 8,
                "adc.quantisation": "linear",
                "adc.overflow_rate": 0.0,
                "adc.range": "auto",
                "adc.fit": "power_of_two",
                **{f"adc.{name}": 0.0 for name in ERRORS},
            }
        },
    ),
    Effect("errors of the converters", {f"adc.{name}": 0.0 for name in ERRORS}),
    Effect("inputs of few bits", {"dac.bits": None, "dac.serial": False}, {"inputs of 8 bits": {"dac.bits": 8}}),
    Effect(
        "weights of few bits",
        {"slices.weight_bits": None, "slices.cell_bits": None, "slices.count": None, "slices.sign": "every"},
        {"weights of 8 bits": {"slices.weight_bits": 8, "slices.cell_bits": None, "slices.count": None}},
        along={"tuning.when": "before"},  # the scale of digits is known, that of conductances is fitted
    ),
    Effect("device variability", {"variability.sigma": 0.0, "variability.relative_sigma": 0.0}, AFTER),
    Effect("too few conductance states", {"states.count": None}, {"16 states": {"states.count": 16}}),
    Effect("devices stuck at their low resistance", {"faults.stuck_at_lrs": 0.0}, AFTER),
    Effect("devices stuck at their high resistance", {"faults.stuck_at_hrs": 0.0}, AFTER),
    Effect("endurance", {"endurance.cycles": None}, AFTER),
    Effect("retention", {"retention.time": None}, AFTER),
    Effect(
        "the resistance of the wires",
        {f"wires.{name}": FIELDS[f"wires.{name}"].neutral for name in ("word_line", "bit_line", "source", "ground")}
        | {"wires.transistor": 0.0},
        {"tiles of 32x32": {"array.tile_shape": (32, 32)}, **AFTER},
    ),
)


def effects_of(setting: Setting) -> list[Effect]:
    """The effects that act on some layer of a network under `setting`."""
    known = {name.split(".")[0] for effect in KNOWN for name in effect.off}
    others = [
        Effect(group, {name: found.neutral for name, found in FIELDS.items() if name.startswith(f"{group}.")})
        for group in nonidealities.AFTER_PROGRAMMING
        if group not in known
    ]
    needless = {UNTUNED} if all(in_digits(one) for one in setting.every()) else set()
    return [effect for effect in (*KNOWN, *others) if effect.acts(setting) and effect.name not in needless]


def without(setting: Setting, effects: Iterable[Effect], layer: str | None = None) -> Setting:
    """`setting` without some effects, in one layer by its dotted name, or in all."""
    effects = list(effects)
    along = {name: value for effect in effects for name, value in effect.along.items()}
    off = {name: value for name, value in along.items() if setting[name] == FIELDS[name].neutral}
    off |= {name: value for effect in effects for name, value in effect.off.items()}
    if not off:
        return setting
    if layer is not None:
        return setting.replace(layers=_pairs(setting) | {layer: _pairs(setting).get(layer, {}) | off})
    kept = {
        pattern: {name: value for name, value in fields.items() if name not in off}
        for pattern, fields in _pairs(setting).items()
    }
    return setting.replace(**off, layers={pattern: fields for pattern, fields in kept.items() if fields})


def changed(setting: Setting, changes: Mapping[str, Any]) -> Setting:
    """`setting` with fields that have these values in every layer."""
    return without(setting, [Effect("", changes)])


def only_in(setting: Setting, layer: str) -> Setting:
    """`setting` with this layer alone on crossbars."""
    types = {"array.layer_types": setting.for_layer(layer).array.layer_types}
    own = _pairs(setting)
    return setting.replace(
        layers={name: own[name] for name in own if name != layer}
        | {"*": own.get("*", {}) | DIGITAL}
        | {layer: _own_fields(setting, layer) | types}
    )


def all_but(setting: Setting, layer: str) -> Setting:
    """`setting` with this layer digital."""
    own = _pairs(setting)
    last = {layer: own.pop(layer, {}) | DIGITAL}
    return setting.replace(layers=own | last)


def _pairs(setting: Setting) -> dict[str, dict[str, Any]]:
    return {pattern: dict(fields) for pattern, fields in setting.layers}


def _own_fields(setting: Setting, layer: str) -> dict[str, Any]:
    """Fields in which a layer differs from the rest."""
    one = setting.for_layer(layer)
    return {name: one[name] for name in FIELDS if one[name] != setting[name]}
