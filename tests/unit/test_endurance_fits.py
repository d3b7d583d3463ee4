"""The cited fits, put into the model's equations by hand."""

import math

import pytest

from memristive_study.papers.souto_garnelo.endurance_fits import FITS


def drift(p, x, fit, temperature=350.0):
    """Threshold (in the units of x) and factor by which a resistance has changed after x."""
    c = min(fit.temperature_threshold / temperature, 1)
    exponent = p[1] * fit.cell_size + p[2] * c
    threshold = p[0] * math.exp(exponent)
    return threshold, max(x / threshold, 1) ** (p[3] * exponent)


@pytest.mark.parametrize(("name", "start"), [("tin_hfalo_hf_tin_10nm", 1e4), ("tin_hfalo_hf_tin_20nm", 1e7)])
def test_cycling_closes_the_window_from_both_sides(name, start):
    fit = FITS[name]
    for p, resistance, rises in ((fit.p_lrs, fit.resistance_lrs, True), (fit.p_hrs, fit.resistance_hrs, False)):
        threshold, factor = drift(p, 1e9, fit)
        assert threshold == pytest.approx(start, rel=1e-9)
        assert drift(p, start / 10, fit)[1] == 1
        assert (factor > 1) == rises
        # Measured after about 1e8 to 1e9 cycles: 8 to 20 kohm for both states.
        assert 8e3 < resistance * factor < 2e4


def test_retention_fits_start_earlier_when_hotter():
    for name in ("ti_hfox_tin", "ti_hfalo_tin"):
        fit = FITS[name]
        starts = [drift(fit.p_lrs, 1, fit, temperature)[0] for temperature in (473, 523, 573)]
        assert starts == sorted(starts, reverse=True)
        assert drift(fit.p_lrs, 1e6, fit, 473)[1] > 1
        assert drift(fit.p_hrs, 1e6, fit, 473)[1] == 1
