"""`memristive evaluate`: accuracy of a network on crossbars."""

import argparse
import math
from typing import Any

from memristive.cli import options, tables
from memristive.cli.settings import read_settings
from memristive.core.errors import InputError

EXAMPLES = """  memristive evaluate --weights net.safetensors --architecture my_net.py:small --data digits.npz
  memristive evaluate ... --setting device=ferroelectric --setting sigma=20 --seeds 5
  memristive evaluate ... --sweep adc_bits=4,6,8 --sweep tile_shape=64x64,128x128 --csv accuracies.csv
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = options.command(
        commands,
        "evaluate",
        "Accuracy of a network on crossbars, for one setting or for several.",
        EXAMPLES,
        options.NETWORK,
    )
    options.add_network(parser)
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="NAME=V,V,...", help="values of a field; all are evaluated"
    )
    parser.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="arrays drawn of each setting; 3 unless given"
    )
    options.add_csv(parser, "a row an evaluation")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Evaluate each setting and print a table of them."""
    if given.seeds < 1:
        raise InputError(f"seeds: {given.seeds} is not a whole number from 1")
    settings = read_settings(given.setting, given.sweep)
    from tqdm import tqdm

    from memristive.cli.given import digital_accuracy, read
    from memristive.evaluation import Evaluations, evaluations

    model, data = read(given)
    rows, written = [("digital network", f"{digital_accuracy(model, data):.2f}", "", "")], []
    total = sum(given.seeds if setting.draws else 1 for _, setting in settings)
    with tqdm(desc="arrays", total=total, disable=None, leave=False) as bar:
        for label, setting in settings:
            found = []
            for one in evaluations(model, data.workload, setting, range(given.seeds), data.training_images):
                found.append(one)
                bar.update()
            result = Evaluations(setting, tuple(found))
            spread = "-" if math.isnan(result.deviation) else f"{result.deviation:.2f}"
            shown = label if given.sweep else "on crossbars"
            rows.append((shown, f"{result.mean:.2f}", spread, len(result)))
            written += [{"label": label} | row for row in result.rows()]
    if given.csv != "-":
        print(tables.table(("setting", "accuracy (%)", "deviation", "arrays"), rows))
        print(f"{len(data.workload.targets)} images. An interval for all arrays of their kind: memristive chips")
    tables.write(given.csv, written)
