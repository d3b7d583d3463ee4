"""What glibc does with memory that is freed; without effect elsewhere, and on no result."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)


def keep_freed() -> None:
    """Keep what is freed: a training that hands it back and asks anew at each step spends a tenth of its time so."""
    _mallopt(_MMAP_THRESHOLD, 1 << 25)  # bytes, the most that it may be
    _mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)


def hand_back_large() -> None:
    """Hand back each large block that is freed: inference holds few at a time, and the heap would grow by holes."""
    _mallopt(_MMAP_THRESHOLD, 1 << 19)


def _mallopt(parameter: int, value: int) -> None:
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(ctypes.c_int(parameter), ctypes.c_int(value))
