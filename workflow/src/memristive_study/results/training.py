"""Accuracies of the digital networks, from the histories of their trainings and the epochs selected."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from memristive_study.results.statistics import Interval, binomial_interval, single
from memristive_study.results.study import Network


def digital_accuracies(
    selections: pd.DataFrame, datasets: Mapping[str, Path], networks: Mapping[str, Network]
) -> dict[str, Interval]:
    """Test accuracy (%) of each trained network; its interval is that of the test images, if their number is known.

    Args:
        selections: a row a network, with test_accuracy (0 to 1).
        datasets: prepared .npz by name, as far as a study has them.
        networks: those of the study.
    """
    found = {}
    for row in selections.itertuples():
        network = networks.get(row.network)
        path = datasets.get(network.dataset) if network else None
        if path:
            images = npz_shapes(path)["x_test"][0]
            found[row.network] = binomial_interval(round(row.test_accuracy * images), images)
        else:
            found[row.network] = single(100 * row.test_accuracy, "networks")
    return found


def fold_accuracies(histories: pd.DataFrame) -> pd.DataFrame:
    """Test accuracy (%) of each fold at the epoch of its best validation accuracy: network, fold, epoch, accuracy."""
    folds = histories[histories["fold"] != "published"].dropna(subset=["validation_accuracy"])
    best = folds.loc[folds.groupby(["network", "fold"])["validation_accuracy"].idxmax()]
    return best[["network", "fold", "epoch"]].assign(accuracy=100 * best["test_accuracy"])


def validation_curve(histories: pd.DataFrame, network: str) -> pd.Series:
    """Validation accuracy (%) of a network by epoch, mean of its folds; empty without a cross-validation."""
    mine = histories[(histories["network"] == network) & (histories["fold"] != "published")]
    return 100 * mine.groupby("epoch")["validation_accuracy"].mean()


def test_curve(histories: pd.DataFrame, network: str) -> pd.Series:
    """Test accuracy (%) of a network's training on the published split by epoch; empty where there is none."""
    mine = histories[(histories["network"] == network) & (histories["fold"] == "published")]
    return 100 * mine.set_index("epoch")["test_accuracy"]


def npz_shapes(path: str | Path) -> dict[str, tuple[int, ...]]:
    """Shapes of the arrays of an .npz, without reading them."""
    shapes = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                version = np.lib.format.read_magic(stream)
                read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                shapes[name.removesuffix(".npy")] = read(stream)[0]
    return shapes
