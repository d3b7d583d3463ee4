"""A study made of invented, well-formed files: what figures, tables, claims and reports are tested on.

The accuracies are formulas that behave as networks do; `defects` are the places in which a test turns an effect round.
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import yaml

from memristive.core.files import write_csv, write_json, write_text
from memristive.core.setting import Setting
from memristive_study.plan.plan import Plan
from memristive_study.results.records import COLUMNS

DIGITAL = {"mnist": 0.9873, "cifar10": 0.8270, "cifar100": 0.5885}
FRAGILE = {"mnist": 1.0, "cifar10": 2.2, "cifar100": 3.0}
TEST_IMAGES = 1_000  # of an evaluation
DIGITAL_IMAGES = 4_000  # of a data set, so that a digital accuracy is known to a point
CHANCE = {"mnist": 0.1, "cifar10": 0.1, "cifar100": 0.01}
LAYERS = {
    "mnist": [("Conv2d", 9, 10), ("Conv2d", 90, 10), ("MaxPool2d", 0, 0), ("Conv2d", 90, 10), ("Linear", 490, 10)],
    "cifar10": [
        ("Conv2d", 27, 16),
        ("MaxPool2d", 0, 0),
        ("Conv2d", 288, 64),
        ("Linear", 1024, 128),
        ("Dropout", 0, 0),
        ("Linear", 128, 10),
    ],
    "cifar100": [
        ("Conv2d", 27, 32),
        ("MaxPool2d", 0, 0),
        ("Conv2d", 576, 128),
        ("Linear", 2048, 256),
        ("Linear", 128, 100),
    ],
}
RULEGRAPH = """digraph snakemake_dag {
    graph[bgcolor=white, margin=0];
    node[shape=box, style=rounded, fontname=sans, fontsize=10, penwidth=2];
\t0[label = "all", color = "0.0 0.6 0.85", style="rounded"];
\t1[label = "prepare_dataset", color = "0.1 0.6 0.85", style="rounded"];
\t2[label = "train_published", color = "0.2 0.6 0.85", style="rounded"];
\t3[label = "evaluate", color = "0.3 0.6 0.85", style="rounded"];
\t4[label = "figure", color = "0.4 0.6 0.85", style="rounded"];
\t5[label = "table", color = "0.4 0.6 0.85", style="rounded"];
\t1 -> 2
\t2 -> 3
\t1 -> 3
\t3 -> 4
\t3 -> 5
\t4 -> 0
\t5 -> 0
}
"""


def accuracy(network: str, setting: Setting) -> float:
    """An invented accuracy (0 to 1) that every knob moves in its usual direction."""
    fragile, chance = FRAGILE[network], CHANCE[network]
    loss = 0.004 * fragile
    loss += math.exp(-(setting.inputs.max_voltage - 0.5) / 0.9) * 0.8 * fragile
    loss += 1.2 * fragile * 2.0 ** -(1.9 * setting.adc.bits)
    loss += 0.01 * fragile * (setting.adc.range == "calibrated")
    loss += 0.02 * fragile * (setting.arithmetic.semantics == "memtorch") * (setting.arithmetic.batch_size != 250)
    loss += 0.0004 * fragile * (setting.array.tile_shape[0] / 64 - 1)
    loss += (setting.variability.sigma / 100) ** 2 * 0.02 * fragile**2
    loss += setting.faults.stuck_at_lrs * 13 + setting.faults.stuck_at_hrs * 2 * fragile
    if setting.states.count and setting.arithmetic.semantics == "physical":
        loss += 2.4 * fragile / setting.states.count**1.7
    if setting.endurance.cycles and setting.endurance.operation_mode == "sudden":
        loss += 0.22 * fragile + (0.05 if setting.tuning.when == "after" else 0)
    elif setting.endurance.cycles:
        loss += (
            0.04 * fragile * max(0.0, math.log10(setting.endurance.cycles) - 3) * setting.endurance.temperature / 300
        )
    if setting.retention.time and setting.tuning.when == "before":
        loss += 0.2 * math.log10(setting.retention.time / setting.retention.initial_time)
    return chance + (DIGITAL[network] - chance) * math.exp(-3 * loss)


def others() -> dict[tuple[str, str], list[Setting]]:
    """Settings of each experiment of config.yaml, and its parts, that nobody has written grids for here."""
    config = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8"))
    known = {name for name, _ in grids("small")}
    run = {"networks": ["mnist"], "experiments": [name for name in config["experiments"] if name not in known]}
    jobs = Plan({**config, "run": {**run, "choices": []}}).jobs
    found: dict[tuple[str, str], list[Setting]] = {}
    for job in jobs:
        found.setdefault((job.experiment, job.part), []).append(job.setting)
    return found


def rows(experiment: str, network: str, part: str, settings: list[Setting], repeats: int, images: int = TEST_IMAGES):
    """One row an evaluation, in the format of experiments/<experiment>.csv."""
    for number, setting in enumerate(settings):
        for repeat in range(repeats if setting.draws else 1):
            random = np.random.default_rng([repeat, len(network), len(experiment)])
            wobble = random.normal(
                0, 0.002 + 0.05 * (setting.faults.stuck_at_lrs + setting.faults.stuck_at_hrs > 0) * 0.2
            )
            settled = accuracy(network, setting) - 0.01 * number * ((experiment, part) in OTHERS)
            correct = round(images * min(max(settled + wobble, 0), 1))
            constant = network != "mnist" and setting.inputs.max_voltage <= 1
            values = {k: "x".join(map(str, v)) if isinstance(v, list) else v for k, v in setting.as_dict().items()}
            yield values | {
                "experiment": experiment,
                "network": network,
                "part": part,
                "label": f"{part}-{number}",
                "repeat": repeat,
                "seed": 100 + repeat if setting.draws else None,
                "images": images,
                "correct": correct,
                "accuracy": 100 * correct / images,
                "classes_predicted": 1 if constant else 10,
                "one_class": str(constant).lower(),
                "convert_seconds": 0.4,
                "seconds": 9.5,
            }


def grids(part: str, both: bool = True) -> dict[tuple[str, str], list[Setting]]:
    """Settings of each experiment and part; `part` full or small."""
    small = part == "small"
    semantics = ("physical", "memtorch") if both else ("physical",)
    volts = (1, 6, 9) if small else range(1, 11)
    faults = (0.0, 0.05) if small else (0.0, 0.01, 0.02, 0.05, 0.1)
    return {
        ("input_voltage", "paper"): [Setting(max_input_voltage=v, semantics=s) for v in volts for s in semantics],
        ("adc_tile", "paper"): [
            Setting(adc_bits=b, tile_shape=(t, t))
            for b in ((2, 8) if small else (2, 4, 6, 8, 10))
            for t in ((64, 128) if small else (64, 128, 256))
        ],
        ("input_voltage", "batch"): [
            Setting(max_input_voltage=1, semantics="memtorch", batch_size=b) for b in ((1,) if small else (1, 10, 1000))
        ],
        ("adc_tile", "range"): [
            Setting(adc_bits=b, adc_range="calibrated") for b in ((8,) if small else (2, 4, 6, 8, 10))
        ],
        ("variability", "paper"): [
            Setting(sigma=sigma, conductance_states=n, semantics=s)
            for sigma in ((0.0, 100.0) if small else (0.0, 20.0, 50.0, 100.0, 200.0))
            for n in ((2, None) if small else (2, 4, 8, 16, 32, None))
            for s in semantics
        ],
        ("device_faults", "paper"): [Setting(stuck_at_lrs=a, stuck_at_hrs=b) for a in faults for b in faults],
        ("device_faults", "tiles"): [
            Setting(stuck_at_lrs=a, tile_shape=(t, t))
            for a in ((0.0, 0.05) if small else (0.0, 0.01, 0.05))
            for t in ((64, 256) if small else (64, 128, 256))
        ],
        ("endurance", "paper"): [
            Setting(cycles=1e4, semantics=s, tuning=t) for s in semantics for t in ("before", "after")
        ],
        ("endurance", "cycles_temperature"): [
            Setting(cycles=c, temperature=t, operation_mode="gradual", tuning="before")
            for c in ((1e3, 1e6) if small else (1e3, 1e4, 1e5, 1e6, 1e7))
            for t in ((300.0, 400.0) if small else (300.0, 350.0, 400.0))
        ],
        ("retention", "paper"): [Setting(retention_time=1e4, tuning=t) for t in ("before", "after")],
        ("retention", "time"): [
            Setting(retention_time=10.0**k, tuning=t)
            for k in ((1, 4) if small else range(1, 9))
            for t in ("before", "after")
        ],
    }


EXPERIMENT_NETWORKS = {"input_voltage": 3}  # the others leave out CIFAR100
OTHERS = others()
EXPERIMENTS = {
    name: {"parts": {part: {} for other, part in (*grids("small"), *OTHERS) if other == name}}
    for name in dict.fromkeys(name for name, _ in (*grids("small"), *OTHERS))
}


def write_study(
    folder: Path,
    networks: tuple[str, ...] = ("mnist", "cifar10", "cifar100"),
    size: str = "full",
    repeats: int = 5,
    images: dict[str, str] | None = None,
    folds: int = 5,
    epochs: int = 20,
) -> dict:
    """Write a whole study to `folder`; returns its named inputs and `study`, the text that `Study.read` takes."""
    folder = Path(folder)
    images = images or {name: name for name in networks}
    inputs: dict = {"selections": [], "histories": [], "datasets": [], "records": []}
    frames: dict[str, list[dict]] = {}
    for (experiment, part), settings in {**grids(size), **OTHERS}.items():
        for network in networks[: EXPERIMENT_NETWORKS.get(experiment, 2)]:
            frames.setdefault(experiment, []).extend(rows(experiment, network, part, settings, repeats))
    for experiment, found in frames.items():
        inputs[experiment] = folder / f"experiments/{experiment}.csv"
        write_csv(inputs[experiment], found, COLUMNS)
    inputs["replicates"] = folder / "experiments/replicates.csv"  # of a study without further draws of its networks
    write_csv(inputs["replicates"], [row for row in frames["input_voltage"] if row["network"] == networks[0]], COLUMNS)
    for network in networks:
        base = folder / "training" / network
        selection = {
            "network": network,
            "rule": "best_test",
            "epoch": epochs,
            "epochs": epochs,
            "train_accuracy": 0.999,
            "test_accuracy": DIGITAL[network],
        }
        write_json(base / "selection.json", selection)
        inputs["selections"].append(base / "selection.json")
        for fold in [*map(str, range(folds)), "published"]:
            name = base / (fold if fold == "published" else f"fold{fold}") / "history.csv"
            write_csv(name, list(_history(network, fold, epochs)))
            inputs["histories"].append(name)
    for name in dict.fromkeys(images.values()):
        inputs["datasets"].append(_dataset(folder / f"datasets/{name}.npz"))
    inputs["layers"] = folder / "tables/networks.csv"
    write_csv(inputs["layers"], [row for network in networks for row in _layers(network)])
    times = [
        {
            "network": network,
            "engine": engine,
            "tile_shape": tile,
            "images": 20 if engine == "memtorch" else 10_000,
            "test_images": 10_000,
            "seconds": s / (500 if engine == "memtorch" else 1),
            "scaled_seconds": s,
            "threads": 1,
            "predictions_differing": 0 if engine == "memtorch" else None,
        }
        for network in networks[:1]
        for engine, scale in (("crossbar", 0.05), ("memtorch", 4.6))
        for tile, s in zip(("64x64", "128x128", "256x256"), (196 * scale, 300 * scale, 700 * scale), strict=True)
    ]
    inputs["times"] = folder / "experiments/inference_time.csv"
    write_csv(inputs["times"], times)
    inputs["folds"] = [path for path in inputs["histories"] if path.parent.name != "published"]
    inputs["parity"] = folder / "validation/parity.csv"
    write_csv(
        inputs["parity"],
        [
            {
                "experiment": e,
                "network": networks[0],
                "setting": f"adc_bits-{b}",
                "images": 8,
                "max_abs_difference": 0.0,
                "max_abs_logit": 21.3,
                "same_predictions": True,
                "codes": 120_000,
                "codes_differing": 0,
            }
            for e in frames
            for b in (2, 8)
        ],
    )
    for name, found in proofs(tuple(name for name in networks if images[name] == name)).items():
        if not found:  # of no network of the paper
            continue
        inputs[f"proof_{name}"] = folder / f"proofs/{name}.csv"
        write_csv(inputs[f"proof_{name}"], found, list(dict.fromkeys(key for row in found for key in row)))
    inputs["curves"], inputs["hysteresis"] = folder / "devices/curves.csv", folder / "devices/hysteresis.csv"
    _device_curves(inputs["curves"], inputs["hysteresis"])
    inputs["rulegraph"] = folder / "rulegraph.dot"
    write_text(inputs["rulegraph"], RULEGRAPH)
    entries = {n: {"architecture": n, "dataset": images[n], "images": images[n]} for n in networks}
    return inputs | {"study": json.dumps({"networks": entries, "setting": Setting().canonical()})}


def proofs(networks: tuple[str, ...]) -> dict[str, list[dict]]:
    """Rows of each measurement of the paper's proofs, of the networks of ten classes."""
    images, of = 1000, [name for name in networks if name != "cifar100"]
    scales = [0.5 + 0.05 * i for i in range(11)]
    modes = ("evaluation", "batch norm in training", "all in training")
    points = ("1 V", "endurance, tuned before", "endurance, tuned after")
    common = {name: {"recipe": "strong", "network": name} for name in of}
    ageing = [{"kind": "transfer", "x": x / 100, "y": 0.5 * np.sign(x) * (abs(x) > 5)} for x in range(-100, 101)]
    ageing += [{"kind": kind, "x": x, "y": 0.0} for kind, x in (("cycles", 1e6), ("temperature", 400.0))]
    ageing += [
        {"kind": kind, "y": 0.7, "images": images, "correct": right}
        for kind, right in (("digital", 980), ("before", 700), ("after", 400))
    ]
    return {
        "scaling": [
            common[name]
            | {
                "scale": d,
                "images": images,
                "correct": round(980 - 900 * min(1, (1 - d) * 2 * FRAGILE[name] / 2.2) ** 2),
            }
            for name in of
            for d in scales
        ],
        "three_values": [common[name] | row for name in of for row in ageing],
        "modes": [
            common[name]
            | {"point": point, "mode": mode, "scale": scale, "semantics": "memtorch", "batch_size": 250}
            | {"images": images, "correct": round(1000 * (0.9 - 0.1 * i - 0.2 * j) / FRAGILE[name] / scale**0.5)}
            for name in of
            for i, mode in enumerate(modes)
            for j, point in enumerate(points)
            for scale in ((1.0, 2.0) if point == "1 V" else (1.0,))
        ],
    }


