"""`memristive fields`: every field of a setting, from its declaration."""

import argparse
import json
import textwrap
from typing import Any

from memristive.cli import options, tables
from memristive.core.errors import InputError
from memristive.core.setting import FIELDS

EXAMPLES = """  memristive fields              all of them
  memristive fields adc          those whose name, or short form, has adc in it
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = options.command(commands, "fields", "What a setting consists of: meaning, unit, range, default.", EXAMPLES)
    parser.add_argument("part", nargs="?", default="", help="only fields with this in their name")
    options.add_csv(parser, "a row a field")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print the fields whose name has the given part."""
    rows = [
        {
            "field": found.name,
            "short": found.short,
            "default": json.dumps(found.default),
            "unit": found.unit,
            "allowed": found.allowed,
            "meaning": found.meaning,
        }
        for found in FIELDS.values()
        if given.part in found.name or given.part in found.short
    ]
    if not rows:
        raise InputError(f"fields: {given.part!r} is in no field's name; memristive fields lists all of them")
    if given.csv != "-":
        for row in rows:
            unit = f" {row['unit']}" if row["unit"] and row["default"] != "null" else ""
            print(f"{row['short']}={row['default']}{unit}    ({row['field']})")
            about = f"{row['meaning']}{' Unit: ' + row['unit'] + '.' if row['unit'] else ''} Allowed: {row['allowed']}."
            print(textwrap.fill(about, 110, initial_indent="    ", subsequent_indent="    "))
    tables.write(given.csv, rows)
