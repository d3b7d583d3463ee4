"""Accuracy as a distribution over chips."""

import numpy as np
import pytest
import torch
from torch import nn

from memristive import Setting, chips, evaluate
from memristive.core.errors import InputError
from memristive.evaluation import Evaluation
from memristive.population import betting, bootstrap, coverage, intervals
from memristive.population.chips import Chips
from memristive.population.sequence import until_precise

SETTING = Setting(sigma=100, stuck_at_lrs=0.02, tile_shape=(8, 8))
STUDIES = 300


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 3)).eval()


@pytest.fixture(scope="module")
def data(model) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(200, 12, generator=torch.Generator().manual_seed(1))
    return x, model(x).argmax(1)


def by_definition(values: np.ndarray) -> tuple[float, float]:
    """The bootstrap-t interval of one study, resample by resample."""
    n, mean = len(values), values.mean()
    error = values.std(ddof=1) / n**0.5
    drawn = values[np.random.default_rng(n).integers(0, n, (bootstrap.RESAMPLES, n))]
    found = [(one.mean() - mean) / (one.std(ddof=1) / n**0.5) for one in drawn if len(set(one)) > 1]
    low, high = np.quantile(found, [(1 - intervals.NOMINAL) / 2, (1 + intervals.NOMINAL) / 2])
    return max(0.0, mean - high * error), min(1.0, mean - low * error)


@pytest.mark.parametrize("name", coverage.DISTRIBUTIONS)
def test_the_bootstrap_is_that_of_its_definition(name):
    draw, _ = coverage.DISTRIBUTIONS[name]
    values = draw(np.random.default_rng(3), 61).clip(0, 1)
    found = intervals.mean_interval(values)
    assert (found.low, found.high) == pytest.approx(by_definition(values), abs=1e-12)
    coarse = values.round(1)  # many chips alike, and resamples of one value only
    found = intervals.mean_interval(coarse)
    expected = by_definition(coarse) if len(set(coarse)) > 1 else (coarse.mean(), coarse.mean())
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)


def test_resamples_in_parts_are_those_of_one_draw(monkeypatch):
    values = coverage.failing(0.1)(np.random.default_rng(4), 90)
    whole = intervals.mean_interval(values)
    monkeypatch.setattr(bootstrap, "DRAWN_AT_ONCE", 90 * 400)
    assert intervals.mean_interval(values) == whole


@pytest.mark.parametrize("chips", [12, 60])
def test_many_studies_at_once_have_the_intervals_of_each(chips):
    values = coverage.failing(0.1)(np.random.default_rng(5), chips * 40).reshape(40, chips)
    for ends, one in (
        (intervals.mean_ends(values), intervals.mean_interval),
        (intervals.prediction_ends(values)[:2], intervals.prediction_interval),
    ):
        each = [one(study) for study in values]
        assert ends[0].tolist() == [found.low for found in each]
        assert ends[1].tolist() == [found.high for found in each]


def test_the_bet_is_that_of_its_definition():
    """Against each mean by itself, in logarithms."""
    values = coverage.failing(0.2)(np.random.default_rng(6), 12)
    found, level = intervals.mean_interval(values), intervals.LEVEL
    for mean, kept in ((found.low - 0.002, False), (found.low + 0.002, True), (found.high + 0.002, False)):
        capital, richest, seen = [0.0, 0.0], 0.0, []
        for value in values:
            estimates = [(0.5 + sum(seen[:k])) / (k + 1) for k in range(1, len(seen) + 1)]
            spread = sum((x - estimate) ** 2 for x, estimate in zip(seen, estimates, strict=True))
            variance = (0.25 + spread) / (len(seen) + 1)
            stake = (2 * np.log(2 / (1 - level)) / (len(values) * variance)) ** 0.5
            capital[0] += np.log1p(min(stake, 0.5 / mean) * (value - mean))
            capital[1] += np.log1p(-min(stake, 0.5 / (1 - mean)) * (value - mean))
            richest = max(richest, *capital)
            seen.append(value)
        assert (richest < np.log(2 / (1 - level))) == kept


