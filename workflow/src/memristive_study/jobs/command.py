"""What the simulator's command line takes from the study: prepared data sets, by an entry point of this package."""

from pathlib import Path
from typing import Any

import torch

from memristive.evaluation import Draw
from memristive_study.data.dataset import TestImages
from memristive_study.results.records import training_images


def prepared(path: Path) -> tuple[Any, torch.Tensor, int, Draw]:
    """Test images, labels int64 [images], number of classes and a draw of training images of a file of `prepare`."""
    test = TestImages(path)
    return test, torch.from_numpy(test.labels), len(test.class_names), training_images(path)
