"""The compiled library as Python sees it: loading, choice of level, chains of operations."""

import _ctypes
import ctypes
import functools
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from memristive.core.errors import InputError
from memristive.kernels import build

LEVELS = ("plain", "avx2", "avx512")
CROSSBAR, POOL, ELEMENTWISE = 0, 1, 2
ADC_NONE, ADC_LINEAR, ADC_LOG_MEMTORCH, ADC_LOG_PHYSICAL = 0, 1, 2, 3
LAW_POWERS, LAW_SERIES = 1, 2
OK = 0
FIRST_EXPONENT, LAST_EXPONENT = -40, 128
SWITCH = "MEMRISTIVE_KERNEL"


class Op(ctypes.Structure):
    """One operation; field by field `struct memristive_op` of interface.hpp."""

    _fields_ = [
        ("kind", ctypes.c_int32),
        *((name, ctypes.c_int32) for name in ("in_channels", "in_height", "in_width")),
        *((name, ctypes.c_int32) for name in ("out_channels", "out_height", "out_width")),
        *((name, ctypes.c_int32) for name in ("kernel_h", "kernel_w", "stride_h", "stride_w")),
        *((name, ctypes.c_int32) for name in ("dilation_h", "dilation_w")),
        *((name, ctypes.c_int32) for name in ("pad_top", "pad_bottom", "pad_left", "pad_right")),
        ("columns_padded", ctypes.c_int32),
        *((name, ctypes.c_int32) for name in ("tile_rows", "tile_columns", "first_tile_row", "last_tile_row")),
        *((name, ctypes.c_int32) for name in ("adc", "adc_bits", "adc_spans_sample", "equal_entries_pass")),
        *((name, ctypes.c_int32) for name in ("signed_range", "spills", "fused")),
        *((name, ctypes.c_int32) for name in ("rescale_output", "has_line", "bn_fused", "relu")),
        *((name, ctypes.c_float) for name in ("overflow_rate", "max_input_voltage", "coef", "intercept")),
        *((name, ctypes.c_void_p) for name in ("conductance", "bias", "bn_alpha", "bn_beta")),
        ("adc_ranges", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in ("log_limits", "log_values", "log_bounds")),
        ("log_exponents", ctypes.c_int32),
        *((name, ctypes.c_int32) for name in ("law", "terms", "even_orders", "odd_orders")),
        ("law_scale", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in ("law_even", "law_odd", "further", "variance")),
        ("noise_key", ctypes.c_uint32 * 4),
    ]


@functools.cache
def _library() -> ctypes.CDLL | None:
    """The library, compiled on first use; None, with one line of notice, where that is not possible."""
    problem: Exception | None = None
    # One that does not load is passed over for the next, and the last is compiled anew.
    for find in (build.prebuilt, build.cached, build.compiled):
        try:
            path = find()
            if path is not None:
                return _opened(path)
        except (build.BuildError, OSError, AttributeError) as error:
            problem = error
    print(f"kernels: not available ({problem}); the plain path is used", file=sys.stderr)
    return None


def _opened(path: Path) -> ctypes.CDLL:
    """Raises OSError or AttributeError where the file is no library of these kernels."""
    library = ctypes.CDLL(str(path))
    try:
        return _declared(library)
    except (OSError, AttributeError):
        # Or another library of this name would not be loaded.
        _ctypes.dlclose(library._handle)
        raise


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """`library` with the types of interface.hpp."""
    library.memristive_create.restype = ctypes.c_void_p
    library.memristive_create.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int32]
    library.memristive_free.restype = None
    library.memristive_free.argtypes = [ctypes.c_void_p]
    library.memristive_lanes.restype = ctypes.c_int32
    library.memristive_lanes.argtypes = [ctypes.c_void_p]
    library.memristive_run.restype = ctypes.c_int32
    library.memristive_run.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64),
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32),
    ]
    for name, tensors in (
        ("memristive_effective", 1),
        ("memristive_effective_gradient", 2),
        ("memristive_gated", 2),
        ("memristive_sliced", 1),
        ("memristive_sliced_largest", 1),
    ):
        getattr(library, name).restype = ctypes.c_int32
        pointers = [ctypes.c_void_p] * tensors
        getattr(library, name).argtypes = [
            *(ctypes.c_void_p, ctypes.c_int32, *pointers),
            *(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int32),
        ]
    library.memristive_exponents.restype = None
    library.memristive_exponents.argtypes = [ctypes.c_void_p]
    if library.memristive_op_size() != ctypes.sizeof(Op):
        raise OSError(f"{library._name}: struct memristive_op differs from the one in native.py")
    return library


