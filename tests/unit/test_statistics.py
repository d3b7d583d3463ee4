"""Intervals against hand-worked values, and pairing."""

import numpy as np
import pandas as pd
import pytest

from memristive_study.results.statistics import (
    accuracy_interval,
    binomial_interval,
    mean_interval,
    paired_by_repeat,
    paired_difference,
    summary,
    unpaired_difference,
)


def test_mean_interval_is_the_textbooks():
    # t(0.975, 2) = 4.302653; standard deviation of 1, 2, 3 is 1.
    found = mean_interval([1.0, 2.0, 3.0])
    assert (found.value, found.n) == (2.0, 3)
    assert found.high - found.value == pytest.approx(4.302653 / 3**0.5, rel=1e-6)


def test_intervals_of_accuracies_stay_between_0_and_100():
    # 99 and 100: 99.5 -+ 12.7062 * 0.5 reaches beyond 100, where no accuracy can be.
    found = accuracy_interval([99.0, 100.0])
    assert (found.value, found.high) == (99.5, 100.0)
    assert found.low == pytest.approx(99.5 - 12.7062 * 0.5, abs=1e-3)
    assert accuracy_interval([0.0, 1.0]).low == 0.0
    assert accuracy_interval([100.0, 100.0]).text() == "100.00 [100.00, 100.00], n = 2 repeats"
    frame = pd.DataFrame({"sigma": [0, 0], "accuracy": [99.0, 100.0]})
    assert summary(frame, ["sigma"])["high"].tolist() == [100.0]
    bits = np.array([[1, 1], [0, 1]], bool), np.array([[0, 0], [0, 0]], bool)
    assert paired_difference(*bits).high == paired_difference(*bits).images.high == 100.0


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


def test_paired_difference_keeps_images_and_repeats_apart():
    first = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
    second = np.array([[1, 0, 1, 0], [1, 0, 0, 0]], bool)
    found = paired_difference(first, second)
    assert found.value == found.images.value == 25
    assert (found.low, found.high) == (25, 25)  # the same image decides in both repeats
    assert found.images.low < 0 < found.images.high  # but it is one image of four
    assert (found.n, found.images.n) == (2, 4)


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
