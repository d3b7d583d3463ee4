"""Inference time by tile shape, on both engines (Table 5)."""

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from memristive import datasets, networks, reference
from memristive.crossbar import convert
from memristive.errors import InputError
from memristive.evaluation import predict
from memristive.seeding import generator
from memristive.setting import Setting

COLUMNS = ("network", "engine", "tile_shape", "images", "test_images", "threads", "seconds", "scaled_seconds")
RUNS = 5  # of this project's engine; the median counts. MemTorch runs once, for it takes minutes.


@torch.no_grad()
def inference_times(
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    tile_shapes: Sequence[tuple[int, int]],
    setting: str,
    crossbar_images: int,
    memtorch_images: int,
    threads: int,
    network: str,
) -> list[dict[str, Any]]:
    """Rows of `COLUMNS`: the inference alone, without conversion and tuning.

    Args:
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        setting: JSON of the Setting whose tile shape is replaced.
        crossbar_images, memtorch_images: images timed on each engine; times are scaled to all test images.

    Raises:
        InputError: more images than the data set has.
    """
    torch.set_num_threads(threads)
    data = datasets.load(dataset)
    total = len(data.x_test)
    for key, images in (("crossbar_images", crossbar_images), ("memtorch_images", memtorch_images)):
        if images > total:
            raise InputError(f"inference_time: {key}: {images}, but {network} has {total} test images")
    model = networks.build(architecture, len(data.class_names), data.input_shape)
    networks.load_weights(model, weights)
    test = data.tensor(data.x_test[:crossbar_images])
    base = Setting.from_dict(json.loads(setting))
    rows = []
    for tile_shape in tile_shapes:
        chosen = base.replace(tile_shape=tuple(tile_shape), semantics="memtorch", adc_range="auto")
        engines = {"crossbar": (convert, test, RUNS), "memtorch": (reference.convert, test[:memtorch_images], 1)}
        for engine, (make, images, runs) in engines.items():
            converted = make(model, chosen, generator=generator("inference time"))
            if engine == "crossbar":
                predict(converted, images[:64], chosen.batch_size)  # the kernel is loaded, memory is touched
            seconds = statistics.median(_seconds(converted, images, chosen.batch_size) for _ in range(runs))
            rows.append(
                {
                    "network": network,
                    "engine": engine,
                    "tile_shape": "x".join(map(str, tile_shape)),
                    "images": len(images),
                    "test_images": total,
                    "threads": threads,
                    "seconds": round(seconds, 4),
                    "scaled_seconds": round(seconds * total / len(images), 4),
                }
            )
    return rows


def _seconds(network: torch.nn.Module, images: torch.Tensor, batch_size: int) -> float:
    started = time.perf_counter()
    predict(network, images, batch_size)
    return time.perf_counter() - started
