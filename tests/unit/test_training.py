"""Training on the embedded digits: it learns, and goes on where it stopped with the same bits."""

import numpy as np
import pytest
import torch
from small_training import NAMED, SETTINGS, SMALL

from memristive.core.errors import InputError
from memristive_study.data.folds import save_folds, stratified_folds
from memristive_study.models.build import build
from memristive_study.training import augmentation, loop, splits
from memristive_study.training.optimisers import OPTIMISERS
from memristive_study.training.recipe import TrainingSettings


def without_seconds(rows):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def test_learns_the_digits(digits):
    settings = TrainingSettings(epochs=4, batch_size=50, device="cpu")
    rows = splits.train_network(digits, settings, **NAMED).history
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows[-1]["test_accuracy"] > 0.95
    assert rows[-1]["validation_accuracy"] is None


@pytest.mark.parametrize("name", OPTIMISERS)
def test_resumed_training_ends_with_the_same_bits(name, digits, tmp_path, monkeypatch, capsys):
    settings = SETTINGS.model_copy(update={"optimiser": name, "learning_rate": 0.01})
    whole = splits.train_network(digits, settings, **NAMED)
    again = splits.train_network(digits, settings, **NAMED)
    assert without_seconds(again.history) == without_seconds(whole.history)

    epoch = loop._epoch

    def stopped(*arguments):
        if arguments[-1] == 2:
            raise KeyboardInterrupt
        return epoch(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop, "_epoch", stopped)
        splits.train_network(digits, settings, **NAMED, state_folder=tmp_path)
    torch.manual_seed(99)  # the global generator plays no part
    resumed = splits.train_network(digits, settings, **NAMED, state_folder=tmp_path)
    assert "going on after epoch 1" in capsys.readouterr().out
    assert without_seconds(resumed.history) == without_seconds(whole.history)
    for number, weights in whole.checkpoints.items():
        assert all(torch.equal(tensor, resumed.checkpoints[number][key]) for key, tensor in weights.items())

    # A damaged state is not used; other settings have another state.
    resumed.state_path.write_bytes(resumed.state_path.read_bytes()[:1000])
    restarted = splits.train_network(digits, settings, **NAMED, state_folder=tmp_path)
    assert "starting again" in capsys.readouterr().out
    assert without_seconds(restarted.history) == without_seconds(whole.history)
    other = TrainingSettings(epochs=1, batch_size=50, device="cpu")
    assert splits.train_network(digits, other, **NAMED, state_folder=tmp_path).state_path != resumed.state_path


def test_a_training_begins_as_it_goes_on(digits, tmp_path):
    whole = splits.train_network(digits, SETTINGS, **NAMED)
    model = splits.initial_model(SMALL, 10, digits.input_shape, SETTINGS.seed, "small", "published")
    images = digits.tensor(digits.x_train), torch.from_numpy(digits.y_train)
    begun = loop.train(model, images, SETTINGS, network="small", fold="published", until=2)
    assert [row["train_loss"] for row in begun.history] == [row["train_loss"] for row in whole.history[:2]]


def test_fold_trains_on_its_own_images(digits, tmp_path, monkeypatch):
    folds = stratified_folds(digits.y_train, 5, torch.Generator().manual_seed(0))
    save_folds(tmp_path / "folds.npz", folds)
    seen = {}

    def train(model, images, settings, **others):
        seen.update(others, images=images)

    monkeypatch.setattr(splits, "train", train)
    splits.train_network(digits, SETTINGS, **NAMED, fold="3", folds_path=tmp_path / "folds.npz")
    validation = digits.tensor(digits.x_train[folds[3]])
    rest = digits.tensor(digits.x_train[np.concatenate([folds[f] for f in (0, 1, 2, 4)])])
    assert torch.equal(seen["validation"][0], validation)
    assert len(seen["images"][0]) == len(rest)
    assert torch.allclose(seen["images"][0].sum(0), rest.sum(0))
    assert torch.equal(seen["test"][0], digits.tensor(digits.x_test))
    assert not seen["keep_checkpoints"]


def test_diverging_training_names_network_fold_epoch_and_step(digits):
    settings = TrainingSettings(epochs=1, batch_size=50, learning_rate=1e30, schedule="constant", device="cpu")
    with pytest.raises(loop.TrainingDiverged, match=r"small, fold published: .* epoch 1, step \d+; lower"):
        splits.train_network(digits, settings, **NAMED)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_frozen_parameters_stay_and_the_others_learn(name, digits):
    model = build(SMALL, 10, digits.input_shape)
    model.conv1_1.requires_grad_(False)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    images = digits.tensor(digits.x_train[:200]), torch.from_numpy(digits.y_train[:200])
    loop.train(model, images, SETTINGS.model_copy(update={"optimiser": name}), network="n", fold="f")
    after = model.state_dict()
    assert torch.equal(after["conv1_1.weight"], before["conv1_1.weight"])
    assert not torch.equal(after["fc1.weight"], before["fc1.weight"])
    model.requires_grad_(False)
    with pytest.raises(InputError, match="every parameter of the network is frozen"):
        loop.train(model, images, SETTINGS, network="n", fold="f")


def test_augmentations():
    images = torch.arange(1.0, 1 + 2 * 5 * 4).reshape(1, 2, 5, 4).repeat(200, 1, 1, 1)
    moved = augmentation.shift(images, 1, torch.Generator().manual_seed(0))
    padded = torch.nn.functional.pad(images[0], (1, 1, 1, 1))
    windows = [padded[:, dy : dy + 5, dx : dx + 4] for dy in range(3) for dx in range(3)]
    found = [next(n for n, window in enumerate(windows) if torch.equal(image, window)) for image in moved]
    assert set(found) == set(range(9))
    flipped = augmentation.flip(images, torch.Generator().manual_seed(0))
    mirrored = [torch.equal(image, images[0].flip(-1)) for image in flipped]
    assert all(m or torch.equal(image, images[0]) for m, image in zip(mirrored, flipped, strict=True))
    assert 70 < sum(mirrored) < 130
