"""Intervals against hand-worked values, and pairing."""

import base64
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from memristive.population import intervals
from memristive_study.results.differences import difference
from memristive_study.results.statistics import (
    Interval,
    OneChip,
    accuracy_interval,
    binomial_interval,
    difference_by_repeat,
    independent_difference,
    mean_interval,
    paired_by_repeat,
    single,
    summary,
    unpaired_difference,
)


def test_mean_interval_is_the_textbooks():
    # t(0.975, 2) = 4.302653; standard deviation of 1, 2, 3 is 1.
    found = mean_interval([1.0, 2.0, 3.0])
    assert (found.value, found.n) == (2.0, 3)
    assert found.high - found.value == pytest.approx(4.302653 / 3**0.5, rel=1e-6)


def test_many_equal_values_lie_within_their_interval():
    """Of sixty and more the interval is the bootstrap's, which is scaled to 0 to 1 and back."""
    for value in (9.74, 10.0, 99.27):
        found = mean_interval(np.full(60, value), limits=(0.0, 100.0))
        assert found.low <= found.value <= found.high
        assert (found.low, found.high) == pytest.approx((value, value))


def test_intervals_of_accuracies_stay_between_0_and_100():
    # 99 and 100: 99.5 -+ 12.7062 * 0.5 reaches beyond 100, where no accuracy can be.
    found = accuracy_interval([99.0, 100.0])
    assert (found.value, found.high) == (99.5, 100.0)
    assert found.low == pytest.approx(99.5 - 12.7062 * 0.5, abs=1e-3)
    assert accuracy_interval([0.0, 1.0]).low == 0.0
    assert accuracy_interval([100.0, 100.0]).text() == "100.00 [100.00, 100.00], n = 2 repeats"
    frame = pd.DataFrame({"sigma": [0, 0], "accuracy": [99.0, 100.0]})
    assert summary(frame, ["sigma"])["high"].tolist() == [100.0]
    assert difference_by_repeat(pd.Series([100.0, 50.0]), pd.Series([0.0, 0.0])).high == 100.0


def test_a_single_run_has_the_interval_of_its_images():
    assert accuracy_interval([98.73], images=10_000) == binomial_interval(9873, 10_000)
    assert not accuracy_interval([98.73]).known


def test_independent_repeats_have_welchs_interval():
    # Means 2 and 5, variances 1 and 4: 3 -+ t(0.975, 2.941) * sqrt(1/3 + 4/3), with t = 3.2203.
    found = unpaired_difference([4.0 - 1, 5.0, 7.0], [1.0, 2.0, 3.0])
    assert found.value == pytest.approx(3)
    assert found.high - found.value == pytest.approx(3.2203 * (5 / 3) ** 0.5, abs=2e-3)
    assert unpaired_difference([5.0, 5.0], [4.0, 4.0]).low == 1.0
    assert not unpaired_difference([5.0], [4.0, 4.0]).known


def test_one_value_has_no_interval():
    found = mean_interval([5.0])
    assert not found.known
    assert found.text() == "5.00, n = 1 repeat"


def test_wilson_interval():
    # 9,873 of 10,000: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with z = 1.959964.
    found = binomial_interval(9873, 10_000)
    assert found.value == pytest.approx(98.73)
    assert (found.low, found.high) == pytest.approx((98.4906, 98.9319), abs=1e-3)
    assert binomial_interval(10, 10).high == pytest.approx(100)


def test_a_difference_keeps_images_and_repeats_apart():
    first = [[1, 1, 1, 0], [1, 1, 0, 0]]
    second = [[1, 0, 1, 0], [1, 0, 0, 0]]
    found = difference(evaluated(first), evaluated(second))
    assert found.value == found.images.value == 25
    assert (found.low, found.high) == (25, 25)  # the same image decides in both repeats
    assert found.images.low < 0 < found.images.high  # but it is one image of four
    assert (found.n, found.images.n) == (2, 4)
    # Of more repeats of one setting all count: its third is worth 100 %, so that the means are 75 and 37.5.
    found = difference(evaluated([*first, [1, 1, 1, 1]]), evaluated(second))
    assert (found.value, found.images.value, found.n) == (37.5, 37.5, 2)


def evaluated(bits: list[list[int]]) -> pd.DataFrame:
    """Rows of a setting from which of its images were right, by repeat."""
    return pd.DataFrame(
        {
            "repeat": range(len(bits)),
            "accuracy": [100 * float(np.mean(one)) for one in bits],
            "images": len(bits[0]),
            "bits": [base64.b64encode(np.packbits(one)).decode() for one in bits],
        }
    )