def _history(network: str, fold: str, epochs: int):
    random = np.random.default_rng([len(network), len(fold), ord(fold[0])])
    pace = {"mnist": 0.8, "cifar10": 4.0, "cifar100": 6.0}[network]
    for epoch in range(1, epochs + 1):
        share = 1 - math.exp(-(epoch + 0.6 * pace) / pace)
        validation = DIGITAL[network] * share + random.normal(0, 0.003)
        published = fold == "published"
        yield {
            "network": network,
            "fold": fold,
            "epoch": epoch,
            "learning_rate": 0.01,
            "train_loss": 1 - share,
            "train_accuracy": min(1.0, DIGITAL[network] * share * 1.03),
            "validation_loss": None if published else 1,
            "validation_accuracy": None if published else validation,
            "test_loss": 1.0,
            "test_accuracy": validation - 0.003,
            "seconds": 15.0,
        }


def _dataset(path: Path) -> Path:
    random = np.random.default_rng(0)
    shape = (28, 28, 1) if path.stem == "mnist" else (32, 32, 3)
    classes = 100 if path.stem == "cifar100" else 10
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        x_train=random.integers(0, 255, (2 * classes, *shape), np.uint8),
        y_train=np.arange(2 * classes) % classes,
        x_test=random.integers(0, 255, (DIGITAL_IMAGES, *shape), np.uint8),
        y_test=np.arange(DIGITAL_IMAGES) % classes,
        class_names=np.array([f"class {i}" for i in range(classes)]),
    )
    return path


