"""Optimisers and schedules against hand calculations."""

import pytest
import torch

from memristive_study.training.optimisation import learning_rate, optimiser
from memristive_study.training.recipe import TrainingSettings


@pytest.mark.parametrize(
    "settings, expected",
    [
        # gradient 2.1, velocity 2.1, 1 - 0.1 * (2.1 + 1.89); gradient 2.0601, velocity 3.9501
        ({}, [0.601, 0.601 - 0.1 * (2.0601 + 0.9 * 3.9501)]),
        # gradient 2.1; gradient 2.079, velocity 0.9 * 2.1 + 2.079
        ({"nesterov": False}, [0.79, 0.79 - 0.1 * (0.9 * 2.1 + 2.079)]),
        ({"momentum": 0}, [0.79, 0.79 - 0.1 * 2.079]),
        # 1 - 0.01 for the decay, then 0.1 times the sign of a constant gradient
        ({"optimiser": "adamw"}, [0.89, 0.89 * 0.99 - 0.1]),
        # the decay is part of the gradient, whose size plays hardly a part
        ({"optimiser": "adam"}, [0.9, 0.8]),
    ],
)
def test_optimisers_by_hand(settings, expected):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    found = []
    descent = optimiser(model, TrainingSettings(weight_decay=0.1, learning_rate=0.1, **settings))
    for _ in expected:
        model.weight.grad = torch.tensor([[2.0]])
        descent.step()
        found.append(model.weight.item())
    assert found == pytest.approx(expected, rel=1e-3 if settings.get("optimiser") == "adam" else 1e-6)


def test_learning_rate():
    settings = TrainingSettings(learning_rate=1.0)
    rates = [learning_rate(settings, p / 100) for p in range(101)]
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) == 20
    assert 0 < rates[0] < 0.1
    assert rates[-1] == 0
    cosine = TrainingSettings(learning_rate=1.0, schedule="cosine")
    assert [learning_rate(cosine, p) for p in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    constant = TrainingSettings(learning_rate=0.3, schedule="constant")
    assert [learning_rate(constant, p) for p in (0, 0.5, 1)] == [0.3, 0.3, 0.3]
    step = TrainingSettings(epochs=50, learning_rate=1.0, schedule="step", step_epochs=20, step_factor=0.1)
    # The first step of each epoch, then the last of epoch 20.
    rates = [learning_rate(step, epoch / 50) for epoch in range(50)]
    assert rates == pytest.approx([1] * 20 + [0.1] * 20 + [0.01] * 10)
    assert learning_rate(step, (19 + 0.999) / 50) == 1
