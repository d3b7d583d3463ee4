"""Losses of accuracy, shared out among effects and layers."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence

from memristive.core.setting import Setting
from memristive.diagnosis.effects import Effect, all_but, only_in, without

MOST_EXACT = 5  # effects whose 2**n combinations are all evaluated

Accuracy = Callable[[Setting], float]  # in per cent


@dataclasses.dataclass(frozen=True)
class Share:
    """One effect's part of what is lost.

    Attributes:
        name: of the effect.
        share: points of accuracy that it costs. With at most `MOST_EXACT` effects Shapley's value: the mean, over all
            orders in which effects can be switched on, of what this one costs when its turn comes (Shapley 1953, A
            value for n-person games); with more effects the mean of `alone` and `without`, its first and last turn.
        alone: points lost where nothing else acts.
        without: points won where everything acts but this.
    """

    name: str
    share: float
    alone: float
    without: float


@dataclasses.dataclass(frozen=True)
class Place:
    """What a layer costs.

    Attributes:
        layer: dotted name.
        only: points lost with this layer alone on crossbars.
        but: points won with this layer digital and all others on crossbars.
    """

    layer: str
    only: float
    but: float

    @property
    def cost(self) -> float:
        """Mean of both."""
        return (self.only + self.but) / 2


def shares(setting: Setting, effects: Sequence[Effect], accuracy: Accuracy) -> list[Share]:
    """One share an effect, the largest first."""
    everything = frozenset(range(len(effects)))

    def loss(acting: frozenset[int]) -> float:
        return -accuracy(without(setting, [effects[number] for number in sorted(everything - acting)]))

    nothing, all_of_them = loss(frozenset()), loss(everything)
    found = []
    for number, effect in enumerate(effects):
        alone = loss(frozenset([number])) - nothing
        last = all_of_them - loss(everything - {number})
        share = _shapley(number, everything, loss) if len(effects) <= MOST_EXACT else (alone + last) / 2
        found.append(Share(effect.name, share, alone, last))
    return sorted(found, key=lambda one: -one.share)


def _shapley(number: int, everything: frozenset[int], loss: Callable[[frozenset[int]], float]) -> float:
    others, n, total = sorted(everything - {number}), len(everything), 0.0
    for size in range(n):
        weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
        for acting in map(frozenset, itertools.combinations(others, size)):
            total += weight * (loss(acting | {number}) - loss(acting))
    return total


def places(setting: Setting, layers: Sequence[str], accuracy: Accuracy, digital: float) -> list[Place]:
    """What each layer costs, in the order of the layers."""
    whole = accuracy(setting)
    return [
        Place(
            layer,
            digital - accuracy(only_in(setting, layer)),
            (digital if len(layers) == 1 else accuracy(all_but(setting, layer))) - whole,
        )
        for layer in layers
    ]


def places_of(
    setting: Setting, effect: Effect, effects: Sequence[Effect], layers: Sequence[str], accuracy: Accuracy
) -> list[Place]:
    """What one effect costs in each layer: alone in it, where nothing else acts; won without it there."""
    whole, others = accuracy(setting), [one for one in effects if one is not effect]
    nothing, alone = accuracy(without(setting, effects)), without(setting, others)
    found = []
    for layer in layers:
        here = alone
        for other in layers:
            if other != layer:
                here = without(here, [effect], other)
        found.append(Place(layer, nothing - accuracy(here), accuracy(without(setting, [effect], layer)) - whole))
    return found
