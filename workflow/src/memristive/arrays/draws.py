"""The random draws of a conversion, behind one interface.

`SeededDraws` draws; validation hands over an object with the same methods that returns what
MemTorch drew, so that both engines can be compared on the same devices.
"""

from collections.abc import Iterator
from typing import Protocol

import torch

from memristive.arrays.cells import Cells
from memristive.arrays.nonidealities.variability import vary
from memristive.arrays.semantics import resolve
from memristive.core.seeding import child
from memristive.core.setting import Setting

Side = tuple[int, ...]  # number of a layer's group, of one of its arrays and, beyond the first, of the slice


class Draws(Protocol):
    """Random quantities of a conversion.

    `layer` is the layer's dotted name, `array` the number of a group and of one of its arrays (0:
    positive or single, 1: negative).
    """

    def aim(self, layer: str, setting: Setting) -> tuple[float, float]:
        """r_on and r_off (ohm) of the device to which the layer's weights are mapped.

        Those of the setting. MemTorch means its mean device too, but looks for the mark of that
        device in the wrong dictionary and so maps each layer to a device drawn like any other.
        """
        ...

    def cells(
        self, layer: str, array: Side, shape: tuple[int, int], padded: tuple[int, int], setting: Setting
    ) -> Cells:
        """The devices of an array of `shape`, and of its tiles' padding: resistances of shape `padded`."""
        ...

    def order(self, layer: str, array: Side, purpose: str, devices: int) -> torch.Tensor:
        """The order in which `devices` devices fail, integers [devices] (only its head is used)."""
        ...

    def generator(self, layer: str, array: Side, purpose: str) -> torch.Generator:
        """A fresh generator for what a measured device draws; MemTorch has none."""
        ...

    def tuning_inputs(self, layer: str, shape: tuple[int, ...], parts: int) -> Iterator[torch.Tensor]:
        """Uniform in [-1, 1], float32, in parts of nearly equal size that together have `shape` [samples, ...].

        Where MemTorch was tuned, as many samples as it was tuned on, in one part.
        """
        ...

    def converters(self, layer: str, shape: tuple[int, ...]) -> tuple[torch.Tensor, int]:
        """Standard normal numbers for the errors of a layer's converters, float32 of `shape`; a seed of their noise."""
        ...

    def invented_bias(self, layer: str, outputs: int, bound: float) -> torch.Tensor:
        """Uniform in [-bound, bound], float32 [outputs]."""
        ...


class SeededDraws:
    """Draws from generators named by the parent's seed, the layer and the purpose."""

    def __init__(self, generator: torch.Generator) -> None:
        self._parent = generator

    def aim(self, layer: str, setting: Setting) -> tuple[float, float]:
        r_on, r_off = setting.device.r_on, setting.device.r_off
        if not setting.variability.active or not resolve(setting).drawn_aim:
            return r_on, r_off
        deviations = torch.randn(2, 1, 1, generator=child(self._parent, layer, "aim"))
        low, high = vary(r_on, r_off, setting.variability, deviations, resolve(setting).resistances)
        return low.item(), high.item()

    def cells(
        self, layer: str, array: Side, shape: tuple[int, int], padded: tuple[int, int], setting: Setting
    ) -> Cells:
        r_on, r_off = setting.device.r_on, setting.device.r_off
        if not setting.variability.active:
            return Cells.alike(r_on, r_off)
        # Drawn as standard deviations, so that settings of different sigma share their draws.
        deviations = torch.randn(2, *shape, generator=child(self._parent, layer, array, "variability"))
        if padded != shape:
            # The real devices are the same whatever the tiles are; only padding depends on them.
            real, (rows, columns) = deviations, shape
            deviations = torch.randn(2, *padded, generator=child(self._parent, layer, array, "variability of padding"))
            deviations[:, :rows, :columns] = real
        return Cells(*vary(r_on, r_off, setting.variability, deviations, resolve(setting).resistances))

    def order(self, layer: str, array: Side, purpose: str, devices: int) -> torch.Tensor:
        # The same order, in half the memory.
        kind = torch.int32 if devices < 2**31 else torch.int64
        return torch.randperm(devices, generator=child(self._parent, layer, array, purpose), dtype=kind)

    def generator(self, layer: str, array: Side, purpose: str) -> torch.Generator:
        return child(self._parent, layer, array, purpose)

    def tuning_inputs(self, layer: str, shape: tuple[int, ...], parts: int) -> Iterator[torch.Tensor]:
        generator = child(self._parent, layer, "tuning")
        # A product of a numerical library may round otherwise for a small rest, which no part is.
        for part in range(parts):
            samples = shape[0] // parts + (part < shape[0] % parts)
            yield torch.empty(samples, *shape[1:]).uniform_(-1, 1, generator=generator)

    def converters(self, layer: str, shape: tuple[int, ...]) -> tuple[torch.Tensor, int]:
        normal = torch.randn(shape, generator=child(self._parent, layer, "converters"))
        return normal, child(self._parent, layer, "noise of converters").initial_seed()

    def invented_bias(self, layer: str, outputs: int, bound: float) -> torch.Tensor:
        return torch.empty(outputs).uniform_(-bound, bound, generator=child(self._parent, layer, "invented bias"))
