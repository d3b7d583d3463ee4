"""A layer's weights as the conductances of its arrays: mapped, as far as devices reach them, then damaged.

Rows of an array come in strips, so that few numbers exist besides the result, however large a layer is.
"""

import dataclasses
import functools
import itertools
from collections.abc import Iterator

import torch

from memristive.arrays import mapping, nonidealities, reading
from memristive.arrays.cells import Array, Failures
from memristive.arrays.draws import Draws
from memristive.arrays.placement import Placement, Placing
from memristive.arrays.semantics import resolve
from memristive.arrays.slices.layout import Layout, scheme_of
from memristive.arrays.tiling import padded_shape
from memristive.core.setting import Setting

STRIP_NUMBERS = 2**18  # about the number of conductances that are computed at once (1 MiB)

Arrays = list[list[list[torch.Tensor]]]  # conductances by slice of the weights, group and side


class Conductances:
    """The arrays of a layer as they are multiplied with: sides combined, strip by strip.

    Attributes:
        signed: signed conductances (S), or the digits that they stand for where arrays hold digits (see
            `memristive.arrays.slices.layout`), float32 [slices, groups, padded rows, padded columns].
        arrays: each side's own conductances (S) where they are kept, else empty.
        read: by name, what a read needs besides `signed`, of its shape behind an axis of terms, if there are such (see
            `memristive.arrays.reading`).
        faults: how many devices something happened to, by what it was.
    """

    def __init__(self, shape: tuple[int, ...], scheme: mapping.Scheme, reference: float, sides: int, keep: bool):
        self._scheme, self._reference, self._last = scheme, reference, sides - 1
        self.signed = torch.empty(shape)
        slices, groups, *array = shape
        self.arrays: Arrays = [
            [[torch.empty(array) for _ in range(sides if keep else 0)] for _ in range(groups)] for _ in range(slices)
        ]
        # Sides that wait for the last one; the first of them waits in `signed` itself.
        self._waiting = [torch.empty(array) for _ in range(self._last - 1)]
        self.read: dict[str, torch.Tensor] = {}
        self.faults: dict[str, int] = {}

    def count(self, what: str, devices: int) -> None:
        """Add devices that something happened to."""
        self.faults[what] = self.faults.get(what, 0) + devices

    def add(self, name: str, slice_: int, group: int, rows: slice, strip: torch.Tensor) -> None:
        """Add what one side contributes to some rows of a matrix of `read`, [..., rows, columns]."""
        if name not in self.read:
            self.read[name] = torch.zeros(*strip.shape[:-2], *self.signed.shape)
        self.read[name][..., slice_, group, rows, :] += strip

    def put(
        self, slice_: int, group: int, side: int, rows: slice, cells: torch.Tensor, strip: torch.Tensor | None = None
    ) -> None:
        """Set some rows of one side; sides come one after the other, each whole.

        `strip` is what `cells` (S) are multiplied as; None: as they are.
        """
        if kept := self.arrays[slice_][group]:
            kept[side][rows] = cells
        strip = cells if strip is None else strip
        signed = self.signed[slice_, group]
        waiting = [signed, *self._waiting][: self._last]
        if side < self._last:
            waiting[side][rows] = strip
        else:
            signed[rows] = self._scheme.combine([*(part[rows] for part in waiting), strip], self._reference)


