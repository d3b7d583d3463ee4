"""A recipe that trains through arrays with wires."""

import pytest
import torch
from small_training import NAMED, SETTINGS
from torch.func import functional_call

from memristive import InputError, Setting, effective_weights
from memristive_study.models.build import build
from memristive_study.training import splits
from memristive_study.training.recipe import TrainingSettings

ARRAYS = {"array.tile_shape": [32, 32], "wires.word_line": 0.3}
THROUGH = {**SETTINGS.identity(), "epochs": 2, "schedule": "constant", "through": ARRAYS, "through_after": 1}


@pytest.fixture(scope="module")
def trained(digits):
    return splits.train_network(digits, TrainingSettings.from_dict(THROUGH), **NAMED)


def test_it_learns_as_usual_at_first_and_through_the_arrays_then(digits, trained):
    without = {key: value for key, value in THROUGH.items() if not key.startswith("through")}
    usual = splits.train_network(digits, TrainingSettings.from_dict(without), **NAMED).history
    first, second = (
        [{key: row[key] for key in ("train_loss", "test_loss")} for row in history]
        for history in (usual, trained.history)
    )
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_it_is_judged_through_the_arrays(digits, trained):
    model = build(NAMED["architecture"], 10, digits.input_shape)
    model.load_state_dict(trained.checkpoints[2])
    model.eval()
    images, labels = digits.tensor(digits.x_test), torch.from_numpy(digits.y_test)
    with torch.no_grad():
        weights = effective_weights(model, Setting(**ARRAYS))
        through = (functional_call(model, weights, images).argmax(1) == labels).double().mean().item()
        without = (model(images).argmax(1) == labels).double().mean().item()
    assert trained.history[1]["test_accuracy"] == pytest.approx(through, abs=1e-9)
    assert abs(without - through) > 0.01


def test_recipes_without_arrays_keep_their_identity():
    assert "through" not in SETTINGS.identity()
    assert TrainingSettings.from_dict(THROUGH).identity()["through"] == ARRAYS


@pytest.mark.parametrize(
    ("through", "line"),
    [
        ({"word_line_resistance": -1}, "training: through: wires.word_line: -1 is not a number of at least 0"),
        ({"wordline": 1}, "training: through: wordline: unknown key"),
        ({"r_on": 100, "r_off": 50}, "training: through: device.r_off: 50.0 is not a resistance above r_on"),
        ({"semantics": "memtorch"}, "training: through: arithmetic.semantics: 'memtorch' is not physical"),
        ("wires", "training: through: 'wires' is not a mapping"),
    ],
)
def test_wrong_arrays_are_named(through, line):
    with pytest.raises(InputError) as raised:
        TrainingSettings.from_dict({**THROUGH, "through": through})
    assert line in str(raised.value)
