"""Weights held by several arrays each: a scheme whose digits lie on slices of their own."""

import pytest
import torch
from torch import nn

from memristive import Setting, convert
from memristive.arrays import mapping

DIGIT = 16.0


class TwoDigits(mapping.DoubleColumn):
    """A coarse digit of weights of at most `largest`, and the rest, which stands for a sixteenth of it."""

    def __init__(self, largest):
        self.largest = largest

    def split(self, matrix):
        coarse = (matrix / self.largest * DIGIT).round() * self.largest / DIGIT
        rest = (matrix - coarse) * DIGIT
        return [[part.clamp_min(0), (-part).clamp_min(0)] for part in (coarse, rest)]

    def factors(self, slices):
        assert slices == 2
        return 1.0, 1 / DIGIT


@pytest.mark.parametrize("layer", [nn.Linear(6, 3), nn.Conv2d(2, 4, 3, padding=1, groups=2)])
def test_slices_together_are_the_weights(layer, monkeypatch):
    monkeypatch.setitem(mapping.SCHEMES, "double_column", TwoDigits(layer.weight.detach().abs().max()))
    setting = Setting(adc_bits=None, max_input_voltage=None)
    converted = convert(nn.Sequential(layer).eval(), setting, torch.Generator().manual_seed(1))
    assert converted[0].conductance.shape[:2] == (2, getattr(layer, "groups", 1))
    x = torch.randn(5, *((6,) if isinstance(layer, nn.Linear) else (2, 7, 7)))
    with torch.no_grad():
        torch.testing.assert_close(converted(x), layer(x), rtol=1e-4, atol=1e-5)
        converted[0].conductance[1].zero_()  # without their second digit the weights are off by up to a thirty-second
        assert (converted(x) - layer(x)).abs().max() > 1e-2
