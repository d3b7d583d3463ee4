"""What a conversion draws at random, behind one interface.

`SeededDraws` draws; validation hands over an object with the same methods that returns what
MemTorch drew, so that both engines can be compared on the same devices.
"""

from typing import Protocol

import torch

from memristive.seeding import child


Array = tuple[int, int]


class Draws(Protocol):
    """Random quantities of a conversion.

    `layer` is the layer's dotted name, `array` the number of a group and of one of its arrays (0:
    positive or single, 1: negative).
    """

    def deviations(self, layer: str, array: Array, rows: int, columns: int, padded: tuple[int, int]) -> torch.Tensor:
        """Standard normal deviations of r_on and r_off, float32 [2, padded rows, padded columns]."""
        ...

    def order(self, layer: str, array: Array, purpose: str, devices: int) -> torch.Tensor:
        """The order in which `devices` devices fail, int64 [devices] (only its head is used)."""
        ...

    def tuning_inputs(self, layer: str, shape: tuple[int, ...]) -> torch.Tensor:
        """Uniform in [-1, 1], float32 of `shape`."""
        ...

    def invented_bias(self, layer: str, outputs: int, bound: float) -> torch.Tensor:
        """Uniform in [-bound, bound], float32 [outputs]."""
        ...


class SeededDraws:
    """Draws from generators named by the parent's seed, the layer and the purpose."""

    def __init__(self, generator: torch.Generator) -> None:
        self._parent = generator

    def deviations(self, layer: str, array: Array, rows: int, columns: int, padded: tuple[int, int]) -> torch.Tensor:
        real = torch.randn(2, rows, columns, generator=child(self._parent, layer, array, "variability"))
        if padded == (rows, columns):
            return real
        # The real devices are the same whatever the tiles are; only padding depends on them.
        whole = torch.randn(2, *padded, generator=child(self._parent, layer, array, "variability of padding"))
        whole[:, :rows, :columns] = real
        return whole

    def order(self, layer: str, array: Array, purpose: str, devices: int) -> torch.Tensor:
        return torch.randperm(devices, generator=child(self._parent, layer, array, purpose))

    def tuning_inputs(self, layer: str, shape: tuple[int, ...]) -> torch.Tensor:
        return torch.empty(shape).uniform_(-1, 1, generator=child(self._parent, layer, "tuning"))

    def invented_bias(self, layer: str, outputs: int, bound: float) -> torch.Tensor:
        return torch.empty(outputs).uniform_(-bound, bound, generator=child(self._parent, layer, "invented bias"))
