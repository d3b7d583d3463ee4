"""Why a network on crossbars decides wrongly."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from memristive.core.files import write_text
from memristive.core.setting import Setting
from memristive.diagnosis import attribution, page
from memristive.diagnosis.attribution import Place, Share
from memristive.diagnosis.effects import changed, effects_of, without
from memristive.diagnosis.sentences import sentences
from memristive.diagnosis.signals import Signal, signals
from memristive.evaluation import IMAGES_AT_ONCE, Draw, evaluate
from memristive.network.checks import layers_to_convert
from memristive.network.evaluating import evaluating
from memristive.workload import Workload

SEEDS = (0, 1)
IMAGES_LOOKED_AT = 100  # for the layers' signals


@dataclasses.dataclass(frozen=True)
class Explanation:
    """What a setting costs a network, by effect and by layer; accuracies in per cent of the images.

    Attributes:
        setting: what is explained.
        images: how many.
        digital: accuracy without crossbars.
        ideal: accuracy on crossbars with none of the effects.
        accuracy: accuracy under the setting, mean over the seeds.
        shares: of the effects, the largest first.
        layers: what each layer costs.
        places: what the effect of the largest share costs in each layer; empty where there is none.
        remedies: accuracy with each remedy of that effect, by its words.
        signals: of each layer, for the first seed.
    """

    setting: Setting
    images: int
    digital: float
    ideal: float
    accuracy: float
    shares: Sequence[Share]
    layers: Sequence[Place]
    places: Sequence[Place]
    remedies: dict[str, float]
    signals: Sequence[Signal]

    @property
    def sentences(self) -> list[str]:
        """What costs most, where, and what to try, each with its figure."""
        return sentences(self)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Tables `effects`, `layers`, `places` and `signals` as rows."""
        tables = {"effects": self.shares, "layers": self.layers, "places": self.places, "signals": self.signals}
        return {name: [dataclasses.asdict(row) for row in rows] for name, rows in tables.items()}

    def page(self) -> str:
        """One HTML page that needs no other file."""
        return page.page(self)

    def write(self, path: str | Path) -> None:
        """Write the page to `path`."""
        write_text(path, self.page())

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def explain(
    model: nn.Module,
    data: Any,
    setting: Setting,
    *,
    seeds: Any = SEEDS,
    training_images: Draw | None = None,
) -> Explanation:
    """Find what costs a network its accuracy on crossbars.

    Accuracies are compared under the same draws: with each effect alone, with all but each, with each layer alone on
    crossbars, with all but each. A few thousand images and two seeds find causes that cost some points.

    Args:
        model, data, setting, seeds, training_images: as `memristive.evaluate` takes them.

    Raises:
        InputError: as `memristive.evaluate`.
    """
    workload = Workload.of(data)
    names = [name for name, _ in layers_to_convert(model, setting)]
    effects = effects_of(setting)
    known: dict[str, float] = {}
    bar = tqdm(desc="settings", disable=None)

    def accuracy(of: Setting) -> float:
        text = of.canonical()
        if text not in known:
            known[text] = evaluate(model, workload, of, seeds, training_images).mean
            bar.update()
        return known[text]

    whole = accuracy(setting)
    with evaluating(model):
        digital = _digital(model, workload)
        looked_at = next(iter(workload.inputs.split(IMAGES_LOOKED_AT)))
        seen = signals(model, setting, looked_at, 0, training_images)
    ideal = accuracy(without(setting, effects))
    found = attribution.shares(setting, effects, accuracy)
    layers = attribution.places(setting, names, accuracy, digital)
    first = next((effect for effect in effects if found and effect.name == found[0].name), None)
    there = [] if first is None else attribution.places_of(setting, first, effects, names, accuracy)
    remedies = (
        {}
        if first is None
        else {
            words: accuracy(changed(setting, changes))
            for words, changes in first.remedies.items()
            if changed(setting, changes) != setting
        }
    )
    bar.close()
    return Explanation(setting, len(workload.targets), digital, ideal, whole, found, layers, there, remedies, seen)


@torch.no_grad()
def _digital(model: nn.Module, workload: Workload) -> float:
    """Accuracy of the network itself, in per cent of the answers."""
    right, done = [], 0
    for part in workload.inputs.split(IMAGES_AT_ONCE):
        right.append(workload.measure(model(part), workload.targets[done : done + len(part)]).flatten())
        done += len(part)
    return 100 * float(torch.cat(right).double().mean())
