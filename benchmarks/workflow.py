"""Wall time of whole studies: all settings, after one edit, and dry runs."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml
from snakemake.utils import update_config

from benchmarks import cases
from memristive_study.plan.plan import Plan

TRAINING_IMAGES = 2000  # the network need not be good
SETTINGS, SEEDS = 200, 5
PHYSICAL = ("adc_tile", "variability", "device_faults", "endurance")  # whose grids have both semantics
EDIT = 99.0  # V, instead of the last voltage


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a command: wall time and jobs. The two runs of the study are made once, dry runs several times."""
    with tempfile.TemporaryDirectory(dir=_space()) as name:
        folder = Path(name)
        shutil.copy(cases.REPOSITORY / "config.yaml", folder)
        return [*_study(folder, share, threads), *_dry_runs(folder, rounds, share)]


def _space() -> Path:
    cases.WORK.mkdir(exist_ok=True)
    return cases.WORK


def _study(folder: Path, share: float, cores: int) -> list[dict[str, object]]:
    config = _study_config(folder, share)
    _write(folder / "study.yaml", config)
    results = folder / "results" / "bench"
    fold_histories = [f"results/bench/training/mnist/fold{fold}/history.csv" for fold in range(2)]
    _run(folder, cores, "study.yaml", "results/bench/training/mnist/weights.safetensors", *fold_histories)
    whole = _run(folder, cores, "study.yaml", "figures", "tables")
    settings = len(list(results.glob("evaluations/*/*/*.json")))
    if settings != SETTINGS:
        raise RuntimeError(f"workflow: {settings} settings were evaluated, not {SETTINGS}")
    _voltages(config)[-1] = EDIT
    _write(folder / "study.yaml", config)
    edited = _run(folder, cores, "study.yaml", "figures", "tables")
    common = {"settings": settings, "seeds": SEEDS, "images": config["bench_images"], "cores": cores}
    return [
        {"what": "study", **common, **_columns([whole])},
        {"what": "after one edit", **common, **_columns([edited])},
    ]


def _study_config(folder: Path, share: float) -> dict:
    """The paper's study on MNIST, physical semantics, without MemTorch; more voltages make its settings 200.

    The images are real where they are at hand.
    """
    real = cases.REAL_IMAGES / "mnist"
    images = max(200, round(10_000 * share))
    if real.is_dir():
        entry = {"source": "folder", "dataset": "mnist", "path": str(real)}
    else:
        np.savez(folder / "images.npz", **cases.learnable(10, (1, 28, 28), (TRAINING_IMAGES, images)))
        entry = {"source": "npz", "path": "images.npz"}
    entry |= {"normalisation": "standardised", "train_images": TRAINING_IMAGES, "test_images": images}
    config = {
        "study": "bench",
        "repeats": SEEDS,
        "run": {"networks": ["mnist"], "choices": []},
        "datasets": {"made": entry},
        "networks": {"mnist": {"dataset": "made"}},
        "training": {"folds": 2, "settings": {"epochs": 1}},
        "experiments": {name: {"parts": {"paper": {"grid": {"semantics": ["physical"]}}}} for name in PHYSICAL}
        | {"input_voltage": {"parts": {"paper": {"grid": {"semantics": ["physical"], "max_input_voltage": [1]}}}}},
        "inference_time": {"networks": ["cifar10"]},  # not of this study: neither timed nor validated
        "validation": {"networks": ["cifar10"]},
        "bench_images": images,
    }
    whole = yaml.safe_load((cases.REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    update_config(whole, config)
    del whole["bench_images"]
    more = SETTINGS - len(Plan(whole).jobs)
    _voltages(config)[:] = [1 + number / 4 for number in range(more + 1)]
    return config


def _voltages(config: dict) -> list[float]:
    return config["experiments"]["input_voltage"]["parts"]["paper"]["grid"]["max_input_voltage"]


def _dry_runs(folder: Path, rounds: int, share: float) -> list[dict[str, object]]:
    """The study of config.yaml, and one of 10,000 settings."""
    full = [_run(folder, 2, None, "--dry-run", "all") for _ in range(rounds + 1)][1:]
    steps = max(2, round(10 * share))
    grid = {
        **{"semantics": ["physical"], "conductance_states": [None]},
        **{"adc_bits": [*range(2, 2 + steps)], "sigma": [*range(steps)]},
        "max_input_voltage": [*range(1, 1 + steps)],
        "stuck_at_lrs": [number / 100 for number in range(steps)],
    }
    config = {
        "study": "many",
        "run": {"networks": ["mnist"], "experiments": ["variability"], "choices": []},
        "experiments": {"variability": {"parts": {"paper": {"grid": grid}}}},
    }
    _write(folder / "many.yaml", config)
    many = _run(folder, 2, "many.yaml", "--dry-run", "all")
    return [
        {"what": "dry run of the full study", **_columns(full)},
        {"what": f"dry run of {steps**4} settings", "settings": steps**4, **_columns([many])},
    ]


def _run(folder: Path, cores: int, study: str | None, *arguments: str) -> tuple[float, int]:
    """Wall time of a Snakemake command in `folder`, and its number of jobs."""
    snakefile = str(cases.REPOSITORY / "Snakefile")
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--cores", str(cores)]
    command += ["--configfile", study] if study else []
    options = [argument for argument in arguments if argument.startswith("-")]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, *options, "--", *(argument for argument in arguments if argument not in options)],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "MEMRISTIVE_FORK_SERVER"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"workflow: snakemake failed: {' '.join(done.stdout.split()[-40:])}")
    found = re.search(r"^total\s+(\d+)$", done.stdout, re.MULTILINE)
    return seconds, int(found[1]) if found else 0


def _columns(runs: list[tuple[float, int]]) -> dict[str, object]:
    from benchmarks.measure import Times

    times = Times(tuple(seconds for seconds, _ in runs), (0.0,) * len(runs)).columns()
    del times["processor_seconds"]
    return {"jobs": runs[-1][1], **times}


def _write(path: Path, config: dict) -> None:
    path.write_text(yaml.safe_dump({key: value for key, value in config.items() if key != "bench_images"}))