@pytest.mark.parametrize("name", [name for name in coverage.DISTRIBUTIONS if name != coverage.RARE])
def test_intervals_hold_the_truth_as_often_as_they_say(name):
    """`python -m memristive.population.coverage` does it with 2,000 studies (docs/chips.md)."""
    few, enough = coverage.studies(name, 12, STUDIES), coverage.studies(name, intervals.ENOUGH, STUDIES)
    chance = 2.6 * (0.95 * 0.05 / STUDIES) ** 0.5
    assert min(few["mean"], enough["mean"], few["yield"], enough["yield"]) > 0.94 - chance
    assert enough["prediction"] > 0.95 - chance
    assert few["prediction"] == pytest.approx(11 / 13, abs=0.06)
    assert coverage.studies(name, 100, STUDIES)["mean width"] < few["mean width"]


def test_failures_too_rare_to_be_seen_are_missed_by_the_mean_and_not_by_the_yield():
    """One chip in fifty fails, and none of 60 does in three of ten studies: no interval of the mean knows of them."""
    found = coverage.studies(coverage.RARE, intervals.ENOUGH, STUDIES)
    unseen = 0.98**intervals.ENOUGH
    assert found["mean"] == pytest.approx(1 - unseen, abs=0.08)
    assert found["yield"] > 0.94 - 2.6 * (0.95 * 0.05 / STUDIES) ** 0.5
    assert found["assured"] > 0.97
    assert coverage.studies(coverage.RARE, 12, STUDIES)["mean"] > 0.97


@pytest.mark.parametrize("chips", [5, 60, 400])
def test_the_assured_interval_is_that_of_bets_one_by_one(chips):
    values = coverage.failing(0.1)(np.random.default_rng(7), chips).clip(0, 1)
    found = intervals.assured_interval(values)

    def loses(against: float) -> bool:
        above = below = 1.0
        spread = variance = 0.25  # of the chips before each, as if there had been one 0.5 from their mean
        for n, value in enumerate(values, start=1):
            stake = (2 * np.log(2 / 0.05) / (chips * variance)) ** 0.5
            above *= 1 + min(stake, 0.5 / against) * (value - against)
            below *= 1 - min(stake, 0.5 / (1 - against)) * (value - against)
            if max(above, below) >= 40:
                return True
            mean = (0.5 + values[:n].sum()) / (n + 1)
            spread += (value - mean) ** 2
            variance = spread / (n + 1)
        return False

    assert not any(loses(against) for against in np.linspace(found.low + 2e-4, found.high - 2e-4, 7))
    assert loses(found.low - 2e-4) and loses(found.high + 2e-4)
    for end, held in ((found.low + 2e-4, True), (found.low - 2e-4, False)):
        assert betting.hold(values[None], end, intervals.LEVEL) == [held]


def test_chips_that_agree_lie_in_their_interval():
    """60 equal accuracies have a mean that is off in its last bit."""
    for correct in range(1, 1000):
        chip = Evaluation(0, 1000, correct, 10, "", 0.0, 0.0)
        found = Chips(SETTING, (chip,) * 60, np.ones(1000))
        for interval in (found.mean_interval, found.assured_interval):
            assert interval.low <= found.mean <= interval.high


def test_a_t_interval_would_not_hold():
    """What the coverage is measured for: a method that fails is noticed."""
    from scipy import stats

    draw, mean = coverage.DISTRIBUTIONS["a tenth fails"]
    generator = np.random.default_rng(0)
    studies = [draw(generator, 10) for _ in range(STUDIES)]
    found = [stats.t.interval(0.95, 9, x.mean(), x.std(ddof=1) / 10**0.5) for x in studies]
    assert np.mean([low <= mean <= high for low, high in found]) < 0.8


def test_drawing_until_the_mean_is_known_keeps_the_coverage():
    found = coverage.sequential("half fail", 0.05, 100)
    assert found["mean"] > 0.94 - 2.6 * (0.95 * 0.05 / 100) ** 0.5
    assert 60 < found["chips"] < 1000


def test_the_rule_stops_when_it_knows_enough_and_where_it_must():
    generator = np.random.default_rng(0)
    draw = coverage.failing(0.5, 0.3)
    values = until_precise(lambda more: draw(generator, more), 0.03, at_most=10_000)
    assert intervals.mean_interval(values).half_width < 0.033
    assert len(until_precise(lambda more: draw(generator, more), 0.001, at_most=100)) == 100
    assert len(until_precise(lambda more: np.full(more, 0.5), 0.001, at_most=1000)) == intervals.ENOUGH


