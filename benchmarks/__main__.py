"""Command line of the benchmarks."""

import argparse
from pathlib import Path

import torch

from benchmarks import figure, growth, inference, simulators
from benchmarks.measure import machine
from memristive.files import write_csv, write_json


def main() -> None:
    """Measure what is asked for, write CSV files and the figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", help="inference, residual, growth, simulators, figure; all of them if none")
    parser.add_argument("--networks", default="mnist,cifar10,cifar100")
    parser.add_argument("--rounds", type=int, default=7, help="at least 5 for a figure to be reported")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--share", type=float, default=1.0, help="proportion of the images, to try things out")
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    names = options.networks.split(",")
    parts = {
        "inference": lambda: inference.measure(names, options.rounds, options.share),
        "residual": lambda: inference.measure_residual(options.rounds, options.share),
        "growth": lambda: growth.measure(options.rounds, options.share),
        "simulators": lambda: simulators.measure(min(options.rounds, 5)),
    }
    unknown = set(options.what) - set(parts) - {"figure"}
    if unknown:
        parser.error(f"what: {', '.join(sorted(unknown))}: not one of {', '.join(parts)}, figure")
    for name, part in parts.items():
        if options.what and name not in options.what:
            continue
        rows = part()
        if rows:
            write_csv(options.output / f"{name}.csv", rows)
            write_json(options.output / f"{name}.machine.json", machine(options.threads))
    figure.draw(options.output)


if __name__ == "__main__":
    main()
