"""A recipe: what its settings may be, what it means, and which training is the same as another."""

from pathlib import Path

import pytest
import torch
from small_training import NAMED, SETTINGS, SMALL

from memristive.core.errors import InputError
from memristive_study.models.build import build
from memristive_study.training import recipe, splits, state
from memristive_study.training.recipe import TrainingSettings

LOSSES = [2.27140, 1.92361, 1.72107]  # of each epoch in test_the_meaning_of_a_recipe


def test_the_meaning_of_a_recipe(digits):
    """A change of these numbers needs another recipe.MEANING, else finished trainings count as trainings of today."""
    assert recipe.MEANING == 1
    rows = splits.train_network(digits, SETTINGS.model_copy(update={"label_smoothing": 0.1}), **NAMED).history
    assert [row["train_loss"] for row in rows] == pytest.approx(LOSSES, rel=1e-3)


def test_what_a_training_is(digits):
    model = build(SMALL, 10, digits.input_shape)
    images = digits.tensor(digits.x_train[:20]), torch.from_numpy(digits.y_train[:20])

    def key(model=model, images=images, settings=SETTINGS, network="n", fold="0"):
        return state.key(model, (images, None, None), settings, network, fold, torch.device("cpu"))

    # What a setting says and what is left out are the same.
    assert key() == key(settings=SETTINGS.model_copy(update={"device": "auto", "momentum": 0.9, "shift": 1}))
    others = [
        key(settings=SETTINGS.model_copy(update={"momentum": 0.8})),
        key(settings=SETTINGS.model_copy(update={"seed": 1})),
        key(network="m"),
        key(fold="1"),
        key(images=(images[0] + 1, images[1])),
        key(model=build(f"{SMALL} dropout=0.3", 10, digits.input_shape)),
        state.key(model, (images, images, None), SETTINGS, "n", "0", torch.device("cuda")),
    ]
    model.fc1.weight.requires_grad_(False)
    others.append(key())
    model.fc1.weight.requires_grad_(True)
    with torch.no_grad():
        model.fc1.weight += 1
    others.append(key())
    assert len({key(), *others}) == len(others)  # the last is the present weights'
    assert SETTINGS.identity() == {"epochs": 3, "batch_size": 50, "shift": 1, "horizontal_flip": True, "device": "cpu"}


class Doubled(torch.nn.Linear):
    """A layer whose print-out says nothing of what it does."""

    def forward(self, x):
        return 2 * super().forward(x)


def test_the_source_of_a_layer_from_elsewhere_is_part_of_a_training():
    layer = Doubled(2, 2)
    assert "2 * super().forward(x)" in state.architecture(torch.nn.Sequential(layer))
    assert "forward" not in state.architecture(torch.nn.Sequential(torch.nn.Linear(2, 2)))


def test_the_state_may_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv(state.FOLDER_VARIABLE, raising=False)
    assert state.folder("here") == Path("here") and state.folder(None) is None
    monkeypatch.setenv(state.FOLDER_VARIABLE, str(tmp_path))
    assert state.folder("here") == state.folder(None) == tmp_path


@pytest.mark.parametrize(
    "values, line",
    [
        ({"epoch": 3}, "epoch: unknown key; did you mean epochs"),
        ({"epochs": 0}, "epochs: 0 is not a whole number of at least 1"),
        ({"optimiser": "lbfgs"}, "optimiser: 'lbfgs' is not one of sgd, adam, adamw"),
        ({"schedule": "linear"}, "schedule: 'linear' is not one of one_cycle, cosine, constant, step"),
        ({"momentum": 1}, "momentum: 1 is not a number of at least 0 and below 1"),
        ({"nesterov": 0}, "nesterov: 0 is not true or false"),
        ({"learning_rate": float("nan")}, "learning_rate: nan is not a finite number"),
        ({"horizontal_flip": 1}, "horizontal_flip: 1 is not true or false"),
    ],
)
def test_wrong_settings(values, line):
    with pytest.raises(InputError, match=f"training: {line}"):
        TrainingSettings.from_dict(values)
