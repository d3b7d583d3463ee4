"""Records of evaluations: which images calibrate converters, and what stands in an experiment's table."""

import numpy as np
import torch

from memristive import Setting, evaluation
from memristive.evaluation import unpack_bits
from memristive.network.recovery import fine_tuning, steps
from memristive.population import intervals
from memristive.population.sequence import until_precise
from memristive_study.data.dataset import load
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.weights import save_weights
from memristive_study.results import records

# Numbers of the training images that repeats of the seeds 7 and 8 draw; other ones would change published results.
DRAWN = [[18, 9, 2, 3], [7, 4, 0, 1]]


def test_the_images_that_calibrate_converters_are_drawn_for_each_repeat(tmp_path, monkeypatch):
    data, weights = tmp_path / "images.npz", tmp_path / "weights.safetensors"
    prepare("digits28", {"source": "digits", "size": [28, 28], "train_images": 20, "test_images": 10}, tmp_path, data)
    save_weights(build("mnist"), weights)
    seen = []
    calibrate = steps.calibrate

    def watched(network, images):
        seen.append(images)
        calibrate(network, images)

    monkeypatch.setattr(steps, "calibrate", watched)
    setting = Setting(adc_range="calibrated", calibration_images=4, tuning="none").canonical()
    records.evaluate_setting(weights, data, "mnist", setting, seeds=[7, 8], threads=1, named={})
    images = load(data)
    for found, drawn in zip(seen, DRAWN, strict=True):
        assert torch.equal(found, images.tensor(images.x_train[drawn]))


def test_recovery_in_a_study_sees_training_images_alone_and_trains_once(tmp_path, monkeypatch):
    """Whatever a network of the study computes before it meets the first test image, are images it may learn from."""
    data, weights = tmp_path / "images.npz", tmp_path / "weights.safetensors"
    prepare("digits28", {"source": "digits", "size": [28, 28], "train_images": 90, "test_images": 30}, tmp_path, data)
    save_weights(build("mnist"), weights)
    whole = load(data)
    training, test = (
        {image.numpy().tobytes(): label for image, label in zip(whole.tensor(x), y, strict=True)}
        for x, y in ((whole.x_train, whole.y_train), (whole.x_test, whole.y_test))
    )
    seen, trained, evaluating = [], [], []

    def watched(*arguments):
        model = build(*arguments)
        model.register_forward_pre_hook(lambda layer, inputs: None if evaluating else seen.append(inputs[0].clone()))
        return model

    outputs, fine_tuned = evaluation.outputs, fine_tuning.fine_tuned
    monkeypatch.setattr("memristive_study.models.build.build", watched)
    monkeypatch.setattr(
        evaluation, "outputs", lambda *all: (evaluating.append(1), outputs(*all), evaluating.clear())[1]
    )
    monkeypatch.setattr(fine_tuning, "fine_tuned", lambda *of: trained.append(of[2:]) or fine_tuned(*of))
    setting = Setting(
        **{"statistics_images": 20, "range_images": 10, "fine_tuning_images": 60, "fine_tuning_steps": 2},
        **{"fine_tuning_batch": 30, "stuck_at_lrs": 0.1, "tuning": "after"},
    )
    named = dict.fromkeys(("experiment", "network", "part", "label"), "own")
    found = records.evaluate_setting(weights, data, "mnist", setting.canonical(), range(4), 1, named, precision=0.01)
    assert len(found["evaluations"]) == 4  # in two stages
    assert len(trained) == 1
    images, labels = trained[0]
    assert [training[image.numpy().tobytes()] for image in images] == labels.tolist()
    assert {len(each) for each in seen} == {10, 20, 30}
    for image in (image for batch in seen for image in batch):
        assert image.numpy().tobytes() in training
        assert image.numpy().tobytes() not in test


def test_a_record_as_rows_of_a_table():
    setting = Setting(tile_shape=(64, 32), adc_bits=None, layers={"fc*": {"adc_bits": 6}})
    found = {"correct_bits": "", "convert_seconds": 0.123456, "seconds": 1.00004}
    record = {
        "experiment": "own",
        "network": "mnist",
        "part": "paper",
        "label": "single",
        "setting": setting.canonical(),
        "evaluations": [
            {"repeat": 0, "seed": 11, "images": 3, "correct": 2, "classes_predicted": 2, **found},
            {"repeat": 1, "seed": None, "images": 3, "correct": 1, "classes_predicted": 1, **found},
        ],
    }
    first, second = records.rows(record)
    assert set(first) == set(second) == set(records.COLUMNS)
    assert [first[name] for name in ("experiment", "network", "part", "label")] == ["own", "mnist", "paper", "single"]
    assert (first["array.tile_shape"], first["adc.bits"]) == ("64x32", "")
    assert first["layers"] == '{"fc*": {"adc.bits": 6}}'
    measured = ("repeat", "seed", "images", "correct", "accuracy", "classes_predicted", "one_class", "seconds")
    assert [first[name] for name in measured] == [0, 11, 3, 2, 66.666667, 2, "false", 1.0]
    assert [second[name] for name in measured] == [1, "", 3, 1, 33.333333, 1, "true", 1.0]
    assert first["convert_seconds"] == 0.1235


def test_as_many_repeats_as_the_precision_asks_for(tmp_path, monkeypatch, repository):
    """The first of the seeds, in their order: as many as the rule of `until_precise` needs for these accuracies."""
    weights = repository / "workflow/resources/pretrained/strong/mnist/weights.safetensors"
    data = tmp_path / "images.npz"
    prepare("digits28", {"source": "digits", "size": [28, 28], "train_images": 20, "test_images": 40}, tmp_path, data)
    setting = Setting(stuck_at_lrs=0.03, max_input_voltage=9).canonical()
    monkeypatch.setattr(intervals, "ENOUGH", 6)

    def evaluated(seeds, precision=None):
        found = records.evaluate_setting(weights, data, "mnist", setting, seeds, 1, {}, precision)["evaluations"]
        return [(one["repeat"], one["seed"], one["correct_bits"]) for one in found]

    seeds = list(range(118, 166))  # the first of them differ
    every = evaluated(seeds)
    accuracies = np.array([unpack_bits(bits, 40).mean() for _, _, bits in every])
    assert len(set(accuracies)) > 2
    known = intervals.mean_interval(accuracies[:6]).half_width
    assert evaluated(seeds, 100 * known) == every[:6]
    wanted, taken = known / 1.4, 0

    def draw(more):
        nonlocal taken
        taken += more
        return accuracies[taken - more : taken]

    count = len(until_precise(draw, wanted, len(seeds)))
    assert 6 < count < 48
    assert evaluated(seeds, 100 * wanted) == every[:count]
    assert evaluated(seeds[:8], 0.001) == every[:8]
    undrawn = records.evaluate_setting(weights, data, "mnist", Setting(tuning="none").canonical(), [], 1, {}, 1.0)
    assert [one["seed"] for one in undrawn["evaluations"]] == [None]
