"""Linear systems in exact arithmetic: what a circuit's equations say before any rounding."""

from fractions import Fraction

import torch


def solve(system: torch.Tensor, right: torch.Tensor) -> list[list[Fraction]]:
    """The solution of system @ x = right, whose entries are taken as they stand; Gauss and Jordan's elimination."""
    rows = [
        {j: Fraction(value) for j, value in enumerate(row) if value} for row in torch.cat([system, right], 1).tolist()
    ]
    unknowns, columns = len(system), right.shape[1]
    done: dict[int, dict[int, Fraction]] = {}
    for unknown in range(unknowns):
        # Of the rows left that hold the unknown, the shortest.
        row = min((row for row in rows if unknown in row), key=len)
        rows.remove(row)
        factor = row[unknown]
        row = {j: value / factor for j, value in row.items()}
        for other in [*rows, *done.values()]:
            if unknown in other:
                _subtract(other, row, other[unknown])
        done[unknown] = row
    return [[done[i].get(unknowns + j, Fraction(0)) for j in range(columns)] for i in range(unknowns)]


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], factor: Fraction) -> None:
    for j, value in other.items():
        left = row.get(j, Fraction(0)) - factor * value
        if left:
            row[j] = left
        else:
            del row[j]
