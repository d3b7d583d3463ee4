"""A device of a user's own from a table of measurements, by the interface of the presets.

A CSV file with a head of `target`, `mean`, `standard_deviation` (S) and, where retention was measured, `time` (s since
programming): what many devices held that were asked for each target. Between targets, mean and standard deviation are
interpolated linearly, beyond them they stay at the ends' distance from the target; between times both are interpolated
linearly in ln(1 + t / 1 s).
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import itertools
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memristive.devices.measured import Measured, normal, widened

if TYPE_CHECKING:
    import torch

COLUMNS = ("target", "mean", "standard_deviation", "time")
ALLOWED = "rows of three or four numbers, or the path of a CSV file with them"
Rows = tuple[tuple[float, ...], ...]


class WrongTable(ValueError):
    """What is wrong with a table, in words that follow its name."""


def read(path: str | Path) -> Rows:
    """Rows of a CSV file (S, S, S and, where there are times, s); WrongTable for one that none is."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file) if any(cell.strip() for cell in line)]
    except (OSError, UnicodeDecodeError) as error:
        raise WrongTable(f"{str(path)!r} is not a CSV file that can be read ({type(error).__name__})") from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    wanted = COLUMNS if "time" in head else COLUMNS[:-1]
    if sorted(head) != sorted(wanted):
        raise WrongTable(f"{str(path)!r}: its head {', '.join(head)!r} is not {', '.join(COLUMNS[:-1])} [, time]")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(head):
            raise WrongTable(f"{str(path)!r}: line {number}: {len(line)} values where the head has {len(head)}")
        row = dict(zip(head, (cell.strip() for cell in line), strict=True))
        for name, cell in row.items():
            if not _is_number(cell):
                raise WrongTable(f"{str(path)!r}: line {number}: {name}: {cell!r} is not a finite number")
        rows.append(tuple(float(row[name]) for name in wanted))
    return checked(rows)


def rows_of(given: Any) -> Rows:
    """Rows as they are, or of the CSV file at a path; WrongTable where they are none."""
    try:
        return read(given) if isinstance(given, str | os.PathLike) else checked(given)
    except (TypeError, ValueError) as error:
        if isinstance(error, WrongTable):
            raise
        raise WrongTable(f"{given!r} is not {ALLOWED}") from None


def checked(rows: Sequence[Sequence[float]]) -> Rows:
    """`rows` in the order of time and target; WrongTable where they describe no device."""
    found = tuple(sorted((tuple(float(value) for value in row) for row in rows), key=lambda row: (*row[3:], *row)))
    if len({len(row) for row in found}) != 1 or len(found[0]) not in (3, 4):
        raise WrongTable("a row is not target, mean, standard deviation (S) and, in all rows or in none, time (s)")
    for target, mean, deviation, *time in found:
        if not all(math.isfinite(value) for value in (target, mean, deviation, *time)):
            raise WrongTable(f"target {target:g} S: a value is not finite")
        if target <= 0 or mean < 0 or deviation < 0 or min(time, default=0) < 0:
            raise WrongTable(
                f"target {target:g} S, mean {mean:g} S, standard deviation {deviation:g} S"
                f"{f', time {time[0]:g} s' if time else ''}: a target is above 0, the others are not below it"
            )
    for time, of_time in itertools.groupby(found, key=lambda row: row[3:]):
        targets = [row[0] for row in of_time]
        if len(targets) < 2 or len(set(targets)) < len(targets):
            when = f" at {time[0]:g} s" if time else ""
            raise WrongTable(f"{len(targets)} rows{when}: at least two are needed, each of another target")
    return found


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


@dataclasses.dataclass(frozen=True)
class FromTable(Measured):
    """See above; `rows` as `checked` returns them."""

    rows: Rows = ()

    @functools.cached_property
    def _by_time(self) -> list[tuple[float, tuple[torch.Tensor, ...]]]:
        """Time (s) and targets, mean errors and standard deviations (S) of each time, the first being programming."""
        import torch

        found = []
        for time, rows in itertools.groupby(self.rows, key=lambda row: row[3:]):
            target, mean, deviation = torch.tensor([row[:3] for row in rows], dtype=torch.float64).T.contiguous()
            found.append((time[0] if time else 0.0, (target, mean - target, deviation)))
        return found

    def _programming_mean(self, g: torch.Tensor) -> torch.Tensor:
        targets, error, _ = self._by_time[0][1]
        return g + interpolated(g, targets, error)

    def _programming_sigma(self, g: torch.Tensor) -> torch.Tensor:
        targets, _, deviation = self._by_time[0][1]
        return interpolated(g, targets, deviation)

    def _drifted(
        self, g: torch.Tensor, seconds: float, generator: torch.Generator, target: torch.Tensor
    ) -> torch.Tensor:
        start = self._programming_sigma(target)
        first = self._programming_mean(target) - target
        shifts, added = [], []
        for _, (targets, error, deviation) in self._by_time:
            shifts.append(interpolated(target, targets, error) - first)
            added.append(widened(start, interpolated(target, targets, deviation)))
        times = [math.log1p(time) for time, _ in self._by_time]
        now = min(max(math.log1p(seconds), times[0]), times[-1])
        later = next((number for number, time in enumerate(times) if number and now <= time), 0)
        before = max(later - 1, 0)
        share = (now - times[before]) / (times[later] - times[before]) if later else 0.0
        shift, spread = (values[before] * (1 - share) + values[later] * share for values in (shifts, added))
        return g + shift + spread * normal(g, generator)


def interpolated(x: torch.Tensor, places: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """`values` at rising `places`, linearly between them and constant beyond."""
    import torch

    x = x.clamp(places[0], places[-1])
    right = torch.searchsorted(places, x).clamp(1, len(places) - 1)
    share = (x - places[right - 1]) / (places[right] - places[right - 1])
    return values[right - 1] * (1 - share) + values[right] * share


def device_of(name: str, rows: Rows) -> FromTable:
    """The device of a table, between its lowest and its highest target."""
    targets = [row[0] for row in rows]
    times = [row[3] for row in rows if len(row) > 3]
    retention = (min(times), max(times)) if len(set(times)) > 1 else None
    return FromTable(name, "a table of measurements", (min(targets), max(targets)), retention, rows=rows)
