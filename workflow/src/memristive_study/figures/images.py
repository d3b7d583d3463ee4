"""Example images of each data set, with their classes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results.study import Study

SHOWN = 10  # classes, evenly over those there are


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a data set: the first test image of each of ten classes. Needs `datasets`."""
    titles = study.paper.labels
    place = {name: number for number, name in enumerate(titles)}
    names = sorted(frames["datasets"], key=lambda name: (place.get(name, len(place)), name))
    if not names:
        return style.empty("No data set in this study.")
    figure, axes = pyplot.subplots(
        len(names), SHOWN, figsize=(style.DOUBLE, 0.98 * len(names)), squeeze=False, gridspec_kw={"wspace": 0.08}
    )
    for row, name in zip(axes, names, strict=True):
        with np.load(frames["datasets"][name], allow_pickle=False) as arrays:
            images, labels, classes = arrays["x_test"], arrays["y_test"], [str(c) for c in arrays["class_names"]]
        present = np.unique(labels)
        chosen = present[np.linspace(0, len(present) - 1, min(SHOWN, len(present))).round().astype(int)]
        for panel in row:
            panel.axis("off")
        for panel, label in zip(row, chosen, strict=False):
            image = images[np.argmax(labels == label)]
            panel.imshow(image.squeeze(), cmap="gray", interpolation="nearest")
            panel.set_title(classes[label].replace("_", " "), fontsize=6.5, pad=2)
        row[0].text(
            -0.12,
            0.5,
            titles.get(name, name),
            transform=row[0].transAxes,
            rotation=90,
            ha="right",
            va="center",
            fontsize=8,
        )
    return figure
