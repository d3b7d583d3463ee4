"""`memristive devices list`: the presets, their resistances and sources."""

import argparse
import textwrap
from typing import Any

from memristive.cli import options, tables

EXAMPLES = """  memristive devices list
  memristive evaluate ... --setting device=ferroelectric
  memristive evaluate ... --setting device=mine --setting r_on=2000 --setting r_off=100000
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = options.command(commands, "devices", "Devices by name, with where their numbers come from.", EXAMPLES)
    parser.add_argument("action", choices=["list"], help="list: one line a device, its source below")
    options.add_csv(parser, "a row a device")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print the devices."""
    from memristive.devices import DEVICES, resistances

    rows = []
    for name, device in DEVICES.items():
        r_on, r_off = resistances(device)
        rows.append(
            {
                "device": name,
                "r_on_ohm": f"{r_on:.6g}",
                "r_off_ohm": f"{r_off:.6g}",
                "ratio": f"{r_off / r_on:.3g}",
                "ohmic": "yes" if device.ohmic else "no: not on crossbars",
                "description": device.name,
                "source": device.source,
            }
        )
    if given.csv != "-":
        head = ("device", "r_on (ohm)", "r_off (ohm)", "ratio", "ohmic", "description")
        lines = tables.table(head, [[*row.values()][:-1] for row in rows]).splitlines()
        print(lines[0])
        for line, row in zip(lines[1:], rows, strict=True):
            print(line)
            print(textwrap.fill(row["source"], 110, initial_indent="    ", subsequent_indent="    "))
    tables.write(given.csv, rows)
