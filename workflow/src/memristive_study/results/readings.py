"""The semantics of a study's rows as a reader meets them: which is meant, which published, and what they are called."""

from collections.abc import Iterable

MEANT = "physical"
# What the paper ran is MemTorch on a GPU; a study without it has MemTorch on a CPU in its place.
MEMTORCH = ("memtorch_cuda", "memtorch")
ORDER = (MEANT, *MEMTORCH)
LABELS = {
    "physical": "physical (as meant)",
    "memtorch_cuda": "memtorch_cuda (as published)",
    "memtorch": "memtorch (MemTorch on a CPU)",
}
AS = {
    "physical": "as meant",
    "memtorch_cuda": "as MemTorch computes on a GPU",
    "memtorch": "as MemTorch computes on a CPU",
}


def published(present: Iterable[str]) -> str:
    """Of these semantics the one nearest to what the paper ran; empty where none is MemTorch's."""
    names = set(present)
    return next((name for name in MEMTORCH if name in names), "")
