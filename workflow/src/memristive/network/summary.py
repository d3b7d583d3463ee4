"""What of a converted network is on arrays, and what stays digital."""

import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import nn

from memristive.arrays.semantics import resolve
from memristive.core.errors import InputError
from memristive.network.layers import CrossbarLayer


@dataclasses.dataclass(frozen=True)
class OnArrays:
    """A layer on crossbars.

    Attributes:
        name: its dotted names, the first by which it was converted.
        kind: conv2d or linear.
        rows, columns: of the matrix that its weights form; of one group of a convolution.
        tiles: how many, in words; each is one array a side.
        devices: memristors, of all sides, groups and slices of the weights.
        weights: numbers that they stand for.
        used: whether it has run; None before the network's first pass.
        faults: devices that something happened to while they were programmed, by what it was.
    """

    name: str
    kind: str
    rows: int
    columns: int
    tiles: str
    devices: int
    weights: int
    used: bool | None
    faults: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Digital:
    """A module whose weights stay digital.

    Attributes:
        name: its dotted name.
        kind: its class.
        weights: numbers of its parameters with two axes or more.
    """

    name: str
    kind: str
    weights: int


@dataclasses.dataclass(frozen=True)
class Summary:
    """Layers on arrays, what stays digital, and their shares; `str` gives a table.

    Attributes:
        layers, digital: in the order of the network.
        other: numbers of biases and of parameters with one axis, such as those of normalisation; all of them digital.
    """

    layers: tuple[OnArrays, ...]
    digital: tuple[Digital, ...]
    other: int

    @property
    def share(self) -> float:
        """Weights on arrays in per cent of all weights."""
        on_arrays = sum(layer.weights for layer in self.layers)
        whole = on_arrays + sum(module.weights for module in self.digital)
        return 100 * on_arrays / whole if whole else math.nan

    def __str__(self) -> str:
        rows = [("layer", "kind", "rows", "columns", "tiles", "devices", "weights")]
        rows += [
            (
                layer.name + (" (not used by any pass so far)" if layer.used is False else ""),
                *(layer.kind, f"{layer.rows:,}", f"{layer.columns:,}", layer.tiles),
                *(f"{layer.devices:,}", f"{layer.weights:,}"),
            )
            for layer in self.layers
        ]
        lines = [*_table(rows), ""]
        devices = sum(layer.devices for layer in self.layers)
        weights = sum(layer.weights for layer in self.layers)
        lines.append(f"On arrays: {weights:,} weights ({self.share:.1f} % of all) in {devices:,} devices.")
        for layer in self.layers:
            lines += [f"Faults: {layer.name}: {count:,} {what}." for what, count in layer.faults.items() if count]
        for module in self.digital:
            lines.append(f"Digital: {module.name or 'the network itself'} ({module.kind}), {module.weights:,} weights.")
        if not self.digital:
            lines.append("Digital: no weights.")
        lines.append(f"Digital besides: {self.other:,} biases and other parameters with one axis.")
        return "\n".join(lines)


def summary(network: nn.Module) -> Summary:
    """What of `network` is on arrays and what stays digital; `print(memristive.summary(network))` shows a table.

    Raises InputError where `network` has no layer on crossbars.
    """
    if not isinstance(network, nn.Module) or not any(isinstance(each, CrossbarLayer) for each in network.modules()):
        raise InputError(f"summary: network: {type(network).__name__} has no layer on crossbars; convert it first")
    names: dict[int, list[str]] = {}
    for name, module in network.named_modules(remove_duplicate=False):
        names.setdefault(id(module), []).append(name or "the network itself")
    ran = network.__dict__.get("_watched") or any(_used(layer) for layer in network.modules())
    layers, digital, other, seen = [], [], 0, set()
    for name, module in network.named_modules():
        if isinstance(module, CrossbarLayer):
            layers.append(_layer(module, ", ".join(names[id(module)]), _used(module) if ran else None))
            other += 0 if module.bias is None else module.bias.numel()
            continue
        own = [parameter for parameter in module.parameters(recurse=False) if id(parameter) not in seen]
        seen |= {id(parameter) for parameter in own}
        weights = sum(parameter.numel() for parameter in own if parameter.dim() > 1)
        other += sum(parameter.numel() for parameter in own if parameter.dim() <= 1)
        if weights:
            digital.append(Digital(name, type(module).__name__, weights))
    return Summary(tuple(layers), tuple(digital), other)


def _used(module: nn.Module) -> bool:
    return bool(module.__dict__.get("_used"))


def _layer(layer: CrossbarLayer, name: str, used: bool | None) -> OnArrays:
    slices, groups, rows, padded = layer.conductance.shape
    sides = len(layer.scheme.split(torch.zeros(1, 1))[0])
    columns = layer.columns
    height, width = layer.arithmetic.tile_shape or (rows, padded)
    if resolve(layer.setting).padding_cells:
        devices = -(-rows // height) * height * -(-padded // width) * width
    else:
        recovery = layer.setting.recovery
        spare = recovery.redundant_columns if layer.setting.faults.active else 0
        devices = rows * (padded + len(layer.arithmetic.tile_columns(columns)) * spare)  # references included
    return OnArrays(
        name=name,
        kind=layer.layer_type,
        rows=rows,
        columns=columns,
        tiles=layer.tiles(),
        devices=sides * slices * groups * devices,
        weights=math.prod(layer.weight_shape()),
        used=used,
        faults=dict(layer.faults),
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = {2, 3, 5, 6}
    return [
        "  ".join(
            cell.rjust(width) if number in numbers else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
