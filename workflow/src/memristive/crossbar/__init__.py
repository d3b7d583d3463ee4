"""Memristor crossbars that compute what MemTorch computes: mapping, encoding, product, ADC, non-idealities."""

from memristive.crossbar.calibration import calibrate
from memristive.crossbar.convert import convert
from memristive.crossbar.from_memtorch import from_memtorch

__all__ = ["calibrate", "convert", "from_memtorch"]