def program(
    name: str,
    weight: torch.Tensor,
    groups: int,
    setting: Setting,
    draws: Draws,
    *,
    pristine: bool,
    damaged: bool,
    keep: bool = False,
    placing: Placing | None = None,
) -> tuple[Conductances | None, Conductances | None]:
    """Conductances of the arrays that hold `weight`, before and after non-idealities that act after programming.

    Args:
        name: the layer's dotted name.
        weight: float32 [outputs, inputs of a group, ...].
        pristine, damaged: whether the conductances before, and those after, are wanted; None stands for the other.
        keep: whether each side's own conductances are kept.
        placing: says where cells lie; None: in the order of the weights.

    Raises:
        InputError: all weights are 0.
    """
    semantics, scheme, layout = resolve(setting), scheme_of(setting), Layout.of(setting)
    aim = draws.aim(name, setting)
    limits = mapping.weight_range(weight, setting, aim)
    # [groups, rows, columns], rows in the order of the inputs' axes.
    matrices = weight.reshape(groups, weight.shape[0] // groups, -1).transpose(1, 2)
    if layout is not None:
        matrices = layout.with_references(layout.numbers(matrices, limits))
    rows, columns = matrices.shape[1:]
    padded = padded_shape(rows, columns, setting.array.tile_shape if semantics.padding_cells else None)
    split = scheme.split(matrices[0, :1])
    shape, sides = (len(split), groups, *padded), len(split[0])
    before, after = (
        Conductances(shape, scheme, mapping.reference(aim), sides, keep) if wanted else None
        for wanted in (pristine, damaged)
    )

    # Padding cells take part in the order in which devices fail; wires connect all rows of a tile.
    tile_height = (setting.array.tile_shape or padded)[0]
    # What measured devices draw does not depend on how many rows are computed at once.
    drawn = setting.programming.active or setting.retention.draws
    whole, step = semantics.padding_cells or drawn, tile_height if setting.wires.active or placing else 1
    unit = 1.0 if layout is None else layout.unit(aim)
    read = reading.matrices(setting, scheme, sides, unit) if after is not None else {}

    def targets(held: torch.Tensor, slice_: int, side: int) -> torch.Tensor:
        if layout is None:
            return mapping.naive_map(held, limits, scheme, aim, slice_, side)
        return layout.cells(held, aim, slice_, side)

    def one(group: int, slice_: int, side: int) -> None:
        matrix = matrices[group]
        # The first slice is named as arrays were before weights had slices, so that their draws are the same.
        place = (group, side, slice_) if slice_ else (group, side)
        failures = Failures(functools.partial(draws.order, name, place), padded)
        if after is not None:
            nonidealities.prepare(setting, failures)
        generator = functools.partial(draws.generator, name, place)
        report = after.count if after is not None else lambda what, devices: None
        placed = placing and placing.of(group, slice_, sides, lambda side: targets(matrix.cpu(), slice_, side))
        if placed:
            array = dataclasses.replace(placed.arrays[side], generator=generator, report=report)
        else:
            cells = draws.cells(name, place, (rows, columns), padded, setting)
            array = Array(cells, setting, semantics, failures, generator, report)
        for part in _strips(padded, whole, step):
            strip = array.strip(part)
            held = matrix[part].contiguous().cpu()

            def put(to: Conductances, cells: torch.Tensor, part: slice = part, held: torch.Tensor = held) -> None:
                digits = None if layout is None else layout.read(cells, held, aim, slice_, side)
                to.put(slice_, group, side, part, cells, digits)

            ideal = _padded(targets(held, slice_, side), (part.stop - part.start, padded[1]))
            if placed:
                ideal = placed.spread(ideal, part)
            if before is not None:
                put(before, _gathered(strip.cells.reach(ideal), placed, part))
            if after is not None:
                programmed = strip.cells.reach(nonidealities.asked(ideal, strip))
                damaged_cells = nonidealities.damage(programmed, dataclasses.replace(strip, target=programmed))
                damaged_cells = _gathered(damaged_cells, placed, part)
                put(after, damaged_cells)
                for term, of_side in read.items():
                    after.add(term, slice_, group, part, of_side(damaged_cells, side))

    for place in itertools.product(range(groups), range(len(split)), range(sides)):
        one(*place)  # one array after the other, whose devices are then forgotten
    return before, after


def _gathered(cells: torch.Tensor, placed: Placement | None, part: slice) -> torch.Tensor:
    """Conductances of a strip in the order of the weights."""
    return placed.gather(cells, part) if placed else cells


def _strips(shape: tuple[int, int], whole: bool, step: int) -> Iterator[slice]:
    """Rows of an array, a strip of a multiple of `step` at a time; whole where devices are not numbered row by row."""
    rows, columns = shape
    height = rows if whole else max(1, STRIP_NUMBERS // columns // step) * step
    for start in range(0, rows, height):
        yield slice(start, min(start + height, rows))


def _padded(matrix: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Conductances of an array's strip, padding cells included, which are asked for 0 and so take their lowest."""
    if matrix.shape == shape:
        return matrix
    whole = torch.zeros(shape)
    whole[: matrix.shape[0], : matrix.shape[1]] = matrix
    return whole
