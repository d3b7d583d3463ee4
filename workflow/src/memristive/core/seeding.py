"""Every random draw of a study comes from a generator made here.

A generator is named by what it is for (study seed, repeat, network; then layer and purpose) and
never by a swept value: the settings of one experiment share their draws, so that a difference
between two settings is a difference of the settings.
"""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def seed(*parts: object) -> int:
    """63-bit seed named by `parts`: SHA-256 of their texts joined by ``|``."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(*parts: object, device: str = "cpu") -> "torch.Generator":
    """Fresh `torch.Generator` on `device`, named by `parts`."""
    import torch

    return torch.Generator(device).manual_seed(seed(*parts))


def child(parent: "torch.Generator", *parts: object) -> "torch.Generator":
    """Fresh CPU generator named by the seed `parent` was made with and by `parts`.

    The state of `parent` plays no part and is not changed, so the order in which children are
    asked for does not matter.
    """
    return generator(parent.initial_seed(), *parts)
