"""The price of each option of recovery, for one network: images, writes, devices, operations, numbers to keep."""

import dataclasses

import torch
from torch import nn

from memristive.arrays.tiling import parts
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.checks import check_layers, layers_to_convert
from memristive.network.evaluating import evaluating
from memristive.network.recovery.folding import foldable
from memristive.network.recovery.statistics import normalisations


@dataclasses.dataclass(frozen=True)
class Price:
    """What an option takes, beside the network on its arrays without it.

    Attributes:
        training_images: training images used once, for all chips.
        calibration_images: training images that each chip has to decide.
        device_writes: further writes of devices, on each chip.
        devices: further devices, on each chip.
        digital_operations: further multiplications and additions an image; below 0 where some are saved.
        numbers: further numbers that are kept digitally.
    """

    training_images: int = 0
    calibration_images: int = 0
    device_writes: int = 0
    devices: int = 0
    digital_operations: int = 0
    numbers: int = 0


@dataclasses.dataclass(frozen=True)
class Prices:
    """Prices by option, and together; `str` gives a table.

    Attributes:
        options: by the names of `memristive.core.recovery.Recovery.options`.
        normalisation: operations an image of the batch normalisation that is digital under the setting.
    """

    options: dict[str, Price]
    normalisation: int

    @property
    def total(self) -> Price:
        """Of all options together."""
        names = [each.name for each in dataclasses.fields(Price)]
        return Price(**{name: sum(getattr(price, name) for price in self.options.values()) for name in names})

    def __str__(self) -> str:
        names = [each.name for each in dataclasses.fields(Price)]
        rows = [("", *(name.replace("_", " ") for name in names))]
        for option, price in {**self.options, "together": self.total}.items():
            rows.append((option.replace("_", " "), *(f"{getattr(price, name):,}" for name in names)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([*lines, f"Digital batch normalisation: {self.normalisation:,} operations an image."])


def price(model: nn.Module, setting: Setting, inputs: torch.Tensor) -> Prices:
    """What the recovery of `setting` takes for `model`.

    Args:
        inputs: one input or more, [samples, ...], by which the outputs of each layer are counted.

    Raises:
        InputError: a layer that cannot be converted, or inputs that are none.
    """
    if not isinstance(inputs, torch.Tensor) or not inputs.numel():
        raise InputError(f"price: inputs: {type(inputs).__name__} is not a tensor of at least one input")
    check_layers(model, setting)
    layers, norms = dict(layers_to_convert(model, setting)), normalisations(model)
    outputs = _outputs(model, inputs[:1], [*layers.values(), *norms])
    recovery, found = setting.recovery, {}
    folded = {model.get_submodule(name) for name in foldable(model)} if recovery.batch_norm == "folded" else set()
    for option in recovery.options:
        images = {"weight_range": recovery.range_images, "fine_tuning": recovery.fine_tuning_images}.get(option, 0)
        found[option] = Price(
            training_images=images,
            calibration_images=recovery.statistics_images if option == "statistics" else 0,
            digital_operations=-2 * sum(outputs[norm] for norm in folded) if option == "folding" else 0,
        )
    for name, layer in layers.items():
        own = setting.for_layer(name)
        for option, amounts in _of_layer(layer, own, outputs[layer]).items():
            former = found.get(option, Price())
            found[option] = dataclasses.replace(
                former, **{key: getattr(former, key) + amount for key, amount in amounts.items()}
            )
    return Prices(found, 2 * sum(outputs[norm] for norm in norms if norm not in folded))


def _of_layer(layer: nn.Module, setting: Setting, outputs: int) -> dict[str, dict[str, int]]:
    """Amounts by option, of what depends on a layer."""
    recovery, found = setting.recovery, {}
    columns = layer.weight.shape[0]
    if recovery.line == "column":
        found["column_line"] = {"numbers": 2 * columns - 2}
    if recovery.drift != "none":
        # A factor goes into the line; where there is none, it is a multiplication of each output.
        found["drift"] = {"numbers": 2 * (columns if recovery.drift == "column" else 1)}
        found["drift"]["digital_operations"] = outputs if setting.tuning.when == "none" else 0
    if recovery.remap != "none" and setting.faults.active:
        sides = 2 if setting.array.scheme == "double_column" else 1
        groups = getattr(layer, "groups", 1)
        rows, columns = layer.weight[0].numel(), columns // groups
        height, width = setting.array.tile_shape or (rows, columns)
        tile_rows, tile_columns = len(parts(rows, height)), len(parts(columns, width))
        spare = sides * groups * rows * tile_columns * recovery.redundant_columns
        table = {"columns": tile_rows * columns, "rows": tile_columns * rows}
        table["both"] = table["columns"] + table["rows"]
        found["remapping"] = {
            # Each device to both of its states, before it holds a weight; those to spare as often.
            "device_writes": 2 * (sides * groups * rows * columns + spare) + spare,
            "devices": spare,
            "numbers": groups * table[recovery.remap],
        }
    return found


@torch.no_grad()
def _outputs(model: nn.Module, inputs: torch.Tensor, modules: list[nn.Module]) -> dict[nn.Module, int]:
    """Numbers that each module puts out for one input, over all of its calls."""
    counted = dict.fromkeys(modules, 0)

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        counted[module] += output.numel()

    with evaluating(model, counted, count):
        model(inputs)
    return counted
