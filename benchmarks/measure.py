"""Paired timing: all ways of one comparison take turns, so that a busy moment of the machine hits all of them."""

import dataclasses
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping


@dataclasses.dataclass(frozen=True)
class Times:
    """Seconds of every round: wall time, and processor time of this process (0 where others did the work)."""

    wall: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Median wall time."""
        return statistics.median(self.wall)

    def columns(self) -> dict[str, float]:
        """Rounds, median, quartiles and processor time as CSV columns."""
        low, _, high = statistics.quantiles(self.wall, n=4) if len(self.wall) > 1 else (self.wall * 3)
        return {
            "rounds": len(self.wall),
            "seconds": round(self.seconds, 6),
            "low_seconds": round(low, 6),
            "high_seconds": round(high, 6),
            "processor_seconds": round(statistics.median(self.processor), 6),
        }


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Run every way once to warm up, then `rounds` times in turn. A way that returns a number has timed itself."""
    wall: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            started, used = time.perf_counter(), time.process_time()
            itself = way()
            if number > 0:
                wall[name].append(itself if isinstance(itself, float) else time.perf_counter() - started)
                processor[name].append(time.process_time() - used)
    return {name: Times(tuple(wall[name]), tuple(processor[name])) for name in ways}


def ratio(times: Times, to: Times) -> float:
    """Median over the rounds of the ratio of wall times within a round."""
    return round(statistics.median(a / b for a, b in zip(times.wall, to.wall, strict=True)), 3)


def machine(threads: int) -> dict[str, object]:
    """What the figures are measured on."""
    import torch

    from memristive import kernels
    from memristive_study.results import provenance

    return {
        "processor": provenance.processor(),
        "processors": os.cpu_count(),
        "threads": threads,
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "kernel_level": kernels.level(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torch_capability": torch.backends.cpu.get_cpu_capability(),
    }
