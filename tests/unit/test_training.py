"""Training on the embedded digits: it learns, goes on where it stopped with the same bits, and selects the epoch."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from memristive.core.errors import InputError
from memristive.core.files import write_csv
from memristive_study.data import datasets
from memristive_study.models import networks
from memristive_study.training import training
from memristive_study.training.training import TrainingSettings


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    datasets.prepare("digits", {"source": "digits"}, "", path)
    return datasets.load(path)


@pytest.fixture
def small(monkeypatch):
    """A network with dropout, small enough for the 8x8 digits."""
    design = networks.Architecture((1, 8, 8), ((8, 8),), (32,), 10, 0.2)
    monkeypatch.setitem(networks.ARCHITECTURES, "small", design)
    return {"network": "small", "architecture": "small"}


SETTINGS = TrainingSettings(epochs=3, batch_size=50, shift=1, horizontal_flip=True, device="cpu")


def without_seconds(history):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


def test_learns_the_digits(digits, small):
    settings = TrainingSettings(epochs=4, batch_size=50, device="cpu")
    history = training.train_network(digits, settings, **small).history
    assert [row["epoch"] for row in history] == [1, 2, 3, 4]
    assert history[-1]["test_accuracy"] > 0.95
    assert history[-1]["validation_accuracy"] is None


@pytest.mark.parametrize("optimiser", training.OPTIMISERS)
def test_resumed_training_ends_with_the_same_bits(optimiser, digits, small, tmp_path, monkeypatch, capsys):
    settings = dataclasses.replace(SETTINGS, optimiser=optimiser, learning_rate=0.01)
    whole = training.train_network(digits, settings, **small)
    again = training.train_network(digits, settings, **small)
    assert without_seconds(again.history) == without_seconds(whole.history)

    epoch = training._epoch

    def stopped(*arguments):
        if arguments[-1] == 2:
            raise KeyboardInterrupt
        return epoch(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "_epoch", stopped)
        training.train_network(digits, settings, **small, state_folder=tmp_path)
    torch.manual_seed(99)  # the global generator plays no part
    resumed = training.train_network(digits, settings, **small, state_folder=tmp_path)
    assert "going on after epoch 1" in capsys.readouterr().out
    assert without_seconds(resumed.history) == without_seconds(whole.history)
    for number, state in whole.checkpoints.items():
        assert all(torch.equal(tensor, resumed.checkpoints[number][name]) for name, tensor in state.items())

    # A damaged state is not used; other settings have another state.
    resumed.state_path.write_bytes(resumed.state_path.read_bytes()[:1000])
    restarted = training.train_network(digits, settings, **small, state_folder=tmp_path)
    assert "starting again" in capsys.readouterr().out
    assert without_seconds(restarted.history) == without_seconds(whole.history)
    other = TrainingSettings(epochs=1, batch_size=50, device="cpu")
    assert training.train_network(digits, other, **small, state_folder=tmp_path).state_path != resumed.state_path


def test_fold_trains_on_its_own_images(digits, small, tmp_path, monkeypatch):
    folds = datasets.stratified_folds(digits.y_train, 5, torch.Generator().manual_seed(0))
    datasets.save_folds(tmp_path / "folds.npz", folds)
    seen = {}

    def train(model, images, settings, **others):
        seen.update(others, images=images)

    monkeypatch.setattr(training, "train", train)
    training.train_network(digits, SETTINGS, **small, fold="3", folds_path=tmp_path / "folds.npz")
    validation = digits.tensor(digits.x_train[folds[3]])
    rest = digits.tensor(digits.x_train[np.concatenate([folds[f] for f in (0, 1, 2, 4)])])
    assert torch.equal(seen["validation"][0], validation)
    assert len(seen["images"][0]) == len(rest)
    assert torch.allclose(seen["images"][0].sum(0), rest.sum(0))
    assert torch.equal(seen["test"][0], digits.tensor(digits.x_test))
    assert not seen["keep_checkpoints"]


def test_diverging_training_names_network_fold_epoch_and_step(digits, small):
    settings = TrainingSettings(epochs=1, batch_size=50, learning_rate=1e30, schedule="constant", device="cpu")
    with pytest.raises(training.TrainingDiverged, match=r"small, fold published: .* epoch 1, step \d+; lower"):
        training.train_network(digits, settings, **small)


@pytest.mark.parametrize(
    "optimiser, expected",
    [
        # gradient 2.1, velocity 2.1, 1 - 0.1 * (2.1 + 1.89); gradient 2.0601, velocity 3.9501
        (training.Sgd, [0.601, 0.601 - 0.1 * (2.0601 + 0.9 * 3.9501)]),
        # 1 - 0.01 for the decay, then 0.1 times the sign of a constant gradient
        (training.AdamW, [0.89, 0.89 * 0.99 - 0.1]),
    ],
)
def test_optimisers_by_hand(optimiser, expected):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    own, found = optimiser(model, weight_decay=0.1), []
    for _ in expected:
        model.weight.grad = torch.tensor([[2.0]])
        own.step(0.1)
        found.append(model.weight.item())
    assert found == pytest.approx(expected)
    assert model.weight.grad is None


def test_training_does_not_import_the_compiler():
    code = (
        "import sys, torch\n"
        "from memristive_study.models import networks\n"
        "from memristive_study.training import training\n"
        "model = networks.build('mnist')\n"
        "data = torch.zeros(4, 1, 28, 28), torch.tensor([0, 1, 2, 3])\n"
        "settings = training.TrainingSettings(epochs=1, batch_size=4, device='cpu')\n"
        "training.train(model, data, settings, network='n', fold='0')\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_augmentations():
    images = torch.arange(1.0, 1 + 2 * 5 * 4).reshape(1, 2, 5, 4).repeat(200, 1, 1, 1)
    moved = training.shift(images, 1, torch.Generator().manual_seed(0))
    padded = torch.nn.functional.pad(images[0], (1, 1, 1, 1))
    windows = [padded[:, dy : dy + 5, dx : dx + 4] for dy in range(3) for dx in range(3)]
    found = [next(n for n, window in enumerate(windows) if torch.equal(image, window)) for image in moved]
    assert set(found) == set(range(9))
    flipped = training.flip(images, torch.Generator().manual_seed(0))
    mirrored = [torch.equal(image, images[0].flip(-1)) for image in flipped]
    assert all(m or torch.equal(image, images[0]) for m, image in zip(mirrored, flipped, strict=True))
    assert 70 < sum(mirrored) < 130


def test_learning_rate():
    settings = TrainingSettings(learning_rate=1.0)
    rates = [training.learning_rate(settings, p / 100) for p in range(101)]
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) == 20
    assert 0 < rates[0] < 0.1
    assert rates[-1] == 0
    cosine = TrainingSettings(learning_rate=1.0, schedule="cosine")
    assert [training.learning_rate(cosine, p) for p in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])


@pytest.mark.parametrize(
    "values, line",
    [
        ({"epoch": 3}, "unknown key 'epoch'; did you mean epochs"),
        ({"epochs": 0}, "epochs is 0, expected a whole number from 1"),
        ({"optimiser": "lbfgs"}, "optimiser is 'lbfgs', expected one of sgd, adamw"),
        ({"schedule": "step"}, "schedule is 'step', expected one of one_cycle, cosine, constant"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"horizontal_flip": 1}, "horizontal_flip is 1, expected true or false"),
    ],
)
def test_wrong_settings(values, line):
    with pytest.raises(InputError, match=f"training: {line}"):
        TrainingSettings.from_dict(values)


def rows(column, values):
    return [
        dict.fromkeys(training.HISTORY_COLUMNS) | {"network": "n", "fold": "f", "epoch": epoch, column: value}
        for epoch, value in enumerate(values, 1)
    ]


def test_selection_rules():
    published = rows("test_accuracy", [0.5, 0.9, 0.9, 0.8])
    folds = [rows("validation_accuracy", v) for v in ([0.1, 0.5, 0.7, 0.9], [0.2, 0.4, 0.9, 0.7])]
    assert training.select_epoch("best_test", published) == 2  # the earlier of equals
    assert training.select_epoch("best_validation", published, folds) == 3  # 0.15, 0.45, 0.8, 0.8
    assert training.select_epoch("last", published) == 4
    with pytest.raises(InputError, match="needs folds of 4 epochs, found none"):
        training.select_epoch("best_validation", published)
    with pytest.raises(InputError, match="needs folds of 4 epochs, found 4, 3"):
        training.select_epoch("best_validation", published, [folds[0], folds[1][:3]])
    with pytest.raises(InputError, match="expected one of best_test, best_validation, last"):
        training.select_epoch("best", published)
    summary = training.fold_summary(
        [r | {"test_accuracy": t} for r, t in zip(folds[1], [0.1, 0.2, 0.3, 0.4], strict=True)]
    )
    assert (summary["best_validation_epoch"], summary["test_accuracy"], summary["last_test_accuracy"]) == (3, 0.3, 0.4)


def test_selected_weights_are_those_of_the_epoch(tmp_path):
    write_csv(tmp_path / "history.csv", rows("test_accuracy", [0.5, 0.75, 0.25]), training.HISTORY_COLUMNS)
    training.save_checkpoints(
        tmp_path / "all.safetensors", {epoch: {"fc1.bias": torch.full((2,), float(epoch))} for epoch in (1, 2, 3, 11)}
    )
    training.select_checkpoint(
        "best_test", tmp_path / "history.csv", tmp_path / "all.safetensors", [],
        tmp_path / "weights.safetensors", tmp_path / "selection.json",
    )  # fmt: skip
    assert networks.read_tensors(tmp_path / "weights.safetensors")["fc1.bias"].tolist() == [2, 2]
    selection = json.loads((tmp_path / "selection.json").read_text())
    assert (selection["rule"], selection["epoch"], selection["test_accuracy"]) == ("best_test", 2, 0.75)
    assert list(training.load_checkpoint(tmp_path / "all.safetensors", 1)) == ["fc1.bias"]  # not epoch 11's
    with pytest.raises(InputError, match="holds no weights of epoch 4"):
        training.load_checkpoint(tmp_path / "all.safetensors", 4)
