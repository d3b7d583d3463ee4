"""Training images as calibration asks for them: drawn by a function that the user gives, and never test images."""

from collections.abc import Callable
from typing import Any

import torch

from memristive.arrays.finite import all_finite
from memristive.core.errors import InputError

# So many training inputs [count, ...], drawn by the generator, or a pair of them and their classes [count].
Draw = Callable[[int, torch.Generator], Any]


class Drawn:
    """What one option draws.

    Args:
        draw: the user's; None where there is none.
        generator: names the draws.
        place: of messages: the function that the user called.
    """

    def __init__(self, draw: Draw | None, generator: torch.Generator, place: str = "evaluate") -> None:
        self._draw, self._generator, self._place = draw, generator, place

    def images(self, field: str, count: int) -> torch.Tensor:
        """`count` training inputs, [count, ...]; InputError, naming `field`, which asks for them, without any."""
        found = self._pair(field, count)
        return found[0] if isinstance(found, tuple) else found

    def labelled(self, field: str, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The same with their classes, int64 [count]; InputError where the user's function draws inputs alone."""
        found = self._pair(field, count)
        if (
            not isinstance(found, tuple)
            or not isinstance(found[1], torch.Tensor)
            or found[1].shape != found[0].shape[:1]
        ):
            raise InputError(
                f"{self._place}: training_images: draws inputs alone, but {field}: {count} needs a pair of inputs and "
                "their classes"
            )
        return found[0], found[1].long()

    def _pair(self, field: str, count: int) -> Any:
        if self._draw is None:
            raise InputError(f"{self._place}: training_images: None, but {field}: {count} needs some")
        found = self._draw(count, self._generator)
        images = found[0] if isinstance(found, (tuple, list)) and len(found) == 2 else found
        if not isinstance(images, torch.Tensor) or not images.numel():
            shown = f"shape {list(images.shape)}" if isinstance(images, torch.Tensor) else type(images).__name__
            raise InputError(f"{self._place}: training_images: {shown} is not a tensor of {count} inputs ({field})")
        if images.is_floating_point() and not all_finite(images):
            raise InputError(f"{self._place}: training_images: a value is not finite")
        return images if images is found else (images, found[1])
