"""Training on the embedded digits: it learns, goes on where it stopped with the same bits, and selects the epoch."""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from memristive.core.errors import InputError
from memristive.core.files import write_csv
from memristive_study.data.dataset import load
from memristive_study.data.folds import save_folds, stratified_folds
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.chain import chain
from memristive_study.models.weights import read_tensors
from memristive_study.training import augmentation, history, loop, recipe, search, selection, splits, state
from memristive_study.training.optimisation import learning_rate, optimiser
from memristive_study.training.recipe import TrainingSettings


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    prepare("digits", {"source": "digits"}, "", path)
    return load(path)


def small_network(classes, input_shape, dropout=0.2):
    """A network with dropout, small enough for the 8x8 digits."""
    return chain(input_shape, ((8, 8),), (32,), classes, dropout=dropout)


SMALL = f"{__name__}:small_network"
NAMED = {"network": "small", "architecture": SMALL}


LOSSES = [2.27140, 1.92361, 1.72107]  # of each epoch in test_the_meaning_of_a_recipe
SETTINGS = TrainingSettings(epochs=3, batch_size=50, shift=1, horizontal_flip=True, device="cpu")


def without_seconds(rows):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def test_learns_the_digits(digits):
    settings = TrainingSettings(epochs=4, batch_size=50, device="cpu")
    rows = splits.train_network(digits, settings, **NAMED).history
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows[-1]["test_accuracy"] > 0.95
    assert rows[-1]["validation_accuracy"] is None


@pytest.mark.parametrize("name", recipe.OPTIMISERS)
def test_resumed_training_ends_with_the_same_bits(name, digits, tmp_path, monkeypatch, capsys):
    settings = dataclasses.replace(SETTINGS, optimiser=name, learning_rate=0.01)
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


@pytest.mark.parametrize("name", recipe.OPTIMISERS)
def test_frozen_parameters_stay_and_the_others_learn(name, digits):
    model = build(SMALL, 10, digits.input_shape)
    model.conv1_1.requires_grad_(False)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    images = digits.tensor(digits.x_train[:200]), torch.from_numpy(digits.y_train[:200])
    loop.train(model, images, dataclasses.replace(SETTINGS, optimiser=name), network="n", fold="f")
    after = model.state_dict()
    assert torch.equal(after["conv1_1.weight"], before["conv1_1.weight"])
    assert not torch.equal(after["fc1.weight"], before["fc1.weight"])
    model.requires_grad_(False)
    with pytest.raises(InputError, match="every parameter of the network is frozen"):
        loop.train(model, images, SETTINGS, network="n", fold="f")


def test_the_meaning_of_a_recipe(digits):
    """A change of these numbers needs another recipe.MEANING, else finished trainings count as trainings of today."""
    assert recipe.MEANING == 1
    rows = splits.train_network(digits, dataclasses.replace(SETTINGS, label_smoothing=0.1), **NAMED).history
    assert [row["train_loss"] for row in rows] == pytest.approx(LOSSES, rel=1e-3)


def test_what_a_training_is(digits):
    model = build(SMALL, 10, digits.input_shape)
    images = digits.tensor(digits.x_train[:20]), torch.from_numpy(digits.y_train[:20])

    def key(model=model, images=images, settings=SETTINGS, network="n", fold="0"):
        return state.key(model, (images, None, None), settings, network, fold, torch.device("cpu"))

    # What a setting says and what is left out are the same.
    assert key() == key(settings=dataclasses.replace(SETTINGS, device="auto", momentum=0.9, shift=1))
    others = [
        key(settings=dataclasses.replace(SETTINGS, momentum=0.8)),
        key(settings=dataclasses.replace(SETTINGS, seed=1)),
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


def test_a_training_begins_as_it_goes_on(digits, tmp_path):
    whole = splits.train_network(digits, SETTINGS, **NAMED)
    model = splits.initial_model(SMALL, 10, digits.input_shape, SETTINGS.seed, "small", "published")
    images = digits.tensor(digits.x_train), torch.from_numpy(digits.y_train)
    begun = loop.train(model, images, SETTINGS, network="small", fold="published", until=2)
    assert [row["train_loss"] for row in begun.history] == [row["train_loss"] for row in whole.history[:2]]


def test_the_state_may_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv(state.FOLDER_VARIABLE, raising=False)
    assert state.folder("here") == Path("here") and state.folder(None) is None
    monkeypatch.setenv(state.FOLDER_VARIABLE, str(tmp_path))
    assert state.folder("here") == state.folder(None) == tmp_path


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


@pytest.mark.parametrize(
    "values, line",
    [
        ({"epoch": 3}, "unknown key 'epoch'; did you mean epochs"),
        ({"epochs": 0}, "epochs is 0, expected a whole number from 1"),
        ({"optimiser": "lbfgs"}, "optimiser is 'lbfgs', expected one of sgd, adam, adamw"),
        ({"schedule": "linear"}, "schedule is 'linear', expected one of one_cycle, cosine, constant, step"),
        ({"momentum": 1}, "momentum is 1, expected a number from 0, below 1"),
        ({"nesterov": 0}, "nesterov is 0, expected true or false"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"horizontal_flip": 1}, "horizontal_flip is 1, expected true or false"),
    ],
)
def test_wrong_settings(values, line):
    with pytest.raises(InputError, match=f"training: {line}"):
        TrainingSettings.from_dict(values)


