"""Measure how long things take, part by part, into results/benchmarks; then the figure and docs/benchmarks.md."""

import argparse
import sys
import time
from pathlib import Path

import torch

from benchmarks import (
    builds,
    conversion,
    figure,
    growth,
    inference,
    orders,
    page,
    simulators,
    training,
    wires,
    workflow,
)
from benchmarks.measure import machine
from memristive.core.files import read_json, write_csv, write_json

OUTPUT = Path("results/benchmarks")


def main() -> int:
    """Measure what is asked for; 1 where a part failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", help="parts, or `figure` for the figure and the table alone; all if none")
    parser.add_argument(
        "--networks", default="mnist,cifar10,cifar100", help="of inference, builds, orders and conversion"
    )
    parser.add_argument("--rounds", type=int, default=5, help="at least 5 for a ratio to be reported")
    parser.add_argument("--threads", type=int, default=2, help="of the arithmetic; cores of the workflow")
    parser.add_argument("--share", type=float, default=1.0, help="proportion of the images, to try things out")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    names, rounds, share, threads = options.networks.split(","), options.rounds, options.share, options.threads
    parts = {
        "inference": lambda: inference.measure(names, rounds, share),
        "builds": lambda: builds.measure(names, rounds, share),
        "residual": lambda: inference.measure_residual(rounds, share),
        "orders": lambda: orders.measure(names, share),
        "simulators": lambda: simulators.measure(rounds, share, threads),
        "conversion": lambda: conversion.measure(names, rounds, threads),
        "wires": lambda: wires.measure(rounds, share, threads),
        "memory": lambda: conversion.measure_memory(share),
        "growth": lambda: growth.measure(rounds, share),
        "training": lambda: training.measure(rounds, share, threads),
        "workflow": lambda: workflow.measure(rounds, share, threads),
    }
    unknown = set(options.what) - set(parts) - {"figure"}
    if unknown:
        parser.error(f"what: {', '.join(sorted(unknown))}: not one of {', '.join(parts)}, figure")
    failed = False
    for name, part in parts.items():
        if options.what and name not in options.what:
            continue
        torch.set_num_threads(threads)
        started, before = time.perf_counter(), machine(threads)
        try:
            rows = part()
        except Exception as error:  # the other parts go on
            print(f"bench: {name}: {type(error).__name__}: {' '.join(str(error).split())[:300]}", file=sys.stderr)
            failed = True
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        write_csv(options.output / f"{name}.csv", rows, columns)
        path = options.output / "machine.json"
        write_json(path, {**(read_json(path) if path.exists() else {}), name: before})
        print(f"bench: {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    figure.draw(options.output)
    if options.output == OUTPUT:
        page.write(options.output)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
