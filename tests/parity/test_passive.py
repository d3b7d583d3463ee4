"""Tiles with their wires against MemTorch's solver of passive arrays, which computes in single precision."""

import pytest
import torch

from memristive import effective_conductances
from memristive.memtorch import patch


@pytest.fixture(scope="module")
def solve_passive():
    pytest.importorskip("memtorch", reason="MemTorch is not installed", exc_type=ImportError)
    patch.load()
    import memtorch_bindings

    return memtorch_bindings.solve_passive


@pytest.mark.parametrize(("shape", "tolerance"), [((8, 6), 1e-6), ((64, 64), 2e-4)], ids=["8x6", "64x64"])
def test_currents(solve_passive, shape, tolerance):
    """Its `R_source` lies before each word line and behind each bit line, `R_line` is a segment of either."""
    draw = torch.Generator().manual_seed(3)
    conductances = 1e-4 + 9e-4 * torch.rand(shape, generator=draw)
    voltages = torch.rand(2, shape[0], generator=draw)
    grounds = torch.zeros(2, shape[1])
    pairs = zip(voltages, grounds, strict=True)
    theirs = torch.stack([solve_passive(conductances, volts, zeros, 20.0, 2.0, True) for volts, zeros in pairs])
    cells = conductances.double()
    ours = voltages.double() @ effective_conductances(cells, word_line=2, bit_line=2, source=20, ground=20)
    ideal = voltages.double() @ cells
    error = ((theirs.double() - ours).abs().max() / ours.abs().max()).item()
    assert error < tolerance
    assert ((ideal - ours).abs().max() / ours.abs().max()).item() > 10 * tolerance
