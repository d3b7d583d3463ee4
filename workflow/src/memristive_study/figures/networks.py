"""The networks, layer by layer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from memristive_study.figures import style
from memristive_study.results.study import Study

FACES = {"Conv2d": "#56B4E9", "MaxPool2d": "#F0E442", "Linear": "#E69F00", "other": "#cccccc"}
HATCHES = {"Linear": "////"}  # in grey its colour is that of a convolution
NAMES = {"Conv2d": "convolution", "MaxPool2d": "pooling", "Linear": "fully connected", "other": "other"}
ATTACHED = {"BatchNorm2d": "BN", "ReLU": "ReLU", "Dropout": "dropout", "Flatten": ""}


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a network. Needs `layers` (columns network, layer, type, output_shape, parameters, multiply_adds)."""
    layers = frames["layers"]
    names = study.ordered(layers["network"])
    if not names:
        return style.empty("No network in this study.")
    figure, axes = pyplot.subplots(len(names), 1, figsize=(style.DOUBLE, 1.3 * len(names) + 0.3), squeeze=False)
    longest = max(len(_boxes(layers[layers["network"] == name])) for name in names)
    kinds: list[str] = []
    for panel, name in zip(axes.ravel(), names, strict=True):
        mine = layers[layers["network"] == name]
        boxes = _boxes(mine)
        _row(panel, boxes, longest)
        kinds += dict.fromkeys(kind for kind, _, _ in boxes if kind not in kinds)
        parameters, operations = mine["parameters"].sum(), mine["multiply_adds"].sum()
        work = f"{operations / 1e6:.2f} million" if operations >= 1e5 else f"{operations:,}"
        panel.set_title(f"{study.label(name)}: {parameters:,} parameters, {work} multiply-adds", loc="left")
    handles = [Patch(**_face(kind), edgecolor=style.BLACK, linewidth=0.5, label=NAMES[kind]) for kind in kinds]
    style.legend(figure, handles)
    return figure


def _face(kind: str) -> dict[str, Any]:
    return {"facecolor": FACES[kind], "hatch": HATCHES.get(kind, "")}


def _boxes(layers: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Kind, shape and what follows it, of each layer that is drawn as a box."""
    boxes: list[tuple[str, str, str]] = []
    pending = ""
    for row in layers.itertuples():
        if row.type in ATTACHED:
            text = ATTACHED[row.type]
            if text and boxes and row.type != "Dropout":
                kind, shape, after = boxes[-1]
                boxes[-1] = (kind, shape, f"{after}\n{text}".strip())
            elif text:
                pending = text
            continue
        boxes.append((row.type if row.type in FACES else "other", str(row.output_shape), pending and f"({pending})"))
        pending = ""
    return boxes


def _row(axes: Axes, boxes: list[tuple[str, str, str]], longest: int) -> None:
    """Boxes from left to right: height is the image's height, width grows with the channels."""
    axes.axis("off")
    axes.set(xlim=(-0.5, longest - 0.5), ylim=(-1.0, 0.95))
    for i, (kind, shape, after) in enumerate(boxes):
        sizes = [int(n) for n in shape.split("x")]
        tall = sizes[1] if len(sizes) > 1 else 4
        height = 0.25 + 0.75 * np.sqrt(min(tall, 32) / 32)
        width = 0.2 + 0.5 * min(np.log2(sizes[0] + 1) / 8, 1)
        box = Rectangle(
            (i - width / 2, -height / 2), width, height, **_face(kind), edgecolor=style.BLACK, linewidth=0.6
        )
        axes.add_patch(box)
        axes.text(i, height / 2 + 0.08, shape.replace(" x ", style.TIMES), ha="center", va="bottom", fontsize=6)
        axes.text(i, -height / 2 - 0.07, after, ha="center", va="top", fontsize=5.5, color=style.GREY, linespacing=0.95)
        if i:
            axes.annotate("", (i - 0.36, 0), (i - 0.64, 0), arrowprops={"arrowstyle": "->", "linewidth": 0.6})
