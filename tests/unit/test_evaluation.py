"""Evaluations: however images and repeats are grouped, the same predictions."""

import pytest
import torch
from torch import nn

import memristive
from memristive import evaluation
from memristive.core.setting import Setting


@pytest.mark.parametrize("hidden", [0, 5])
def test_groups_of_images_and_repeats_change_nothing(monkeypatch, hidden):
    torch.manual_seed(0)
    data = torch.randn(11, 6), torch.randint(4, (11,))
    model = nn.Sequential(nn.Linear(6, hidden), nn.ReLU(), nn.Linear(hidden, 4)) if hidden else nn.Linear(6, 4)
    # MemTorch scales a Linear's inputs over the batch, so batches must stay what they are.
    setting = Setting(semantics="memtorch", max_input_voltage=0.5, adc_bits=2, sigma=50.0, batch_size=3)

    def bits() -> list[str]:
        return [found.correct_bits for found in evaluation.evaluations(model, data, setting, [1, 2, 3])]

    whole = bits()
    monkeypatch.setattr(evaluation, "FLOATS_AT_ONCE", 7 * 6)
    monkeypatch.setattr(evaluation, "NETWORKS_AT_ONCE", 2)
    assert bits() == whole
    monkeypatch.setenv("MEMRISTIVE_KERNEL", "off")  # each batch by itself, in plain torch
    assert bits() == whole
    assert len(set(whole)) > 1


def test_the_example_of_the_readme():
    torch.manual_seed(0)
    data = torch.randn(5, 6), torch.randint(4, (5,))
    table = memristive.evaluate(nn.Linear(6, 4), data, memristive.Setting(sigma=20.0), seeds=range(2))
    assert list(table["images"]) == [5, 5]
