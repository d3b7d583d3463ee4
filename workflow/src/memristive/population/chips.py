"""The same network and setting on many chips: accuracy as a distribution."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from torch import nn
from tqdm import tqdm

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.evaluation import Draw, Evaluation, evaluations, unpack_bits
from memristive.network.checks import check_model_and_setting
from memristive.network.recovery.steps import prepare
from memristive.population import intervals
from memristive.population.intervals import Interval
from memristive.population.sequence import until_precise
from memristive.workload import Workload, seeds_of

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclasses.dataclass(frozen=True)
class Chips(Sequence[Evaluation]):
    """The evaluations of one setting on many chips, and what follows from them for all chips of their kind.

    Accuracies and intervals are in per cent of the images. `intervals` says how each interval is found and how often
    it holds the truth.

    Attributes:
        setting: what all chips have in common.
        found: one evaluation a chip; `found[k].seed` makes chip k again:
            ``convert(model, setting, torch.Generator().manual_seed(seed))``.
        by_image: proportion of the chips that decide each image rightly, float64 [images].
        threshold: accuracy from which on a chip passes; None without one.
        precision: half-width of the interval of the mean that was asked for; None without one.
    """

    setting: Setting
    found: tuple[Evaluation, ...]
    by_image: np.ndarray = dataclasses.field(repr=False)
    threshold: float | None = None
    precision: float | None = None

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, which: Any) -> Any:
        return self.found[which]

    @property
    def accuracies(self) -> np.ndarray:
        """Accuracy of each chip, float64 [chips]."""
        return np.array([evaluation.accuracy for evaluation in self.found])

    @property
    def seeds(self) -> list[int | None]:
        """Seed of each chip."""
        return [evaluation.seed for evaluation in self.found]

    @property
    def mean(self) -> float:
        """Mean of the accuracies."""
        return float(self.accuracies.mean())

    @property
    def standard_deviation(self) -> float:
        """Standard deviation of the accuracies between chips; NaN for a single one."""
        return float(self.accuracies.std(ddof=1)) if len(self) > 1 else float("nan")

    def quantiles(self, proportions: Sequence[float] = QUANTILES) -> dict[float, float]:
        """Accuracies below which these proportions of the chips lie."""
        return dict(zip(proportions, np.quantile(self.accuracies, proportions).tolist(), strict=True))

    @property
    def mean_interval(self) -> Interval:
        """95 % interval of the mean of all chips on these images."""
        return self._around_mean(intervals.mean_interval(self.accuracies / 100))

    @property
    def assured_interval(self) -> Interval:
        """95 % interval of the mean of all chips, whatever their distribution: some may fail too rarely to be here."""
        return self._around_mean(intervals.assured_interval(self.accuracies / 100))

    @property
    def mean_interval_of_images(self) -> Interval:
        """95 % interval of the mean of all chips on all images of their kind: chips and images are both drawn."""
        error = intervals.image_error(self.accuracies / 100, self.by_image)
        return self._around_mean(intervals.mean_interval(self.accuracies / 100, error))

    @property
    def prediction_interval(self) -> Interval:
        """Where one further chip lies on these images; what a single published accuracy can be compared with."""
        return _percent(intervals.prediction_interval(self.accuracies / 100))

    @property
    def passed(self) -> int:
        """Chips that reach the threshold. Raises InputError without one."""
        if self.threshold is None:
            raise InputError("chips: threshold: None, but a yield needs an accuracy in per cent")
        return int((self.accuracies >= self.threshold).sum())

    @property
    def yield_interval(self) -> Interval:
        """95 % interval of the proportion of all chips that reach the threshold, in per cent."""
        return _percent(intervals.yield_interval(self.passed, len(self)))

    def _around_mean(self, interval: Interval) -> Interval:
        """In per cent; where chips agree, the rounding of their mean must not lie outside."""
        found = _percent(interval)
        return Interval(min(found.low, self.mean), max(found.high, self.mean), found.level)

    def rows(self) -> list[dict[str, Any]]:
        """One row a chip, for a table: seed, counts, accuracy."""
        names = ("seed", "images", "correct", "classes_predicted", "accuracy")
        return [{name: getattr(evaluation, name) for name in names} for evaluation in self.found]

    def __str__(self) -> str:
        further = self.prediction_interval
        lines = [
            f"{len(self)} chips: mean {self.mean:.2f} % {_shown(self.mean_interval)}, "
            f"with other images {_shown(self.mean_interval_of_images)}",
            f"standard deviation {self.standard_deviation:.2f}, from {self.accuracies.min():.2f} to "
            f"{self.accuracies.max():.2f} %",
            f"one further chip: {_shown(further)} in {100 * further.level:.0f} of 100 cases",
        ]
        if len(self) >= intervals.ENOUGH:
            lines.append(f"mean, were there failures too rare to be among these chips: {_shown(self.assured_interval)}")
        if self.threshold is not None:
            share = 100 * self.passed / len(self)
            lines.append(f"at least {self.threshold:g} %: {share:.1f} % of the chips {_shown(self.yield_interval)}")
        if self.precision is not None and self.mean_interval.half_width > self.precision:
            lines.append(f"a mean known to {self.precision:g} points needs more chips than these")
        return "\n".join(lines)


def chips(
    model: nn.Module,
    data: Any,
    setting: Setting,
    *,
    seeds: Any = None,
    precision: float | None = None,
    at_most: int = 1000,
    threshold: float | None = None,
    training_images: Draw | None = None,
) -> Chips:
    """Convert and evaluate `model` on many chips: devices, faults, programming and noise are drawn anew for each.

    Args:
        model, data, setting, training_images: as `memristive.evaluate` takes them.
        seeds: seeds of the chips; without them 0, 1, 2, ... for as many as `precision` asks for, or 60.
        precision: draw until the 95 % interval of the mean reaches this far to each side, in points (per cent of the
            images), by a rule that keeps its coverage (see `sequence`).
        at_most: chips drawn for the sake of `precision`.
        threshold: accuracy in per cent from which on a chip counts for the yield.

    Raises:
        InputError: as `memristive.evaluate`; a setting in which nothing is drawn, so that all chips are the same;
            seeds and precision both; a number outside what is allowed.
    """
    if not setting.draws:
        raise InputError("chips: setting: nothing in it is drawn, so that all chips are the same; try sigma=20")
    if seeds is not None and precision is not None:
        raise InputError("chips: seeds and precision: only one of them says how many chips there are")
    for name, value, low, high in (("precision", precision, 0, 50), ("threshold", threshold, 0, 100)):
        if value is not None and not low < value <= high:
            raise InputError(f"chips: {name}: {value} is not above {low} and at most {high}")
    if isinstance(at_most, bool) or not isinstance(at_most, int) or at_most < 1:
        raise InputError(f"chips: at_most: {at_most!r} is not a whole number from 1")
    workload = Workload.of(data)
    check_model_and_setting("chips", model, setting)
    ready, own = prepare(model, setting, training_images, "chips")  # once, however many stages there are
    found: list[Evaluation] = []
    right: np.ndarray | int = 0

    def draw(wanted: Sequence[int]) -> Iterator[float]:
        nonlocal right
        drawn = evaluations(ready, workload, own, wanted, training_images, prepared=True)
        bar = tqdm(drawn, "chips", len(wanted), disable=None)
        for evaluation in bar:
            found.append(evaluation)
            right = right + unpack_bits(evaluation.correct_bits, evaluation.images)
            yield evaluation.accuracy / 100

    if precision is None:
        wanted = range(intervals.ENOUGH) if seeds is None else seeds_of(seeds)
        if not len(wanted):
            raise InputError("chips: seeds: an empty list; at least one is needed")
        for _ in draw(wanted):
            pass
    else:
        until_precise(lambda more: np.array([*draw(range(len(found), len(found) + more))]), precision / 100, at_most)
    return Chips(setting, tuple(found), right / len(found), threshold, precision)


def _percent(interval: Interval) -> Interval:
    return Interval(100 * interval.low, 100 * interval.high, interval.level)


def _shown(interval: Interval) -> str:
    return f"[{interval.low:.2f}, {interval.high:.2f}]"
