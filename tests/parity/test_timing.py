"""Timing MemTorch and this project's engine: how many images of each, and whether both predict the same."""

import pytest
import torch

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.data.prepare import prepare
from memristive_study.jobs import timing
from memristive_study.models.build import build
from memristive_study.models.weights import save_weights


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Prepared digits and the weights of an untrained network on them, as arguments."""
    folder = tmp_path_factory.mktemp("digits")
    entry = {"source": "digits", "size": [28, 28], "train_images": 20, "test_images": 20}
    prepare("digits", entry, folder, folder / "digits.npz")
    torch.manual_seed(1)
    save_weights(build("mnist", 10, (1, 28, 28)), folder / "weights.safetensors")
    return folder / "weights.safetensors", folder / "digits.npz", "mnist"


def times(study, full_images=4):
    setting = Setting(max_input_voltage=9.0).canonical()
    return timing.inference_times(*study, [(64, 64), (128, 128)], setting, 8, 2, full_images, 1, "mnist")


def test_memtorch_takes_more_images_at_the_own_tile_shape_and_predicts_the_same(study):
    found = [(row["engine"], row["tile_shape"], row["images"], row["predictions_differing"]) for row in times(study)]
    assert found == [
        ("crossbar", "64x64", 8, None),
        ("memtorch", "64x64", 4, 0),
        ("crossbar", "128x128", 8, None),
        ("memtorch", "128x128", 2, 0),
    ]


def test_other_predictions_are_counted(study, monkeypatch):
    genuine = timing.from_memtorch
    monkeypatch.setattr(timing, "from_memtorch", lambda *given: lambda images: -genuine(*given)(images))
    assert [row["predictions_differing"] for row in times(study) if row["engine"] == "memtorch"] == [4, 2]


def test_more_images_than_there_are(study):
    with pytest.raises(InputError, match="full_images: 21, but mnist has 20 test images"):
        times(study, full_images=21)
