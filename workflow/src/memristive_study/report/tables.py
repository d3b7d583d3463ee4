"""The tables, ours beside the paper's: functions `(frames, study) -> DataFrame`, written as CSV and Markdown.

Columns named `low` and `high` are a 95 % interval, `n` what it counts, `over` of what kind (repeats,
folds, images: see `memristive_study.results.statistics`). An empty cell of `paper` means that the paper reports
no value for this network.
"""

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.results import outputs
from memristive_study.results.statistics import Interval, accuracy_interval, binomial_interval
from memristive_study.results.study import Network, Study

Frames = Mapping[str, Any]
Networks = Mapping[str, Network]


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


def test_images(frames: Frames, network: Network | None) -> int | None:
    """Test images of the data set that a network learned, if the study names it."""
    path = frames.get("datasets", {}).get(network.dataset) if network else None
    return npz_shapes(path)["x_test"][0] if path else None


def digital(frames: Frames, networks: Networks) -> dict[str, Interval]:
    """Test accuracy (%) of each trained network, with its binomial interval."""
    found = {}
    for row in frames["selections"].itertuples():
        images = test_images(frames, networks.get(row.network))
        if images:
            found[row.network] = binomial_interval(round(row.test_accuracy * images), images)
        else:
            found[row.network] = Interval(100 * row.test_accuracy, math.nan, math.nan, 1, "networks")
    return found


def fold_accuracies(histories: pd.DataFrame) -> pd.DataFrame:
    """Test accuracy (%) of each fold at the epoch of its best validation accuracy: network, fold, epoch, accuracy."""
    folds = histories[histories["fold"] != "published"].dropna(subset=["validation_accuracy"])
    best = folds.loc[folds.groupby(["network", "fold"])["validation_accuracy"].idxmax()]
    return best[["network", "fold", "epoch"]].assign(accuracy=100 * best["test_accuracy"])


def interval_columns(found: Interval) -> dict[str, Any]:
    """An interval as the columns ours, low, high, n and over."""
    return {"ours": found.value, "low": found.low, "high": found.high, "n": found.n, "over": found.kind}


def datasets(frames: Frames, study: Study) -> pd.DataFrame:
    """The data sets, and what the paper says of the one of the same name."""
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
        rows.append({"dataset": study.paper.labels.get(name, name)} | row | {f"paper_{k}": paper.get(k) for k in row})
    return pd.DataFrame(rows).astype({f"paper_{k}": "Int64" for k in ("classes", "train_images", "test_images")})


def training(frames: Frames, study: Study) -> pd.DataFrame:
    """Test accuracy of the digital networks: (a) mean of the folds, (b) trained on the published split."""
    rows = []
    folds, single = fold_accuracies(frames["histories"]), digital(frames, study.networks)
    for name in study.ordered([*folds["network"], *single]):
        mine = folds[folds["network"] == name]
        if len(mine):
            found = accuracy_interval(mine["accuracy"], "folds")
            rows.append(
                {"part": "a: mean of folds", "network": study.label(name)}
                | interval_columns(found)
                | {"paper": study.reported(study.paper.fold_accuracy, name)}
            )
    for name in study.ordered(single):
        rows.append(
            {"part": "b: published split", "network": study.label(name)}
            | interval_columns(single[name])
            | {"paper": study.reported(study.paper.digital_accuracy, name)}
        )
    return pd.DataFrame(rows)


def best_voltage(frame: pd.DataFrame) -> tuple[float, Interval]:
    """The maximum input voltage (V) with the highest mean accuracy in `frame`, the lowest of equals, and that mean."""
    means = frame.groupby("max_input_voltage")["accuracy"].mean()
    volts = float(means.idxmax())
    return volts, accuracy_interval(frame.loc[frame["max_input_voltage"] == volts, "accuracy"])


def inference_time(frames: Frames, study: Study) -> pd.DataFrame:
    """Seconds for all test images; timed on few images and scaled where `scaled` is true."""
    rows = []
    for row in frames["times"].itertuples():
        tile = row.tile_shape if isinstance(row.tile_shape, str) else "none"
        reported = study.reported(study.paper.seconds, row.network) or {}
        rows.append(
            {
                "network": study.label(row.network),
                "engine": row.engine,
                "tile_shape": tile,
                "seconds": row.scaled_seconds,
                "timed_images": row.images,
                "test_images": row.test_images,
                "scaled": row.images != row.test_images,
                "predictions_differing": getattr(row, "predictions_differing", None),
                "threads": row.threads,
                "paper_seconds": reported.get(tile),
            }
        )
    return pd.DataFrame(rows)


