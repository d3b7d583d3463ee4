"""The tables, ours beside the paper's: functions `(frames, networks) -> DataFrame`, written as CSV and Markdown.

Columns named `low` and `high` are a 95 % interval, `n` what it counts, `over` of what kind (repeats,
folds, images: see `memristive_study.results.statistics`). An empty cell of `paper` means that the paper reports
no value for this network.
"""

import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import write_csv, write_text
from memristive_study import figures
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.papers.souto_garnelo.reported import Network
from memristive_study.results import outputs, sources
from memristive_study.results.statistics import Interval, accuracy_interval, binomial_interval

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


def _columns(found: Interval) -> dict[str, Any]:
    return {"ours": found.value, "low": found.low, "high": found.high, "n": found.n, "over": found.kind}


def _label(name: str, networks: Networks) -> str:
    return networks[name].label if name in networks else name


def _ordered(names: Sequence[str], networks: Networks) -> list[str]:
    known = list(networks)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def _paper(reported: Mapping[str, float], name: str, networks: Networks) -> float | None:
    return study.value(reported, networks[name]) if name in networks else None


def datasets(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 1: the data sets, and what the paper says of the one of the same name."""
    rows = []
    for name, path in frames["datasets"].items():
        shapes = npz_shapes(path)
        count, height, width, channels = shapes["x_train"]
        images = next((network.images for network in networks.values() if network.dataset == name), name)
        paper = study.DATASETS.get(images, {})
        row = {
            "type": "RGB" if channels == 3 else "BW",
            "image_size": f"{height}x{width}",
            "classes": shapes["class_names"][0],
            "train_images": count,
            "test_images": shapes["x_test"][0],
        }
        rows.append({"dataset": study.LABELS.get(name, name)} | row | {f"paper_{k}": paper.get(k) for k in row})
    return pd.DataFrame(rows).astype({f"paper_{k}": "Int64" for k in ("classes", "train_images", "test_images")})


def training(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 2: (a) mean of the folds on the test set, (b) the network trained on the published split."""
    rows = []
    folds, single = fold_accuracies(frames["histories"]), digital(frames, networks)
    for name in _ordered([*folds["network"], *single], networks):
        mine = folds[folds["network"] == name]
        if len(mine):
            found = accuracy_interval(mine["accuracy"], "folds")
            rows.append(
                {"part": "a: mean of folds", "network": _label(name, networks)}
                | _columns(found)
                | {"paper": _paper(study.FOLD_ACCURACY, name, networks)}
            )
    for name in _ordered(list(single), networks):
        rows.append(
            {"part": "b: published split", "network": _label(name, networks)}
            | _columns(single[name])
            | {"paper": _paper(study.DIGITAL_ACCURACY, name, networks)}
        )
    return pd.DataFrame(rows)


def endurance_retention(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 3: accuracy at the paper's point of both experiments, for each semantics and choice of tuning."""
    rows = []
    for experiment, reported in (
        ("endurance", study.ENDURANCE_ACCURACY),
        ("retention", study.RETENTION_ACCURACY),
    ):
        frame = frames[experiment]
        frame = frame[frame["part"] == "paper"]
        for name in _ordered(frame["network"].tolist(), networks):
            mine = frame[frame["network"] == name]
            for (semantics, tuning), group in mine.groupby(["semantics", "tuning"], sort=False):
                rows.append(
                    {
                        "experiment": experiment,
                        "network": _label(name, networks),
                        "semantics": semantics,
                        "tuning": tuning,
                    }
                    | _columns(accuracy_interval(group["accuracy"]))
                    | {"paper": _paper(reported, name, networks)}
                )
    return pd.DataFrame(rows)


def best_voltage(frame: pd.DataFrame) -> tuple[float, Interval]:
    """The maximum input voltage (V) with the highest mean accuracy in `frame`, the lowest of equals, and that mean."""
    means = frame.groupby("max_input_voltage")["accuracy"].mean()
    volts = float(means.idxmax())
    return volts, accuracy_interval(frame.loc[frame["max_input_voltage"] == volts, "accuracy"])


def max_input_voltage(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 4: the best accuracy over the maximum input voltages beside the digital one."""
    rows = []
    frame, single = frames["input_voltage"].dropna(subset=["max_input_voltage"]), digital(frames, networks)
    frame = frame[frame["part"] == "paper"]
    for name in _ordered(frame["network"].tolist(), networks):
        mine = frame[frame["network"] == name]
        for semantics, group in mine.groupby("semantics", sort=False):
            volts, found = best_voltage(group)
            ours = single.get(name)
            rows.append(
                {"network": _label(name, networks), "semantics": semantics, "max_input_voltage": volts}
                | _columns(found)
                | {
                    "digital": ours.value if ours else None,
                    "loss": ours.value - found.value if ours else None,
                    "paper": _paper(study.MAX_INPUT_VOLTAGE_ACCURACY, name, networks),
                    "paper_digital": _paper(study.DIGITAL_ACCURACY, name, networks),
                }
            )
    return pd.DataFrame(rows)


def inference_time(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 5: seconds for all test images; timed on few images and scaled where `scaled` is true."""
    rows = []
    for row in frames["times"].itertuples():
        tile = row.tile_shape if isinstance(row.tile_shape, str) else "none"
        network = networks.get(row.network)
        reported = study.TILE_SECONDS.get(network.paper or "", {}) if network else {}
        rows.append(
            {
                "network": _label(row.network, networks),
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


def stuck_at_faults(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Table 6: accuracy by proportions of stuck devices: those the paper tabulates, or all that a study has."""
    frame = frames["device_faults"]
    rows = []
    tabulated = set(study.STUCK_AT_ACCURACY["cifar10"])
    for name in _ordered(frame["network"].tolist(), networks):
        reported = study.STUCK_AT_ACCURACY.get(networks[name].paper or "", {}) if name in networks else {}
        mine = frame[frame["network"] == name]
        for (semantics, lrs, hrs), group in mine.groupby(["semantics", "stuck_at_lrs", "stuck_at_hrs"], sort=False):
            key = next((k for k in tabulated if np.allclose(k, (lrs, hrs))), None)
            if key is not None:
                rows.append(
                    {
                        "network": _label(name, networks),
                        "semantics": semantics,
                        "stuck_at_lrs": lrs,
                        "stuck_at_hrs": hrs,
                    }
                    | _columns(accuracy_interval(group["accuracy"]))
                    | {"paper": reported.get(key)}
                )
    columns = ["network", "semantics", "stuck_at_lrs", "stuck_at_hrs", "ours", "low", "high", "n", "over", "paper"]
    return pd.DataFrame(rows, columns=columns)


def networks(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Layers of each network, for Figure 11: those of `layer_table`, and the matrix that goes on tiles."""
    from torch import nn

    from memristive_study.models.build import build
    from memristive_study.models.layer_table import layer_table

    rows = []
    for name, network in networks.items():
        if network.dataset not in frames["datasets"]:
            raise InputError(f"networks: {name}: its data set {network.dataset!r} is not among the job's data sets")
        shapes = npz_shapes(frames["datasets"][network.dataset])
        height, width, channels = shapes["x_train"][1:]
        shape = (channels, height, width)
        model = build(network.architecture, shapes["class_names"][0], shape)
        modules = dict(model.named_modules())
        for row in layer_table(model, shape):
            module = modules[row["layer"]]
            weights = isinstance(module, nn.Conv2d | nn.Linear)
            size = (module.weight[0].numel(), module.weight.shape[0]) if weights else (None, None)
            rows.append({"network": name} | row | {"rows": size[0], "columns": size[1]})
    return pd.DataFrame(rows).astype({"rows": "Int64", "columns": "Int64"})


def device_parameters(frames: Frames, networks: Networks) -> pd.DataFrame:
    """Parameters of the devices' models and where they were published; a row a parameter, a column a device."""
    frame = frames["parameters"].set_index("name").drop(columns="device").dropna(axis="columns", how="all")
    return frame.T.rename_axis("parameter").reset_index()


def make(
    name: str,
    inputs: Mapping[str, figures.Value],
    known: Networks,
    csv: str | Path,
    markdown: str | Path,
) -> None:
    """Write the table `name` of `outputs.TABLES` as CSV and as Markdown, and its inputs' hashes beside them."""
    if name not in outputs.TABLES:
        raise InputError(f"table {name!r}: expected one of {', '.join(outputs.TABLES)}")
    output = outputs.TABLES[name]
    frame = globals()[output.module](figures.read_all(inputs), known)
    write_csv(csv, frame.astype(object).where(frame.notna(), None).to_dict("records"), list(frame.columns))
    write_text(markdown, f"# {output.title}\n\n{to_markdown(frame)}")
    sources.write(markdown, inputs)


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
