"""Seeds by their values: another derivation would change every result, and nothing else would tell."""

import csv

import pytest
import torch
import yaml
from torch import nn

from memristive import Setting, convert
from memristive.arrays import draws
from memristive.core import seeding
from memristive_study.config.experiments import AT_MOST
from memristive_study.data.dataset import load
from memristive_study.data.prepare import prepare
from memristive_study.models.chain import chain
from memristive_study.plan.plan import Plan
from memristive_study.training import splits
from memristive_study.training.recipe import TrainingSettings

# Of the generators that a conversion of a Conv2d "0" and a Linear "2" asks for, from a parent with seed 7.
PHYSICAL = {
    ("0", "tuning"): 4641733284491173801,
    ("0", (0, 0), "stuck at HRS"): 5608889034133886871,
    ("0", (0, 0), "stuck at LRS"): 3697489464338108811,
    ("0", (0, 0), "variability"): 7689911130402788000,
    ("0", (0, 1), "stuck at HRS"): 7193272196547623888,
    ("0", (0, 1), "stuck at LRS"): 5141082379379926113,
    ("0", (0, 1), "variability"): 1706787772564608128,
    ("2", "tuning"): 6311855913386127302,
    ("2", (0, 0), "stuck at HRS"): 8049457379418468787,
    ("2", (0, 0), "stuck at LRS"): 2418443951517334597,
    ("2", (0, 0), "variability"): 1324495046915288513,
    ("2", (0, 1), "stuck at HRS"): 2607753642022291795,
    ("2", (0, 1), "stuck at LRS"): 3015637924884060164,
    ("2", (0, 1), "variability"): 2534135520256572490,
}
MEMTORCH = PHYSICAL | {
    ("0", "aim"): 3817703876267327916,
    ("0", "invented bias"): 7006195309785751536,
    ("0", (0, 0), "variability of padding"): 4150426241455380654,
    ("0", (0, 1), "variability of padding"): 3179193843454368961,
    ("2", "aim"): 3778657618667687079,
    ("2", (0, 0), "variability of padding"): 1151732117223032654,
    ("2", (0, 1), "variability of padding"): 3694677205385520739,
}


@pytest.fixture
def plan(repository):
    return Plan(yaml.safe_load((repository / "config.yaml").read_text()))


def test_a_seed_is_named_by_its_parts():
    assert seeding.seed("a") == 7299139317422481125
    assert seeding.seed("a", 1) == seeding.seed("a", "1") == 8044135264557729780
    assert seeding.generator(20240525, "folds").initial_seed() == 4682582104421313379
    assert seeding.child(seeding.generator("a"), 1).initial_seed() == seeding.seed(7299139317422481125, 1)


def test_the_repeats_of_the_study_have_these_seeds(plan):
    assert plan.seeds("mnist") == [
        8178645374652917266,
        6083615237197513750,
        455711672367403809,
        6508770814460695389,
        5088550961541669431,
    ]
    assert plan.seeds("cifar10") == [
        6921859708604493868,
        5445023057024418954,
        6346950082835315058,
        6276554260028876232,
        8959248536039032954,
    ]


@pytest.mark.parametrize("study", ["published", "strong"])
@pytest.mark.parametrize("experiment", ["retention", "input_voltage", "choices"])
def test_the_published_rows_have_the_seeds_of_their_jobs(plan, repository, experiment, study):
    # Labels are not those of today, so that a row is found by its network and repeat.
    with (repository / f"results/{study}/experiments/{experiment}.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["seed"]]
    assert rows
    for row in rows:
        assert int(row["seed"]) == plan.seeds(row["network"], AT_MOST)[int(row["repeat"])]


def test_jobs_have_the_seeds_of_the_network_whose_draws_they_share(plan):
    (other,) = (v for v in plan.variants if v.choice == "normalisation" and v.point == "standard" and not v.own)
    assert plan.seeds_of(plan.job("choices", "mnist_standardised", other.label)) == plan.seeds("mnist")
    assert all(plan.seeds_of(job) == plan.seeds(job.network) for job in plan.of("adc_tile"))
    assert all(
        plan.seeds(job.network) == plan.seeds_of(job)[:5] for job in plan.of("endurance")
    )  # of as many as needed
    undrawn = [job for job in plan.jobs if not job.setting.draws]
    assert undrawn
    assert all(plan.seeds_of(job) == [] for job in undrawn)


@pytest.mark.parametrize(("semantics", "named"), [("physical", PHYSICAL), ("memtorch", MEMTORCH)])
def test_every_draw_of_a_conversion_is_named_by_layer_array_and_purpose(semantics, named, monkeypatch):
    asked = {}

    def child(parent, *parts):
        asked[parts] = seeding.child(parent, *parts).initial_seed()
        return seeding.child(parent, *parts)

    monkeypatch.setattr(draws, "child", child)
    network = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.Flatten(), nn.Linear(8, 3))
    damaged = {"sigma": 20, "stuck_at_lrs": 0.1, "stuck_at_hrs": 0.1}
    setting = Setting(**damaged, tuning="both", semantics=semantics, tile_shape=(4, 4))
    convert(network, setting, torch.Generator().manual_seed(7))
    assert asked == named


def test_a_generator_draws_these_values():
    drawn = draws.SeededDraws(torch.Generator().manual_seed(7))
    assert drawn.order("0", (0, 0), "stuck at HRS", 8).tolist() == [3, 1, 5, 2, 6, 7, 4, 0]
    for parts in (1, 2, 3):
        inputs = torch.cat(list(drawn.tuning_inputs("0", (3,), parts)))
        assert inputs.tolist() == pytest.approx([0.3250, -0.7299, 0.7602], abs=1e-4)


def small_network(classes, input_shape):
    """A network small enough for the 8x8 digits."""
    return chain(input_shape, ((4,),), (8,), classes)


def test_a_training_is_named_by_its_network_fold_and_epoch(tmp_path, monkeypatch):
    asked = []
    seed = seeding.seed

    def recorded(*parts):
        asked.append(seed(*parts))
        return asked[-1]

    prepare("digits", {"source": "digits", "train_images": 100}, "", tmp_path / "digits.npz")
    settings = TrainingSettings(epochs=2, batch_size=50, seed=20240525, device="cpu")
    images = load(tmp_path / "digits.npz")
    monkeypatch.setattr(seeding, "seed", recorded)
    splits.train_network(images, settings, network="mnist", architecture=f"{__name__}:small_network")
    assert asked == [7535590501541419720, 1250207709705723167, 6984019973322727362]  # initial weights, both epochs
