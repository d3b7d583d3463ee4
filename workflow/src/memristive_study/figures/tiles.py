"""The networks' layers on the tiles of the study's own setting: which part of each array holds weights."""

from collections.abc import Mapping
from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from memristive.core.setting import Setting
from memristive_study.figures import style
from memristive_study.results.study import Study

_MOST = 4  # tiles drawn below one another


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a network, its layers at one scale. Needs `layers` with the columns rows and columns."""
    layers = frames["layers"].dropna(subset=["rows", "columns"])
    layers = layers[layers["rows"] > 0]
    names = study.ordered(layers["network"])
    if not names:
        return style.empty("No layer with weights in this study.")
    tiles = [_tile(layer, study.setting) for layer in layers.itertuples()]
    layers = layers.assign(tile_rows=[rows for rows, _ in tiles], tile_columns=[columns for _, columns in tiles])
    down = -(-layers["rows"] // layers["tile_rows"])
    heights = [float(min(down[layers["network"] == name].max(), _MOST)) + 1.7 for name in names]
    figure, axes = pyplot.subplots(
        len(names), 1, figsize=(style.DOUBLE, 0.36 * sum(heights) + 0.5), squeeze=False, height_ratios=heights
    )
    for panel, name in zip(axes.ravel(), names, strict=True):
        _row(panel, layers[layers["network"] == name], style.network_style(name, study.networks)[0])
        panel.set_title(study.label(name), loc="left")
    more = [
        f"More than {_MOST} rows of tiles are cut off." if down.max() > _MOST else "",
        "The double-column scheme needs each array twice." if study.setting.array.scheme == "double_column" else "",
    ]
    style.note(
        figure,
        f"{_tiles_text(study.setting)}; filled: devices that hold weights; "
        f"below each layer: rows{style.TIMES}columns, utilisation.\n{' '.join(filter(None, more))}",
    )
    return figure


def _tile(layer: Any, setting: Setting) -> tuple[int, int]:
    """Rows and columns of a layer's tiles; those of the layer where it is one array."""
    return setting.for_layer(layer.layer).array.tile_shape or (int(layer.rows), int(layer.columns))


def _tiles_text(setting: Setting) -> str:
    shapes = dict.fromkeys(each.array.tile_shape for each in setting.every())
    texts = ["one array a layer" if shape is None else style.TIMES.join(map(str, shape)) for shape in shapes]
    return f"tiles of {' or '.join(texts)}" if None not in shapes else " or ".join(texts)


def _row(axes: Axes, layers: Any, colour: str) -> None:
    x, lowest = 0.0, 1.0
    for layer in layers.itertuples():
        rows, columns = int(layer.rows), int(layer.columns)
        tile_rows, tile_columns = int(layer.tile_rows), int(layer.tile_columns)
        down, across = -(-rows // tile_rows), -(-columns // tile_columns)
        shown = min(down, _MOST)
        for j in range(shown):
            used_rows = min(rows - j * tile_rows, tile_rows) / tile_rows
            for k in range(across):
                used_columns = min(columns - k * tile_columns, tile_columns) / tile_columns
                axes.add_patch(Rectangle((x + k, -j - used_rows), used_columns, used_rows, color=colour, linewidth=0))
                axes.add_patch(Rectangle((x + k, -j - 1), 1, 1, fill=False, edgecolor=style.BLACK, linewidth=0.5))
        used = rows * columns / (down * tile_rows * across * tile_columns)
        cut = f"\n({shown} of {down} rows)" if shown < down else ""
        axes.text(
            x + across / 2,
            -shown - 0.12,
            f"{layer.layer}\n{rows}{style.TIMES}{columns}\n{100 * used:.0f} %{cut}",
            ha="center",
            va="top",
            fontsize=5.5,
        )
        lowest = max(lowest, shown)
        x += max(across, 1.4) + 0.5
    axes.set(xlim=(-0.3, max(x, 18)), ylim=(-lowest - 1.6, 0.15))
    axes.set_aspect("equal", anchor="W")
    axes.axis("off")
