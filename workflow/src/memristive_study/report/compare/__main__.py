"""The command that compares two studies."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from memristive.core.errors import InputError
from memristive.core.files import write_text
from memristive_study import papers
from memristive_study.report.compare.page import page
from memristive_study.report.compare.side import Side


def main(arguments: Sequence[str]) -> int:
    """Write the page; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m memristive_study.report.compare", description="Compare two studies."
    )
    parser.add_argument("a", help="folder of a study")
    parser.add_argument("b", help="folder of another")
    parser.add_argument("--output", help="HTML page; compare_<a>_<b>.html beside the first study unless given")
    options = parser.parse_args(arguments)
    try:
        a, b = Side(options.a), Side(options.b)
        output = Path(options.output or a.path.parent / f"compare_{a.name}_{b.name}.html")
        labels = {}
        for side in (b, a):
            networks = side.study(papers.of(side.config)).networks
            labels |= {name: network.label for name, network in networks.items()}
        write_text(output, page(a, b, labels))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a configuration of another shape
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"error: compare: {options.a} or {options.b} is not as a study writes it ({reason})", file=sys.stderr)
        return 1
    print(os.path.relpath(output))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