def test_repeats_that_only_one_setting_has_count_too():
    """The mean of nine less one of three, by hand: variances 7.5 and 1, degrees of freedom after Welch."""
    a = pd.Series([1.0, 5.0, 3.0, 2.0, 8.0, 4.0, 6.0, 7.0, 9.0])
    b = pd.Series([2.0, 4.0, 3.0])
    found = difference_by_repeat(a, b)
    assert found.value == pytest.approx(5 - 3)
    t = stats.t.ppf(0.975, (7.5 / 9 + 1 / 3) ** 2 / ((7.5 / 9) ** 2 / 8 + (1 / 3) ** 2 / 2))
    assert found.high - found.value == pytest.approx(t * (7.5 / 9 + 1 / 3) ** 0.5, rel=1e-4)
    assert found.n == 3
    # Against one another: covariance of (1, 5, 3) and (4, 2, 3) is -2, in three of nine times three products.
    against = difference_by_repeat(a, pd.Series([4.0, 2.0, 3.0]))
    assert against.high - against.value == pytest.approx(t * (7.5 / 9 + 1 / 3 + 2 * 2 * 3 / 27) ** 0.5, rel=1e-4)
    assert difference_by_repeat(b, a).value == -found.value
    same = difference_by_repeat(a, a + pd.Series([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]))
    assert (same.low, same.high) == (-1, -1)


@pytest.mark.parametrize(("together", "least", "most"), [(0.0, 0.935, 0.965), (0.9, 0.97, 1), (-0.9, 0.935, 0.97)])
def test_the_interval_of_unequal_repeats_holds_the_truth(together, least, most):
    """2,000 studies of 40 and 20 chips that share their draws more or less: the difference, 2, is held as often."""
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(2000):
        chip = generator.normal(0, 3, 40)
        second = 78 + together * chip[:20] + generator.normal(0, 3 * (1 - together**2) ** 0.5, 20)
        found = difference_by_repeat(pd.Series(80 + chip), pd.Series(second))
        held += found.low <= 2 <= found.high
    assert least < held / 2000 <= most


def test_many_repeats_have_the_interval_that_decides_their_number():
    values = np.random.default_rng(0).exponential(3, intervals.ENOUGH)
    found = accuracy_interval(100 - values)
    wanted = intervals.mean_interval(1 - values / 100)
    assert (found.low, found.high) == pytest.approx((100 * wanted.low, 100 * wanted.high))
    fewer = accuracy_interval(100 - values[1:])
    assert fewer.high - fewer.value == pytest.approx(fewer.value - fewer.low)  # Student's, which knows no skewness
    assert found.high - found.value < 0.9 * (found.value - found.low)
    losses = mean_interval(-values, limits=(-100.0, 100.0))
    assert (losses.low, losses.high) == pytest.approx((found.low - 100, found.high - 100), abs=0.02)


def test_a_difference_of_independent_values():
    a, b = Interval(10.0, 7.0, 14.0, 5), Interval(4.0, 0.0, 7.0, 9)
    found = independent_difference(a, b)
    assert (found.value, found.low, found.high, found.n) == (6, 6 - math.hypot(3, 3), 6 + math.hypot(4, 4), 5)
    assert not independent_difference(a, single(4.0)).known


def test_one_further_chip():
    """The ends of 39 chips hold 38 of 40 further ones; fewer chips cannot say that a number is foreign."""
    chip = OneChip.of(np.arange(39.0))
    assert (chip.low, chip.high, chip.level) == (0, 38, pytest.approx(0.95))
    assert [chip.holds(value) for value in (0.0, 38.0, 38.004, 38.01, -1)] == [True, True, True, False, False]
    few = OneChip.of([10.0, 20.0])
    assert [few.holds(value) for value in (15, 30)] == [True, None]
    assert OneChip.of([10.0]) is None
    loss = chip.scaled(-1, 90)
    assert (loss.low, loss.high, loss.level) == (52, 90, chip.level)
    assert loss.text() == "one further chip in 95 % of cases from 52.00 to 90.00"


def test_pairing_matches_repeats_and_lets_a_single_one_stand_against_all():
    many = pd.DataFrame({"repeat": [1, 0], "accuracy": [90.0, 80.0]})
    other = pd.DataFrame({"repeat": [0, 1], "accuracy": [70.0, 60.0]})
    single = pd.DataFrame({"repeat": [0], "accuracy": [50.0]})
    assert sorted(paired_by_repeat(many, other)["difference"]) == [10.0, 30.0]
    assert sorted(paired_by_repeat(many, single)["difference"]) == [30.0, 40.0]
    assert paired_by_repeat(single, single)["difference"].tolist() == [0.0]


def test_summary_keeps_settings_with_an_empty_field():
    frame = pd.DataFrame({"states": [2.0, np.nan, np.nan], "accuracy": [10.0, 20.0, 40.0]})
    assert summary(frame, ["states"])["mean"].tolist() == [10.0, 30.0]
