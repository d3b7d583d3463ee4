"""The estimate of run time follows what a study asks for."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from memristive.core.errors import InputError
from memristive_study.plan.plan import Plan
from memristive_study.runtime.estimate import announcement, check_space, duration, job_bytes, job_seconds


@pytest.fixture
def config(repository):
    return yaml.safe_load((repository / "config.yaml").read_text())


def test_training_grows_with_epochs_and_a_fold_is_shorter(config):
    longer = copy.deepcopy(config)
    longer["training"]["settings"]["epochs"] *= 2
    short, long = (job_seconds("train_published", {"network": "cifar10"}, Plan(each)) for each in (config, longer))
    assert 1.9 < long / short < 2
    assert job_seconds("train_fold", {"network": "cifar10", "fold": "0"}, Plan(config)) < short


def test_inference_takes_longer_where_padding_cells_take_part(config):
    plan = Plan(config)

    def seconds(label):
        return job_seconds("evaluate", {"experiment": "variability", "network": "mnist", "label": label}, plan)

    grid = "states.count-2+variability.sigma-"
    assert seconds(f"paper.arithmetic.semantics-memtorch_cuda+{grid}20") > 3 * seconds(
        f"paper.arithmetic.semantics-physical+{grid}20"
    )
    assert seconds(f"paper.arithmetic.semantics-memtorch_cuda+{grid}0") == seconds(
        f"paper.arithmetic.semantics-physical+{grid}0"
    )


def test_announcement_is_no_shorter_than_the_longest_job(config):
    plan = Plan(config)
    one = [("train_published", {"network": "cifar100"})]
    assert (
        announcement(one, plan, 1).split("roughly")[1].split(" on ")[0]
        == announcement(one, plan, 6).split("roughly")[1].split(" on ")[0]
    )
    assert "1 of them trainings" in announcement(one, plan, 1)


def test_durations_read_like_estimates():
    assert [duration(seconds) for seconds in (3, 84, 600, 7200, 72_000)] == [
        "10 seconds",
        "80 seconds",
        "10 minutes",
        "2.0 hours",
        "20 hours",
    ]


def test_disk_space_is_estimated_and_asked_for_before_the_start(config, tmp_path, monkeypatch):
    plan = Plan(config)
    training = [("train_published", {"network": "cifar100"})]
    assert 300e6 < job_bytes(*training[0], plan) < 400e6  # 50 epochs of 860,000 weights, twice
    check_space(training, plan, tmp_path / "not" / "there")
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=10_000_000))
    with pytest.raises(InputError, match=r"results_dir: .*about 354 MB are needed, its disk has 10 MB free"):
        check_space(training, plan, tmp_path / "not" / "there")
    assert "354 MB of disk" in announcement(training, plan, 1)


def own(config, tmp_path, images, size):
    """The configuration with a network of one's own on images of that number and size."""
    shape = (images, size, size, 1)
    arrays = {f"x_{split}": np.zeros(shape, np.uint8) for split in ("train", "test")}
    np.savez(tmp_path / "own.npz", **arrays, y_train=np.zeros(images, int), y_test=np.zeros(images, int))
    config["datasets"]["mine"] = {"source": "npz", "path": str(tmp_path / "own.npz")}
    config["networks"]["mnist"] = {"dataset": "mine", "architecture": "own_nets:small"}
    config["run"] = {"networks": ["mnist"], "experiments": ["input_voltage"], "choices": []}
    return Plan(config)


def test_estimates_know_the_number_and_the_size_of_one_s_own_images(config, tmp_path):
    few = job_seconds("train_published", {"network": "mnist"}, own(config, tmp_path, 100, 8))
    assert few < 10
    many = job_seconds("train_published", {"network": "mnist"}, own(config, tmp_path, 1000, 8))
    large = job_seconds("train_published", {"network": "mnist"}, own(config, tmp_path, 1000, 32))
    start = job_seconds("train_published", {"network": "mnist"}, own(config, tmp_path, 1, 1))
    assert (many - start) / (few - start) == pytest.approx(10, rel=0.05)
    assert (large - start) / (many - start) == pytest.approx(16, rel=0.05)
    assert job_bytes("prepare_dataset", {"dataset": "mine"}, Plan(config)) == 2 * 1 * 1 * 1


def test_images_that_only_the_file_knows_count_as_those_of_cifar(config):
    config["datasets"]["mnist"] = {"source": "npz", "path": "nowhere.npz"}
    assert job_bytes("prepare_dataset", {"dataset": "mnist"}, Plan(config)) == 60_000 * 3072
