"""Evaluations: however images and repeats are grouped, the same predictions."""

import math

import numpy as np
import pandas as pd
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


def evaluated(**fields) -> evaluation.Evaluations:
    torch.manual_seed(0)
    data = torch.randn(5, 6), torch.randint(4, (5,))
    return memristive.evaluate(nn.Linear(6, 4), data, Setting(**fields), seeds=range(3))


def test_evaluations_are_a_sequence_with_their_mean_and_deviation():
    found = evaluated(sigma=60.0, adc_bits=2)
    assert [each.seed for each in found] == [0, 1, 2]
    assert found[1] == found[:2][1]
    accuracies = [20.0 * each.correct for each in found]  # per cent of 5 images
    assert len(set(accuracies)) > 1, "the seeds must differ for this test"
    assert found.mean == pytest.approx(np.mean(accuracies))
    assert found.deviation == pytest.approx(np.std(accuracies, ddof=1))
    assert math.isnan(evaluated(tuning="none").deviation)  # nothing is drawn: one evaluation


def test_rows_of_evaluations_hold_the_setting_and_no_bits():
    table = pd.DataFrame(evaluated(sigma=20.0, tile_shape=None).rows())
    assert list(table["images"]) == [5, 5, 5]
    assert set(table["variability.sigma"]) == {20.0}
    assert list(table["accuracy"]) == list(20.0 * table["correct"])
    assert "correct_bits" not in table