def level(wanted: str | None = None) -> str | None:
    """The level that runs: the best this processor has, or `wanted`; None where no kernel can run.

    The environment variable MEMRISTIVE_KERNEL does the same: off, plain, avx2, avx512, or auto.
    """
    wanted = wanted or os.environ.get(SWITCH, "auto")
    if wanted == "off":
        return None
    if wanted != "auto" and wanted not in LEVELS:
        raise InputError(f"{SWITCH}: {wanted!r} is not one of auto, off, {', '.join(LEVELS)}")
    library = _library()
    if library is None:
        return None
    names = LEVELS if wanted == "auto" else (wanted,)
    found = [name for name in names if library.memristive_has_level(LEVELS.index(name))]
    return found[-1] if found else None


def function(name: str) -> Any:
    """The function `memristive_<name>` of the library, with the types of interface.hpp; `level` must have found one."""
    return getattr(_library(), f"memristive_{name}")


def exponent_limits() -> torch.Tensor:
    """Largest m with ceil(log2f(m + 1e-12)) <= e, for e from -40 to 128; float32 [169]."""
    limits = torch.empty(LAST_EXPONENT - FIRST_EXPONENT + 1)
    _library().memristive_exponents(limits.data_ptr())
    return limits


def pointer(tensor: torch.Tensor, tensors: list[torch.Tensor], kind: torch.dtype = torch.float32) -> int:
    """Address of the numbers of `tensor` in one piece, which `tensors` keeps; Unsupported unless it is on the CPU."""
    if tensor.device.type != "cpu":
        raise Unsupported
    tensors.append(tensor.detach().to(kind).contiguous())
    return tensors[-1].data_ptr()


class Handle:
    """A chain of operations made ready to run.

    Args:
        ops: the operations; every tensor they point at must be in `tensors` (it is copied).
        level: name of a level that this processor has.

    Raises:
        Unsupported: an operation that the library does not carry out.
    """

    def __init__(self, ops: Sequence[Op], tensors: Sequence[torch.Tensor], level: str) -> None:
        self._library = _library()
        array = (Op * len(ops))(*ops)
        self._handle = self._library.memristive_create(array, len(ops), LEVELS.index(level))
        del tensors  # were needed until here
        if not self._handle:
            raise Unsupported
        self._in = ops[0].in_channels * ops[0].in_height * ops[0].in_width
        self._out = ops[-1].out_channels * ops[-1].out_height * ops[-1].out_width

    @property
    def lanes(self) -> int:
        """Images that one vector holds: 4 at level plain, 8 at avx2, 16 at avx512."""
        return self._library.memristive_lanes(self._handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self._library.memristive_free(self._handle)

    def run(
        self, x: torch.Tensor, threads: int, ranges: torch.Tensor | None = None, used: Sequence[int] = ()
    ) -> torch.Tensor | None:
        """Outputs, float32 [images, floats]; None where a value is infinite, not a number or too large for the ADC.

        Args:
            x: float32 [images, ...] on the CPU.
            threads: at most so many threads; no result depends on it.
            ranges: float32 [images], the largest input by which the first operation scales each
                image; None: each image's own.
            used: for each operation, samples for which its noise was drawn before; may be empty where none has noise.
        """
        if x.dtype != torch.float32 or x.device.type != "cpu" or x[:1].numel() not in (0, self._in):
            raise Unsupported
        x = x.contiguous()
        out = x.new_empty(x.shape[0], self._out)
        ranges = None if ranges is None else ranges.contiguous()
        before = (ctypes.c_uint32 * len(used))(*(count % 2**32 for count in used))
        status = self._library.memristive_run(
            self._handle,
            x.data_ptr(),
            x.shape[0],
            None if ranges is None else ranges.data_ptr(),
            before if used else None,
            out.data_ptr(),
            threads,
        )
        return out if status == OK else None


class Unsupported(Exception):
    """The kernel does not carry this out; the plain path has to."""
