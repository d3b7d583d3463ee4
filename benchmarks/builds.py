"""MemTorch's build for a GPU beside its build for a CPU, as our kernels compute them, each in its own summation."""

import functools

import torch

from benchmarks import cases
from benchmarks.measure import interleaved, ratio
from memristive.core.setting import Setting
from memristive.network import convert

CPU, GPU = "memtorch", "memtorch_cuda"
DEVICES = {"ideal devices": {}, "sigma 20 ohm": {"sigma": 20.0}}


def measure(names: list[str], rounds: int, share: float) -> list[dict[str, object]]:
    """One row a network, kind of devices and build; `share` of the images (1: all of `cases.IMAGES`)."""
    rows: list[dict[str, object]] = []
    for name in names:
        model = cases.network(name)
        x = cases.images(name, max(100, round(cases.IMAGES[name] * share)))
        for devices, fields in DEVICES.items():
            settings = {build: Setting(semantics=build, **fields) for build in (CPU, GPU)}
            networks = {
                build: convert(model, setting, torch.Generator().manual_seed(0)) for build, setting in settings.items()
            }
            size = settings[CPU].arithmetic.batch_size
            ways = {
                build: functools.partial(cases.run_crossbar, network, x, size) for build, network in networks.items()
            }
            times = interleaved(ways, rounds)
            rows += [
                {
                    "network": name,
                    "devices": devices,
                    "build": build,
                    "images": len(x),
                    **measured.columns(),
                    "to_cpu_build": ratio(measured, times[CPU]),
                }
                for build, measured in times.items()
            ]
    return rows
