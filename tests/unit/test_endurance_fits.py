"""The cited fit of endurance in config.yaml, put into the model's equations by hand.

With c = min(temperature_threshold / temperature, 1), a resistance R_0 that has seen x cycles becomes, for x above a
threshold, R_0 (x / threshold)^m with threshold = p_0 exp(p_1 cell_size + p_2 c) and m = p_3 (p_1 cell_size + p_2 c).
"""

import math

import pytest
import yaml

# Before it degrades and after 1e8 to 1e9 cycles, as measured (ohm; the publication's Figure 2A).
LOW, HIGH, AFTER = 4.4e3, 65e3, (8e3, 20e3)


@pytest.fixture
def fit(repository):
    config = yaml.safe_load((repository / "config.yaml").read_text(encoding="utf-8"))
    return config["experiments"]["endurance"]["parts"]["cycles_temperature"]["fixed"]


def drift(p, cycles, cell_size, temperature=350.0):
    """Threshold in cycles, and the factor by which a resistance has changed."""
    exponent = p[1] * cell_size + p[2] * min(298.0 / temperature, 1)
    threshold = p[0] * math.exp(exponent)
    return threshold, max(cycles / threshold, 1) ** (p[3] * exponent)


def test_cycling_closes_the_window_from_both_sides(fit):
    for p, resistance, rises in ((fit["p_lrs"], LOW, True), (fit["p_hrs"], HIGH, False)):
        threshold, factor = drift(p, 1e9, fit["cell_size"])
        assert threshold == pytest.approx(1e4, rel=1e-3)
        assert drift(p, 1e3, fit["cell_size"])[1] == 1
        assert (factor > 1) == rises
        assert AFTER[0] < resistance * factor < AFTER[1]


def test_temperature_plays_no_part_in_it(fit):
    for p in (fit["p_lrs"], fit["p_hrs"]):
        assert drift(p, 1e6, fit["cell_size"], 300.0) == drift(p, 1e6, fit["cell_size"], 400.0)


def test_a_larger_cell_starts_to_degrade_later(fit):
    assert drift(fit["p_lrs"], 1, 20.0)[0] == pytest.approx(1e7, rel=1e-3)
