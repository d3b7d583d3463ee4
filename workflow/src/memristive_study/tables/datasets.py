"""The data sets, and what the paper says of the one of the same name (Table 1)."""

import pandas as pd

from memristive_study.results.study import Study
from memristive_study.results.training import npz_shapes
from memristive_study.tables import Frames


def build(frames: Frames, study: Study) -> pd.DataFrame:
    """A row a data set: type, image_size, classes, train_images, test_images, and the paper's. Needs `datasets`."""
    rows = []
    for name, path in frames["datasets"].items():
        shapes = npz_shapes(path)
        count, height, width, channels = shapes["x_train"]
        images = next((network.images for network in study.networks.values() if network.dataset == name), name)
        paper = study.paper.datasets.get(images, {})
        row = {
            "type": "RGB" if channels == 3 else "BW",
            "image_size": f"{height}x{width}",
            "classes": shapes["class_names"][0],
            "train_images": count,
            "test_images": shapes["x_test"][0],
        }
        label = study.paper.labels.get(name, name)
        rows.append({"dataset": label} | row | {f"paper_{key}": paper.get(key) for key in row})
    return pd.DataFrame(rows).astype({f"paper_{key}": "Int64" for key in ("classes", "train_images", "test_images")})
