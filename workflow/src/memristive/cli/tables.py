"""Tables for the terminal, and as CSV."""

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from memristive.core.errors import InputError
from memristive.core.files import write_csv


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns below their heads, numbers to the right; every line as short as it can be."""
    cells = [list(map(str, row)) for row in rows]
    right = [all(isinstance(row[n], (int, float)) or _is_number(row[n]) for row in rows) for n in range(len(head))]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [head, *cells]
    )


def write(path: str | None, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV to `path`, or to the terminal for "-"; nothing where it is None."""
    if path is None:
        return
    if path == "-":
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return
    try:
        write_csv(path, rows)
    except OSError as error:
        raise InputError(f"csv: {path}: cannot be written ({error.strerror})") from None
    print(f"written: {path}")


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return cell in ("", "-")
    return True