def rows(column, values):
    return [
        dict.fromkeys(history.COLUMNS) | {"network": "n", "fold": "f", "epoch": epoch, column: value}
        for epoch, value in enumerate(values, 1)
    ]


def test_selection_rules():
    published = rows("test_accuracy", [0.5, 0.9, 0.9, 0.8])
    folds = [rows("validation_accuracy", v) for v in ([0.1, 0.5, 0.7, 0.9], [0.2, 0.4, 0.9, 0.7])]
    assert selection.select_epoch("best_test", published) == 2  # the earlier of equals
    assert selection.select_epoch("best_validation", published, folds) == 3  # 0.15, 0.45, 0.8, 0.8
    assert selection.select_epoch("last", published) == 4
    with pytest.raises(InputError, match="needs folds of 4 epochs, found none"):
        selection.select_epoch("best_validation", published)
    with pytest.raises(InputError, match="needs folds of 4 epochs, found 4, 3"):
        selection.select_epoch("best_validation", published, [folds[0], folds[1][:3]])
    with pytest.raises(InputError, match="expected one of best_test, best_validation, last"):
        selection.select_epoch("best", published)
    summary = history.fold_summary(
        [r | {"test_accuracy": t} for r, t in zip(folds[1], [0.1, 0.2, 0.3, 0.4], strict=True)]
    )
    assert (summary["best_validation_epoch"], summary["test_accuracy"], summary["last_test_accuracy"]) == (3, 0.3, 0.4)


def test_selected_weights_are_those_of_the_epoch(tmp_path):
    write_csv(tmp_path / "history.csv", rows("test_accuracy", [0.5, 0.75, 0.25]), history.COLUMNS)
    selection.save_checkpoints(
        tmp_path / "all.safetensors", {epoch: {"fc1.bias": torch.full((2,), float(epoch))} for epoch in (1, 2, 3, 11)}
    )
    selection.select_checkpoint(
        "best_test",
        tmp_path / "history.csv",
        tmp_path / "all.safetensors",
        [],
        tmp_path / "weights.safetensors",
        tmp_path / "selection.json",
    )
    assert read_tensors(tmp_path / "weights.safetensors")["fc1.bias"].tolist() == [2, 2]
    chosen = json.loads((tmp_path / "selection.json").read_text())
    assert (chosen["rule"], chosen["epoch"], chosen["test_accuracy"]) == ("best_test", 2, 0.75)
    assert list(selection.load_checkpoint(tmp_path / "all.safetensors", 1)) == ["fc1.bias"]  # not epoch 11's
    with pytest.raises(InputError, match="holds no weights of epoch 4"):
        selection.load_checkpoint(tmp_path / "all.safetensors", 4)


def test_search_scores_recipes_on_held_out_training_images(digits, tmp_path, monkeypatch):
    monkeypatch.delenv(state.FOLDER_VARIABLE, raising=False)
    images = tmp_path / "digits.npz"
    prepare("digits", {"source": "digits"}, "", images)
    (tmp_path / "candidates.yaml").write_text(
        f"network: small\narchitecture: {SMALL}\n"
        "common: {epochs: 9, batch_size: 50, device: cpu}\ncandidates:\n"
        "  slow: {settings: {learning_rate: 0.0001}}\n"
        "  fast: {normalisation: centred, options: {dropout: 0.1}, settings: {learning_rate: 0.05}}\n"
    )
    seen = []
    original = search.train

    def train(model, images, settings, **others):
        seen.append((images[1], others["validation"][1], float(images[0].min())))
        return original(model, images, settings, **others)

    monkeypatch.setattr(search, "train", train)
    call = [str(images), str(tmp_path / "candidates.yaml"), "--output", str(tmp_path / "scores.csv")]
    search.main([*call, "--until", "2"])
    search.main([*call, "--until", "3", "--only", "fast"])
    with (tmp_path / "scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    epochs = [(row["candidate"], row["epoch"]) for row in rows]
    assert epochs == [("slow", "1"), ("slow", "2"), ("fast", "1"), ("fast", "2"), ("fast", "3")]
    assert float(rows[1]["validation_accuracy"]) < 0.5 < float(rows[-1]["validation_accuracy"])
    recorded = {"normalisation": "centred", "architecture": f"{SMALL} dropout=0.1", "epochs": 9, "batch_size": 50}
    assert json.loads(rows[-1]["recipe"]) == recorded
    for learnt, held_out, _ in seen:
        assert sorted(torch.cat([learnt, held_out]).tolist()) == sorted(digits.y_train.tolist())
        assert len(held_out) == -(-len(digits.y_train) // 6)
    assert [least for _, _, least in seen] == [0, -1, -1]
    with pytest.raises(InputError, match="'quick' is none of slow, fast"):
        search.main([*call, "--only", "quick"])
    with pytest.raises(InputError, match="candidate c: unknown key 'norm'"):
        search.score(digits, "small", SMALL, "c", {"norm": "unit"}, 1)