def _layers(network: str):
    for i, (kind, matrix_rows, columns) in enumerate(LAYERS[network]):
        shape = f"{columns or 10} x 14 x 14" if kind in ("Conv2d", "MaxPool2d") else str(columns or 128)
        yield {
            "network": network,
            "layer": f"{kind.lower()}{i}",
            "type": kind,
            "output_shape": shape,
            "parameters": matrix_rows * columns + columns,
            "multiply_adds": matrix_rows * columns * 196,
            "rows": matrix_rows,
            "columns": columns,
        }


def _device_curves(curves: Path, hysteresis: Path) -> None:
    found, loops = [], []
    phase = np.linspace(0, 2 * np.pi, 201)
    for device in ("pt_hf_ti", "ferroelectric"):
        for experiment, frequency in (
            ("switching", 5e7),
            ("hysteresis", 1e7),
            ("hysteresis", 5e7),
            ("hysteresis", 2e8),
        ):
            voltage = np.sin(phase)
            lag = 1.2 * np.sqrt(1e7 / frequency)
            conductance = 0.0105 + 0.0095 * np.tanh(np.sin(phase - lag) * 3)
            for t, v, g in zip(phase / (2 * np.pi * frequency), voltage, conductance, strict=True):
                found.append(
                    {
                        "device": device,
                        "experiment": experiment,
                        "frequency": frequency,
                        "time": t,
                        "voltage": v,
                        "current": g * v,
                        "conductance": g,
                        "state": g,
                    }
                )
            if experiment == "hysteresis":
                loops.append(
                    {
                        "device": device,
                        "frequency": frequency,
                        "loop_area": 0.01 * math.sin(min(lag, 1.5)),
                        "current_at_zero_voltage": 1e-19,
                    }
                )
    write_csv(curves, found)
    write_csv(hysteresis, loops)


def rewrite(path: Path, change) -> None:
    """Apply `change` to every row (a dict of texts) of a CSV, in place."""
    with Path(path).open(newline="", encoding="utf-8") as stream:
        found = list(csv.DictReader(stream))
    for row in found:
        change(row)
    write_csv(path, found)
