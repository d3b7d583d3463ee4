"""Weights that come with the workflow: written from a study, refused where they are of another training."""

import copy
import shutil

import pytest
import yaml

from memristive.core.errors import InputError
from memristive.core.files import read_json
from memristive_study.plan.plan import Plan
from memristive_study.training import pretrained

RECORD = {
    "commit": "0123456789abcdef",
    "python": "3.11.2",
    "versions": {"torch": "2.0"},
    "machine": {"processor": "a processor"},
}


@pytest.fixture
def config(repository):
    config = yaml.safe_load((repository / "config.yaml").read_text())
    config["run"]["networks"] = ["mnist"]
    config["networks"]["mnist"]["training"] = {"epochs": 6}
    config["datasets"]["mnist"]["note"] = "Two of the images are alike."
    return config


@pytest.fixture
def shipped(repository, config, tmp_path, monkeypatch):
    """The weights of the MNIST study of six epochs as a folder that comes with the workflow."""
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    folder = tmp_path / "plain" / "mnist"
    training = repository / "results" / "six_epochs" / "training" / "mnist"
    files = {
        "weights": training / "weights.safetensors",
        "selection": training / "selection.json",
        "history": training / "published" / "history.csv",
    }
    folds = sorted(training.glob("fold*/history.csv"))
    description = pretrained.described(Plan(config), "mnist")
    folder.parent.mkdir()
    pretrained.write(folder, description, RECORD, files, folds, 10_000)
    config["training"]["pretrained"] = True
    return folder


def test_a_study_starts_from_them(config, shipped):
    assert Plan(config).folds("mnist") == 5
    assert sorted(path.name for path in shipped.glob("*/history.csv")) == ["history.csv"] * 6
    assert (shipped / "weights.safetensors").stat().st_size > 4 * 7820


def test_the_card_has_its_numbers_from_the_files(shipped):
    card = (shipped / "README.md").read_text()
    selection = read_json(shipped / "selection.json")
    assert f"{100 * selection['test_accuracy']:.2f} [99.14, 99.46], n = 10,000 images" in card
    assert f"{selection['epoch']} of 6, chosen by best_test" in card
    assert "; Two of the images are alike. |" in card
    assert "epochs 6" in card and "0123456789ab" in card


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        (
            ("networks", "mnist", "training", "epochs"),
            50,
            "settings: epochs is 50 and the weights of mnist come from 6",
        ),
        (("datasets", "mnist", "normalisation"), "centred", "images: normalisation is 'centred'"),
        (("training", "checkpoint"), "last", "checkpoint is 'last'"),
        (("networks", "mnist", "architecture"), "cifar10", "architecture is 'cifar10 padding=0'"),
        (("seed",), 1, "seed is 1 "),
        (("training", "settings", "momentum"), 0.5, "settings: momentum is 0.5 and the weights of mnist come from 0.9"),
        (("networks", "mnist", "options"), {"padding": 1}, "architecture is 'mnist padding=1'"),
    ],
)
def test_weights_of_another_training_are_refused(config, shipped, keys, value, line):
    changed = copy.deepcopy(config)
    entry = changed
    for key in keys[:-1]:
        entry = entry[key]
    entry[keys[-1]] = value
    with pytest.raises(InputError, match=line) as error:
        Plan(changed)
    assert "\n" not in str(error.value)


def test_threads_and_where_images_lie_do_not_matter(config, shipped):
    config["threads"]["training"] = 2
    config["datasets"]["mnist"] |= {"source": "folder", "path": "images"}
    config["training"]["settings"] |= {"momentum": 0.9, "nesterov": True}  # defaults, which the weights' record lacks
    config["training"]["folds"] = 3
    del config["datasets"]["mnist"]["note"]
    assert Plan(config).folds("mnist") == 5


def test_a_network_without_weights_is_named(config, shipped):
    config["run"]["networks"] = ["mnist", "cifar10"]
    with pytest.raises(InputError, match=r"no weights of cifar10 \(only of: mnist\)"):
        Plan(config)


def test_a_set_of_weights_by_its_name(config, shipped):
    config["training"]["pretrained"] = "plain"  # another word for true
    assert Plan(config).pretrained() == "plain"
    config["training"]["pretrained"] = "strong"
    with pytest.raises(InputError, match=r"pretrained: strong, but there are no weights of mnist \(only of: none\)"):
        Plan(config)
    strong = shipped.parents[1] / "strong" / "mnist"
    shutil.copytree(shipped, strong)
    assert Plan(config).folds("mnist") == 5
    assert pretrained.folder("mnist", "strong").resolve() == strong
    config["seed"] = 1
    with pytest.raises(InputError, match=r"or put profiles/strong/study.yaml before this study$"):
        Plan(config)
    config["seed"] = 20240525
    config["training"]["pretrained"] = False
    assert Plan(config).pretrained() is None


def test_a_network_may_have_no_folds(config):
    config["networks"]["mnist"]["folds"] = 0
    assert Plan(config).folds("mnist") == 0
    config["training"]["checkpoint"] = "best_validation"
    with pytest.raises(InputError, match="networks: mnist: folds: 0"):
        Plan(config)
