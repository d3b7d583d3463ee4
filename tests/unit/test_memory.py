"""Memory of conversions and evaluations, in multiples of the network's weights, measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from memristive.arrays import programming
from memristive.core.setting import Setting
from memristive.network import convert

MOST = 6  # times the weights, besides the network itself
MEASURE = """
import torch
from memristive import Setting, convert, evaluate
from memristive.network import layers

def held(what="VmRSS"):
    # Not getrusage: its peak is also that of the process that started this one.
    line = next(line for line in open("/proc/self/status") if line.startswith(what))
    return 1024 * int(line.split()[1])

ROWS, COLUMNS = 4096, 3072
setting = Setting(**{fields})
small, x = torch.nn.Linear(8, 8), torch.randn(4, ROWS)
evaluate(small, (torch.randn(4, 8), torch.zeros(4, dtype=torch.long)), setting, [0])  # loads what is loaded once
model = torch.nn.Linear(ROWS, COLUMNS)
before = held()
{work}
print((held("VmHWM") - before) / (4 * ROWS * COLUMNS))
"""
CONVERT = "with torch.no_grad(): convert(model, setting, torch.Generator().manual_seed(1))(x)"
EVALUATE = "evaluate(model, (x, torch.zeros(4, dtype=torch.long)), setting, range(6))"
DAMAGED = {"sigma": 20, "stuck_at_hrs": 0.1, "stuck_at_lrs": 0.9, "conductance_states": 8}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell how much memory is held")
@pytest.mark.parametrize(
    ("fields", "work"),
    [({}, CONVERT), (DAMAGED, CONVERT), ({"sigma": 20, "tuning": "none"}, EVALUATE)],
    ids=["ideal", "damaged", "seeds together"],
)
def test_memory_is_bounded_by_the_weights(fields, work):
    script = MEASURE.format(fields=fields, work=work)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 1 < float(done.stdout) < MOST


@pytest.mark.parametrize("fields", [{}, {"sigma": 20, "stuck_at_hrs": 0.2, "stuck_at_lrs": 0.1}, {"cycles": 1e6}])
def test_strips_of_rows_change_nothing(monkeypatch, fields):
    torch.manual_seed(0)
    model, setting = torch.nn.Linear(50, 7), Setting(**fields)
    whole = convert(model, setting, torch.Generator().manual_seed(1))
    monkeypatch.setattr(programming, "STRIP_NUMBERS", 20)  # 2 rows
    strips = convert(model, setting, torch.Generator().manual_seed(1))
    assert torch.equal(strips.conductance, whole.conductance)
    assert torch.equal(strips.line, whole.line)
