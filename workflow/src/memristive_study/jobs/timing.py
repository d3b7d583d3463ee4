"""The job that times inference by tile shape on both engines (Table 5) and compares their predictions."""

import statistics
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from memristive.core.errors import InputError
from memristive.core.seeding import generator
from memristive.core.setting import Setting
from memristive.evaluation import predict
from memristive.memtorch import patch, reproducible
from memristive.memtorch.limits import comparable
from memristive.memtorch.take_over import from_memtorch
from memristive.network import convert
from memristive_study.data.dataset import load
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights

COLUMNS = (
    "network",
    "engine",
    "tile_shape",
    "images",
    "test_images",
    "threads",
    "predictions_differing",  # of MemTorch's and ours on the same devices and images; empty for ours
    "seconds",
    "scaled_seconds",
)
RUNS = 5  # of this project's engine, whose median is reported. MemTorch runs once, since it takes minutes.


@torch.no_grad()
def inference_times(
    weights: str | Path,
    dataset: str | Path,
    architecture: str,
    tile_shapes: Sequence[tuple[int, int]],
    setting: str,
    crossbar_images: int,
    memtorch_images: int,
    full_images: int,
    threads: int,
    network: str,
) -> list[dict[str, Any]]:
    """Rows of `COLUMNS`: the inference alone, without conversion and tuning.

    Args:
        weights: safetensors file of the trained network.
        dataset: prepared .npz.
        setting: canonical text of the Setting whose tile shape is replaced.
        crossbar_images, memtorch_images: images timed on each engine; times are scaled to all test images.
        full_images: images timed on MemTorch at the setting's own tile shape, where these are more.

    Raises:
        InputError: more images than the data set has.
    """
    torch.set_num_threads(threads)
    data = load(dataset)
    wanted = {"crossbar_images": crossbar_images, "memtorch_images": memtorch_images, "full_images": full_images}
    for key, images in wanted.items():
        if images > len(data.x_test):
            raise InputError(f"inference_time: {key}: {images}, but {network} has {len(data.x_test)} test images")
    model = build(architecture, len(data.class_names), data.input_shape)
    load_weights(model, weights)
    test = data.tensor(data.x_test[: max(wanted.values())])
    base = Setting.from_canonical(setting)
    rows = []
    for tile_shape in map(tuple, tile_shapes):
        chosen = base.replace(tile_shape=tile_shape, semantics="memtorch", adc_range="auto")
        theirs = max(memtorch_images, full_images if tile_shape == base.array.tile_shape else 0)
        timed = {
            "crossbar": (crossbar_images, _crossbar(model, chosen, test[:crossbar_images])),
            "memtorch": (theirs, _memtorch(model, chosen, test[:theirs])),
        }
        for engine, (images, (seconds, differing)) in timed.items():
            rows.append(
                {
                    "network": network,
                    "engine": engine,
                    "tile_shape": "x".join(map(str, tile_shape)),
                    "images": images,
                    "test_images": len(data.x_test),
                    "threads": threads,
                    "predictions_differing": differing,
                    "seconds": round(seconds, 4),
                    "scaled_seconds": round(seconds * len(data.x_test) / images, 4),
                }
            )
    return rows


def _crossbar(model: torch.nn.Module, setting: Setting, images: torch.Tensor) -> tuple[float, None]:
    """Median seconds of this project's engine."""
    network = convert(model, setting, generator=generator("inference time"))
    predict(network, images[:64], setting.arithmetic.batch_size)  # the kernel is loaded, memory is touched
    return statistics.median(_timed(network, images, setting.arithmetic.batch_size)[0] for _ in range(RUNS)), None


def _memtorch(model: torch.nn.Module, setting: Setting, images: torch.Tensor) -> tuple[float, int]:
    """Seconds of MemTorch, and how many of its predictions differ from ours on the devices that it made."""
    setting = comparable(setting)
    patched = patch.convert(model, setting, generator=generator("inference time"))
    seconds, predictions = 0.0, []
    for batch in images.split(setting.arithmetic.batch_size):
        spent, predicted = _timed(patched, batch, setting.arithmetic.batch_size)
        seconds += spent
        predictions.append(predicted)
        print(f"MemTorch: {sum(map(len, predictions))} of {len(images)} images after {seconds:.0f} s", flush=True)
    ours = predict(from_memtorch(patched, setting), images, setting.arithmetic.batch_size)
    differing = int((ours != torch.cat(predictions)).sum())
    if differing and (notice := reproducible.notice()):
        warnings.warn(notice, stacklevel=2)
    return seconds, differing


def _timed(network: torch.nn.Module, images: torch.Tensor, batch_size: int) -> tuple[float, torch.Tensor]:
    """Seconds and predictions of one pass."""
    started = time.perf_counter()
    predicted = predict(network, images, batch_size)
    return time.perf_counter() - started, predicted