def test_known_intervals():
    """Clopper and Pearson 1934: none of 10 allows up to 1 - 0.025**(1/10); the ranks of 39 and of 100 values."""
    assert intervals.yield_interval(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert intervals.yield_interval(0, 10).low == 0
    values = np.random.default_rng(0).permutation(np.arange(1, 40) / 100)
    assert intervals.prediction_interval(values) == intervals.Interval(0.01, 0.39, 0.95)
    found = intervals.prediction_interval(np.arange(1, 101) / 200)
    assert (found.low, found.high, found.level) == (2 / 200, 99 / 200, pytest.approx(97 / 101))
    assert intervals.prediction_interval(np.arange(12) / 12).level == pytest.approx(11 / 13)


def test_part_of_the_images_by_its_definition():
    generator = np.random.default_rng(2)
    ease, skill = generator.normal(0, 1, 500), generator.normal(0, 0.3, 40)
    correct = generator.random((40, 500)) < 1 / (1 + np.exp(-ease - skill[:, None]))
    residual = correct - correct.mean(0) - correct.mean(1, keepdims=True) + correct.mean()
    noise = (residual**2).sum() / (39 * 499)
    expected = ((correct.mean(0).var(ddof=1) - noise / 40) / 500) ** 0.5
    assert intervals.image_error(correct.mean(1), correct.mean(0)) == pytest.approx(expected, rel=1e-9)


def test_each_chip_can_be_made_again(model, data):
    found = chips(model, data, SETTING, seeds=[5, 7, 11])
    assert [evaluation.accuracy for evaluation in evaluate(model, data, SETTING, [11, 5])] == [
        found[2].accuracy,
        found[0].accuracy,
    ]
    assert found.seeds == [5, 7, 11]
    assert found.mean == pytest.approx(np.mean([chip.accuracy for chip in found]))
    assert 100 * found.by_image.mean() == pytest.approx(found.mean)


def test_chips_as_a_distribution(model, data):
    found = chips(model, data, SETTING, threshold=80)
    assert len(found) == intervals.ENOUGH
    assert len({*found.seeds}) == len(found)
    inner, outer = found.mean_interval, found.mean_interval_of_images
    assert outer.low < inner.low < found.mean < inner.high < outer.high
    further = found.prediction_interval
    inside = (found.accuracies >= further.low) & (found.accuracies <= further.high)
    assert further.level >= 0.95
    assert inside.mean() >= 0.95
    assert found.passed == sum(chip.accuracy >= 80 for chip in found)
    assert found.yield_interval.low < 100 * found.passed / len(found) < found.yield_interval.high
    quantiles = found.quantiles()
    assert quantiles[0.05] < quantiles[0.5] < quantiles[0.95]
    assert "at least 80 %" in str(found)
    assert len(found.rows()) == len(found)


def test_as_many_chips_as_the_precision_asks_for(model, data):
    wide = chips(model, data, SETTING, precision=40)
    narrow = chips(model, data, SETTING, precision=wide.mean_interval.half_width / 1.5, at_most=400)
    assert len(wide) == intervals.ENOUGH < len(narrow) < 400
    assert narrow.mean_interval.half_width < 1.1 * narrow.precision
    cut = chips(model, data, SETTING, precision=0.1, at_most=70)
    assert len(cut) == 70
    assert "needs more chips" in str(cut)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"setting": Setting(tuning="none")}, "chips: setting: nothing in it is drawn, so that all chips are the same"),
        ({"seeds": [1], "precision": 1}, "chips: seeds and precision: only one of them"),
        ({"precision": 0}, "chips: precision: 0 is not above 0 and at most 50"),
        ({"precision": float("nan")}, "chips: precision: nan is not above"),
        ({"threshold": 101}, "chips: threshold: 101 is not above 0 and at most 100"),
        ({"at_most": 0}, "chips: at_most: 0 is not a whole number from 1"),
        ({"at_most": 2.5}, "chips: at_most: 2.5 is not"),
        ({"seeds": []}, "chips: seeds: an empty list"),
        ({"seeds": [3, 3]}, "seeds: 3 is given twice"),
        ({"seeds": "3"}, "seeds: '3' is not a whole number"),
    ],
)
def test_wrong_arguments_are_named_before_any_work(model, options, text):
    options = {"setting": SETTING} | options
    with pytest.raises(InputError, match=r"^(evaluate|chips): ") as error:
        chips(model, (torch.ones(2, 12), torch.zeros(2, dtype=torch.int64)), **options)
    assert text in str(error.value)
    assert "\n" not in str(error.value)
