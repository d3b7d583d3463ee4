"""The studies that come with the repository say whose weights they start from, and have the recipe of these weights."""

import pytest
import yaml
from snakemake.utils import update_config

from memristive_study.config.check import checked
from memristive_study.config.files import read
from memristive_study.plan.plan import Plan
from memristive_study.runtime.complete import over
from memristive_study.training import pretrained

STRONG = "profiles/strong/study.yaml"
# What trains: settings that differ from the defaults of `config.training.Recipe`, for each network of config.yaml.
PLAIN = {"batch_size": 32, "schedule": "constant", "weight_decay": 0.0}
RECIPES = {
    "plain": {
        "mnist": ("mnist padding=0", "unit", PLAIN | {"learning_rate": 0.1, "momentum": 0.0, "nesterov": False}),
        "cifar10": ("cifar10 dropout=0.5", "unit", PLAIN | {"learning_rate": 0.001, "optimiser": "adam"}),
        "cifar100": (
            "cifar100 dropout=0.25",
            "unit",
            PLAIN | {"learning_rate": 0.001, "optimiser": "adam", "horizontal_flip": True},
        ),
    },
    "strong": {
        "mnist": ("mnist", "standardised", {}),
        "cifar10": ("cifar10", "standardised", {"shift": 4, "horizontal_flip": True}),
        "cifar100": ("cifar100", "standardised", {"shift": 4, "horizontal_flip": True}),
    },
}


def config_of(repository, *names):
    merged, paths = {}, [repository / name for name in ("config.yaml", *names)]
    for path in paths:
        update_config(merged, yaml.safe_load(path.read_text(encoding="utf-8")))
    return checked(merged, list(read(paths, {}).values()))


@pytest.mark.parametrize(("recipe", "names"), [("plain", []), ("strong", [STRONG])])
def test_a_recipe_is_this(repository, recipe, names):
    """A training of another recipe would not be used again: nothing of these may move without a word."""
    plan = Plan(config_of(repository, *names))
    for network, (architecture, normalisation, settings) in RECIPES[recipe].items():
        assert plan.architecture(network) == architecture
        assert plan.images(plan.dataset_of(network))["normalisation"] == normalisation
        assert plan.training_settings(network).identity() == settings | {"seed": 20240525}


@pytest.mark.parametrize("name", ["array", "chips", "devices", "strong"])
def test_studies_on_the_strong_weights(repository, name):
    own = f"profiles/{name}/{'weights' if name == 'strong' else 'study'}.yaml"
    plan = Plan(config_of(repository, STRONG, own))  # which compares the recipe with that of the weights
    assert plan.pretrained() == "strong"
    for network in plan.networks:
        assert (pretrained.folder(network, "strong") / "weights.safetensors").is_file()


@pytest.mark.parametrize("name", ["array", "chips", "devices"])
def test_without_their_recipe_one_line_says_what_to_do(repository, name):
    with pytest.raises(ValueError, match=r"^[^\n]*put profiles/strong/study.yaml before this study$"):
        Plan(config_of(repository, f"profiles/{name}/study.yaml"))


@pytest.mark.parametrize(
    "names",
    [[STRONG, "profiles/chips/study.yaml"], [STRONG, "profiles/devices/study.yaml"], ["profiles/demo/study.yaml"]],
)
def test_a_whole_configuration_comes_to_the_same_over_that_of_the_repository(repository, tmp_path, names):
    """A study takes things back with null, of which its checked form knows nothing; so do a published `config.yaml`
    and the configuration from which the graph of the rules is drawn."""
    config, base, own = config_of(repository, *names), repository / "config.yaml", tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump(over(base, config), sort_keys=False), encoding="utf-8")
    assert config_of(repository, own) == config
    assert list(config_of(repository, own)["run"]) == list(config["run"])
    own.write_text(yaml.safe_dump(config), encoding="utf-8")
    assert config_of(repository, own) != config


def test_the_published_study_has_the_plain_weights_and_further_draws(repository):
    plan = Plan(config_of(repository, "profiles/published/study.yaml"))
    assert plan.pretrained() == "plain"
    assert list(plan.replicates.values()) == [("mnist", fold) for fold in range(5)]
    assert {job.experiment for job in plan.replicated} == set(plan.experiments)
