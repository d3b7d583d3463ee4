"""A network trained on one fold of a cross-validation, or on the published split (Figure 12, Table 2)."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from memristive.core import seeding
from memristive_study.data.dataset import Dataset
from memristive_study.data.folds import load_fold
from memristive_study.models.build import build
from memristive_study.models.layer_table import layer_table
from memristive_study.training.loop import Training, train
from memristive_study.training.recipe import TrainingSettings
from memristive_study.training.state import Images

PUBLISHED = "published"  # the name of the fold that trains on all training images


def initial_model(architecture: str, classes: int, input_shape: tuple[int, int, int], *seed_parts: object) -> nn.Module:
    """A network whose initial weights are named by `seed_parts`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeding.seed(*seed_parts, "initialisation"))
        return build(architecture, classes, input_shape)


def train_network(
    data: Dataset,
    settings: TrainingSettings,
    *,
    network: str,
    architecture: str,
    code: str = "",
    fold: str = PUBLISHED,
    folds_path: str | Path | None = None,
    state_folder: str | Path | None = None,
) -> Training:
    """Train `architecture` on one fold ("0", "1", ...: its training images, validated on the rest) or, as "published",
    on all training images, keeping every epoch's weights. The test images are evaluated after each epoch, for the
    tables and for the rule `best_test`; they decide nothing in the training. `code` is a hash of the network's code,
    where this is not the library's: a training is not resumed with another one."""
    model = initial_model(architecture, len(data.class_names), data.input_shape, settings.seed, network, fold)
    layer_table(model, data.input_shape)  # one clear line where the images do not fit

    def select(indices: np.ndarray | slice) -> Images:
        return data.tensor(data.x_train[indices]), torch.from_numpy(data.y_train[indices])

    if fold == PUBLISHED:
        images, validation = select(slice(None)), None
    else:
        train_indices, validation_indices = load_fold(folds_path, int(fold), len(data.y_train))
        images, validation = select(train_indices), select(validation_indices)
    return train(
        model,
        images,
        settings,
        network=network,
        code=code,
        fold=fold,
        validation=validation,
        test=(data.tensor(data.x_test), torch.from_numpy(data.y_test)),
        keep_checkpoints=fold == PUBLISHED,
        state_folder=state_folder,
    )
