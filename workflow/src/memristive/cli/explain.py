"""`memristive explain`: what costs a network its accuracy."""

import argparse
from pathlib import Path
from typing import Any

from memristive.cli import options, tables
from memristive.cli.settings import read_setting
from memristive.core.errors import InputError

EXAMPLES = """  memristive explain --weights net.safetensors --architecture my_net.py:small --data digits.npz \\
      --images 1000 --setting adc_bits=4 --setting sigma=50 --page why.html
"""


def add(commands: Any) -> None:
    """Declare the command."""
    about = "What costs a network its accuracy on crossbars: by effect, by layer, and what to try."
    parser = options.command(commands, "explain", about, EXAMPLES, options.NETWORK)
    options.add_network(parser)
    parser.add_argument(
        "--seeds", type=int, default=2, metavar="N", help="arrays drawn of each setting; 2 unless given"
    )
    parser.add_argument("--page", metavar="FILE", help="write the whole explanation as one HTML page")
    parser.add_argument(
        "--csv", metavar="FILE", help="write its tables as CSV: FILE with .effects, .layers, ... before .csv"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Explain the setting and print sentences and tables."""
    if given.seeds < 1:
        raise InputError(f"seeds: {given.seeds} is not a whole number from 1")
    setting = read_setting(given.setting)
    from memristive.cli.given import read
    from memristive.diagnosis.explain import explain

    model, data = read(given)
    found = explain(model, data.workload, setting, seeds=range(given.seeds), training_images=data.training_images)
    print(found)
    if found.shares:
        rows = [(one.name, *(f"{value:.2f}" for value in (one.share, one.alone, one.without))) for one in found.shares]
        print("\n" + tables.table(("effect", "share (points)", "alone", "without it"), rows))
    rows = [(one.layer, f"{one.only:.2f}", f"{one.but:.2f}") for one in found.layers]
    print("\n" + tables.table(("layer", "alone on crossbars (points)", "won with it digital"), rows))
    if given.page:
        try:
            found.write(given.page)
        except OSError as error:
            raise InputError(f"page: {given.page}: cannot be written ({error.strerror})") from None
        print(f"written: {given.page}")
    if given.csv:
        path = Path(given.csv)
        for name, table in found.rows().items():
            if table:
                tables.write(str(path.with_name(f"{path.stem}.{name}{path.suffix or '.csv'}")), table)
