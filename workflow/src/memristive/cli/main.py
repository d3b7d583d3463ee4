"""The command `memristive`: its parser, and errors as one line."""

import argparse
import sys
from collections.abc import Sequence

from memristive import __version__
from memristive.cli import chips, devices, evaluate, explain, fields
from memristive.core.errors import InputError
from memristive.core.processor import use_common_arithmetic

COMMANDS = (evaluate, chips, explain, devices, fields)
ABOUT = """What does an array of memristors do to a trained network?

A command takes the network (weights and architecture), test data, and a setting, which is what the arrays are like.
Everything that is not said has its default: an ideal array of 64x64 tiles with 8-bit converters."""
FIRST_STEPS = """first steps:
  memristive devices list                 which devices there are, and where their numbers come from
  memristive fields adc                   what can be set of a converter
  memristive evaluate --help              what a network, data and a setting look like
"""


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; the options that it returns have `run`, a function of them."""
    found = argparse.ArgumentParser(
        "memristive",
        description=ABOUT,
        epilog=FIRST_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    found.add_argument("--version", action="version", version=f"memristive {__version__}")
    commands = found.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return the exit code: 0, or 1 after one line about what cannot be used."""
    options = parser().parse_args(arguments)
    use_common_arithmetic()  # the same figures on every processor; torch is not loaded yet
    try:
        options.run(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0
