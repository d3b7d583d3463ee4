"""Tells glibc's malloc what to do with memory that is freed. Has no effect with other C libraries, nor on results."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)


def keep_freed() -> None:
    """Keep what is freed.

    A training that hands it back and asks for it again at each step spends a tenth of its time on that.
    """
    _mallopt(_MMAP_THRESHOLD, 1 << 25)  # bytes, the most that it may be
    _mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)


def hand_back_large() -> None:
    """Hand each large block back that is freed.

    Inference holds few of them at a time, and between them the heap would fill with holes and grow.
    """
    _mallopt(_MMAP_THRESHOLD, 1 << 19)


def _mallopt(parameter: int, value: int) -> None:
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(ctypes.c_int(parameter), ctypes.c_int(value))
