"""Time of conversion and tuning, and peak memory of an inference job as the workflow runs it."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks import cases
from benchmarks.measure import interleaved
from memristive.core.setting import Setting
from memristive.network import convert
from memristive_study.data.prepare import prepare
from memristive_study.models.weights import save_weights
from memristive_study.runtime import forkserver

VARIABLE = {"sigma": 20.0, "tile_shape": (256, 256)}
MEMORY_IMAGES = (5000, 10_000, 20_000, 40_000)
SEEDS = 5


def measure(names: list[str], rounds: int, threads: int) -> list[dict[str, object]]:
    """One row a network: seconds of conversion with tuning, with per-device variability on 256x256 tiles."""
    ways = {}
    for name in names:
        model = cases.network(name)
        for label, fields in (("variability", VARIABLE), ("ideal", {"tile_shape": (256, 256)})):
            setting = Setting(**fields)
            ways[name, label] = lambda model=model, setting=setting: convert(
                model, setting, torch.Generator().manual_seed(0)
            )
    return [
        {"network": name, "devices": devices, "threads": threads, **times.columns()}
        for (name, devices), times in interleaved(ways, rounds).items()
    ]


def measure_memory(share: float) -> list[dict[str, object]]:
    """One row a number of test images: peak memory (MiB) of a job on CIFAR100, started as the workflow does."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_weights(cases.network("cifar100"), folder / "weights.safetensors")
        for count in MEMORY_IMAGES:
            data = folder / f"{count}.npz"
            _images(folder, data, max(200, round(count * share)))
            # One seed shows how memory grows with the images; the workflow's job is that with five.
            for seeds, server in ((1, True), (SEEDS, True), (SEEDS, False)) if count == 10_000 else ((1, True),):
                row = {"network": "cifar100", "test_images": count, "seeds": seeds, "fork_server": server}
                rows.append({**row, "peak_mib": _peak(folder, data, seeds, server)})
            data.unlink()
    return rows


def _images(folder: Path, output: Path, count: int) -> None:
    """A prepared data set of CIFAR100's size, with `count` test images; what they show plays no part."""
    draw = np.random.default_rng(0)
    arrays = {}
    for split, images in (("train", 50_000), ("test", count)):
        arrays[f"x_{split}"] = draw.integers(256, size=(images, 32, 32, 3), dtype=np.uint8)
        arrays[f"y_{split}"] = np.arange(images) % 100
    source = folder / "images.npz"
    np.savez(source, **arrays)
    prepare("cifar100", {"source": "npz", "path": str(source), "normalisation": "standardised"}, folder, output)


def _peak(folder: Path, data: Path, seeds: int, server: bool) -> int:
    """MiB that the job's log states."""
    log = folder / "job.log"
    job = {
        **{"weights": folder / "weights.safetensors", "data": data, "architecture": "cifar100"},
        **{"setting": json.dumps({**VARIABLE, "adc_bits": 8}), "seeds": json.dumps(list(range(seeds))), "threads": 1},
        **{"experiment": "bench", "network": "cifar100", "part": "paper", "label": "memory"},
        **{"output": folder / "record.json", "log": log},
    }
    client = [
        sys.executable,
        "-SP",
        "-m",
        "memristive_study.runtime.forkserver",
        *(f"{key}={value}" for key, value in job.items()),
    ]
    done = subprocess.run(
        # Through a shell, since a process inherits the peak of the one that starts it.
        ["sh", "-c", '"$@"; exit $?', "sh", *client],
        env=os.environ
        | {
            "PYTHONPATH": str(cases.REPOSITORY / "workflow" / "src"),
            "TMPDIR": str(folder),
            forkserver.SWITCH: str(os.getpid()) if server else "off",
        },
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"memory: the job failed: {log.read_text()[-300:] if log.exists() else 'no log'}")
    return int(re.search(r"peak memory: (\d+) MiB", log.read_text())[1])
