"""CrossSim's ResNet-14 with its batch normalisation folded, kept digital, and estimated anew on each chip.

The figures of `results/chips/outside` are those of 30 chips; here a few on fewer images.
"""

import csv
import statistics

import pytest

import published_noise_training
from published_recovery import OPTIONS, REPORTED, REPORTED_CHIPS, WEIGHTS, Cifar10, chips
from workflow_copy import REPOSITORY

OUTSIDE = REPOSITORY / "results" / "chips" / "outside"
CHIPS, IMAGES = 3, 500


def rows(name: str, column: str) -> dict[str, list[dict[str, str]]]:
    """Rows of a table by what a column says."""
    found: dict[str, list[dict[str, str]]] = {}
    with (OUTSIDE / name).open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row[column], []).append(row)
    return found


def test_thirty_chips_have_the_mean_that_is_reported():
    for option, chips_of in rows("resnet14.csv", "batch_norm").items():
        found = [float(row["accuracy"]) for row in chips_of]
        mean, deviation = REPORTED[option]
        combined = statistics.stdev(found) ** 2 / len(found) + deviation**2 / REPORTED_CHIPS
        assert len(found) >= 30
        assert abs(statistics.mean(found) - mean) < 3 * combined**0.5, option
    assert rows("resnet14.csv", "batch_norm").keys() == REPORTED.keys()


def test_the_table_of_chips_is_what_the_simulator_gives(images):
    """The first chips of each row, on the first of its images: near what the table has on 2,000."""
    if not WEIGHTS.exists():
        pytest.skip(f"shared references: {WEIGHTS.name} is not there, so CrossSim's network is not tested")
    data, table = Cifar10(images / "cifar10.npz"), rows("resnet14.csv", "batch_norm")
    for option in OPTIONS:
        for found in chips(option, data, CHIPS, IMAGES):
            known = next(float(row["accuracy"]) for row in table[option] if int(row["seed"]) == found.seed)
            # Three standard errors of 500 images, drawn from the 2,000.
            assert found.accuracy == pytest.approx(known, abs=300 * (0.25 * 0.75 / IMAGES) ** 0.5)


def test_noise_training_gives_what_crosssim_prints():
    table = rows("noise_training.csv", "training")
    for training, (mean, _) in published_noise_training.REPORTED.items():
        printed = [float(row["as_printed"]) for row in table[training]]
        accuracies = [float(row["accuracy"]) for row in table[training]]
        assert len(printed) >= 10
        assert statistics.mean(printed) == pytest.approx(mean, abs=1)
        assert statistics.mean(printed) == pytest.approx((100 + statistics.mean(accuracies)) / 2, abs=1e-3)
