"""`memristive chips`: accuracy as a distribution over many chips."""

import argparse
from typing import Any

from memristive.cli import options, tables
from memristive.cli.settings import read_setting
from memristive.core.errors import InputError

EXAMPLES = """  memristive chips --weights net.safetensors --architecture my_net.py:small --data digits.npz \\
      --setting sigma=20 --threshold 90
  memristive chips ... --precision 0.2        as many chips as a mean within 0.2 points needs
"""


def add(commands: Any) -> None:
    """Declare the command."""
    about = "The same network on many chips: mean with its interval, spread, yield, and where one further chip lies."
    parser = options.command(commands, "chips", about, EXAMPLES, options.NETWORK)
    options.add_network(parser)
    parser.add_argument("--chips", type=int, metavar="N", help="how many; 60 unless given")
    parser.add_argument("--precision", type=float, metavar="POINTS", help="instead: until the mean is known so well")
    parser.add_argument(
        "--at-most", type=int, default=1000, metavar="N", help="chips for the sake of --precision; 1000"
    )
    parser.add_argument("--threshold", type=float, metavar="PERCENT", help="accuracy from which on a chip passes")
    options.add_csv(parser, "a row a chip")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Draw the chips and print what follows from them."""
    if given.chips is not None and given.chips < 1:
        raise InputError(f"chips: {given.chips} is not a whole number from 1")
    setting = read_setting(given.setting)
    from memristive.cli.given import read
    from memristive.population.chips import chips

    model, data = read(given)
    found = chips(
        model,
        data.workload,
        setting,
        seeds=None if given.chips is None else range(given.chips),
        precision=given.precision,
        at_most=given.at_most,
        threshold=given.threshold,
        training_images=data.training_images,
    )
    if given.csv != "-":
        print(found)
    tables.write(given.csv, found.rows())