def networks(frames: Frames, study: Study) -> pd.DataFrame:
    """Layers of each network: those of `networks.layer_table`, and the matrix that goes on tiles."""
    from torch import nn

    from memristive_study.models import networks as library

    rows = []
    for name, network in study.networks.items():
        if network.dataset not in frames["datasets"]:
            raise InputError(f"networks: {name}: its data set {network.dataset!r} is not among the job's data sets")
        shapes = npz_shapes(frames["datasets"][network.dataset])
        height, width, channels = shapes["x_train"][1:]
        shape = (channels, height, width)
        model = library.build(network.architecture, shapes["class_names"][0], shape)
        modules = dict(model.named_modules())
        for row in library.layer_table(model, shape):
            module = modules[row["layer"]]
            weights = isinstance(module, nn.Conv2d | nn.Linear)
            size = (module.weight[0].numel(), module.weight.shape[0]) if weights else (None, None)
            rows.append({"network": name} | row | {"rows": size[0], "columns": size[1]})
    return pd.DataFrame(rows).astype({"rows": "Int64", "columns": "Int64"})


def device_parameters(frames: Frames, study: Study) -> pd.DataFrame:
    """Parameters of the devices' models and where they were published; a row a parameter, a column a device."""
    frame = frames["parameters"].set_index("name").drop(columns="device").dropna(axis="columns", how="all")
    return frame.T.rename_axis("parameter").reset_index()


def make(
    function: str,
    title: str,
    inputs: Mapping[str, figures.Value],
    study: Study,
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write a table as CSV and as Markdown, with its inputs' hashes in the latter.

    Args:
        function: what makes it, "module:function" as in `outputs.Table.make`.
        inputs: paths by the names that `outputs` explains.
    """
    frame = outputs.resolve(function)(figures.read_all(inputs), study)
    if not study.paper.key:
        frame = frame[[name for name in frame if name != "paper" and not name.startswith("paper_")]]
    write_csv(csv, frame.astype(object).where(frame.notna(), None).to_dict("records"), list(frame.columns))
    write_text(markdown, f"# {title}\n\n{to_markdown(frame)}\n{stamp_line(inputs)}")


def stamp_line(inputs: Mapping[str, figures.Value]) -> str:
    """The hashes of a table's inputs as a comment that Markdown does not show."""
    return f"\n<!-- {figures.STAMP}: {json.dumps(figures.hashes(inputs))} -->\n"


def stamp(markdown: str | Path) -> dict[str, str]:
    """The hashes that a table was written with; empty where it has none."""
    for line in Path(markdown).read_text(encoding="utf-8").splitlines():
        if line.startswith(f"<!-- {figures.STAMP}: "):
            return json.loads(line.removeprefix(f"<!-- {figures.STAMP}: ").removesuffix(" -->"))
    return {}


def cell(value: Any) -> str:
    """One value as text: two decimals (three digits where it is small), nothing for a missing one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        if value != 0 and abs(value) < 0.01:
            return f"{value:.3g}"
        return f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its interval in one column, and columns of whole numbers without decimals, as objects."""
    frame = merge_interval(frame)
    for name in frame.select_dtypes("float"):
        if (frame[name].dropna() % 1 == 0).all():
            frame = frame.assign(**{name: frame[name].astype("Int64")})
    return frame.astype(object)


def merge_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with low and high as one column `interval`, for readers."""
    if not {"low", "high"} <= set(frame.columns):
        return frame
    interval = [
        "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    place = list(frame.columns).index("low")
    merged = frame.drop(columns=["low", "high"])
    merged.insert(place, "interval (95 %)", interval)
    return merged


def to_markdown(frame: pd.DataFrame) -> str:
    """A Markdown table; pipes and angle brackets in texts are escaped."""
    frame = for_readers(frame)

    def escaped(text: str) -> str:
        for sign, safe in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), (">", "&gt;"), ("\n", " ")):
            text = text.replace(sign, safe)
        return text

    lines = [list(map(str, frame.columns)), ["---"] * len(frame.columns)]
    lines += [[escaped(cell(value)) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
