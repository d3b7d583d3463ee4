"""Layers of digits on the compiled kernel; `memristive.arrays.slices.definition` is its definition.

Where codes and digits are whole numbers of eight bits and no sum of them is beyond 2**24, the sums are whole numbers
that single precision holds exactly, in any order. They are then added as such, by the instructions for products of
bytes, with the same result: AVX-512 VNNI and AVX-VNNI where the processor has them, else AVX-512 BW and AVX2 where a
pair of products stays below 2**15. Anywhere else they are added in single precision, as they are with noise of reads,
whose variances are no whole numbers.
"""

import ctypes
import dataclasses

import torch

from memristive.arrays.finite import all_finite
from memristive.arrays.noise import WORD, Noise
from memristive.arrays.slices import definition
from memristive.arrays.slices.stage import SlicedStage
from memristive.kernels import contract, layers, native
from memristive.kernels.native import Unsupported

FLOAT, WHOLE, WHOLE_WITHOUT_VNNI = 0, 1, 2
EXACT = 2**24  # single precision holds every whole number up to it


class _Noise(ctypes.Structure):
    """Field by field `struct memristive_noise` of interface.hpp."""

    _fields_ = [("key", ctypes.c_uint32 * 3), ("used", ctypes.c_uint32)]

    @classmethod
    def of(cls, noise: Noise, group: int) -> "_Noise":
        return cls(definition.draw(noise, 0, group, 0).key[:3], noise.used & WORD)


class _Slices(ctypes.Structure):
    """Field by field `struct memristive_slices` of interface.hpp."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("in_channels", "in_height", "in_width", "out_height", "out_width")),
        *((name, ctypes.c_int32) for name in ("kernel_h", "kernel_w", "stride_h", "stride_w")),
        *((name, ctypes.c_int32) for name in ("dilation_h", "dilation_w", "slices", "columns")),
        *((name, ctypes.c_int32) for name in ("tile_rows", "tile_columns", "references")),
        *((name, ctypes.c_int32) for name in ("code_bits", "codes_signed", "serial", "adc_bits", "fused")),
        ("arithmetic", ctypes.c_int32),
        ("code_inverse", ctypes.c_float),
        *((name, ctypes.c_void_p) for name in ("digits", "inverses", "units", "sums_signed", "variance")),
        ("reads", _Noise),
        ("errors", ctypes.c_void_p),
        ("curved", ctypes.c_int32),
        ("deviation", ctypes.c_float),
        ("conversions", _Noise),
    ]


def carry_out(
    stage: SlicedStage,
    x: torch.Tensor,
    *,
    arithmetic: int | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """`definition.run(stage, x)` on the kernel, the same bits; NotImplemented where it does not carry it out.

    Args:
        arithmetic: FLOAT, WHOLE or WHOLE_WITHOUT_VNNI; None: WHOLE where that is exact. No result depends on it.
        threads: at most so many; None: torch's number. No result depends on it.
        level: see `native.level`.
    """
    found, arithmetic = _level(stage, x, level), _arithmetic(stage, arithmetic)
    if found is None:
        return NotImplemented
    inputs, undo = _inputs(stage, x)
    totals = []
    for group, channels in enumerate(inputs.chunk(stage.groups, 1) if stage.kernel_size else [inputs]):
        total = _total(stage, group, channels.contiguous(), arithmetic, threads or torch.get_num_threads(), found)
        if total is None:
            return NotImplemented
        totals.append(total)
    count = definition.counted(stage, definition.applied(stage, x)[0], layers.sums_of) if stage.offset else None
    definition.read(stage, inputs)
    definition.converted(stage, inputs)
    if stage.kernel_size is None:
        total = totals[0].reshape(*inputs.shape[:-1], stage.columns)
    else:
        total = totals[0] if stage.groups == 1 else torch.cat(totals, 1)
    return definition.finished(stage, x, total, count, undo)


def _level(stage: SlicedStage, x: torch.Tensor, wanted: str | None) -> str | None:
    """The level at which the kernel carries `stage` out; None where it does not."""
    found = native.level(wanted)
    try:
        contract.SLICED.check(stage)
        contract.ARITHMETIC.check(stage.arithmetic)
        if stage.errors is not None:
            contract.ERRORS.check(stage.errors)
    except Unsupported:
        return None
    return found if found is not None and _supported(stage, x) else None


def _arithmetic(stage: SlicedStage, wanted: int | None) -> int:
    return wanted if wanted is not None else WHOLE if is_whole(stage) else FLOAT


def is_whole(stage: SlicedStage) -> bool:
    """Whether codes and digits are whole numbers of eight bits whose sums single precision holds, without noise."""
    if stage.codes is None or stage.variance is not None or not bool((stage.digits == stage.digits.round()).all()):
        return False
    low, high = (float(extreme) for extreme in torch.aminmax(stage.digits))
    rows = max(part.stop - part.start for part in stage.arithmetic.tile_rows(stage.digits.shape[2]))
    code = 1 if stage.codes.serial else 2**stage.codes.bits
    return low >= -128 and high <= 127 and rows * code * max(-low, high) < EXACT


def _supported(stage: SlicedStage, x: torch.Tensor) -> bool:
    if stage.arithmetic.adc_bits is not None and stage.steps is None:
        return False
    if stage.variance is not None and not (all_finite(stage.variance) and stage.variance.shape == stage.digits.shape):
        return False
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and x.numel() > 0
        and all_finite(x)
        and all_finite(stage.digits)
    )


def _inputs(stage: SlicedStage, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Padded inputs, as voltages where the kernel does not make them codes, and what undoes the encoding."""
    if stage.codes is None:
        return definition.applied(stage, x)
    return stage.laid_out(x), torch.ones((1,) * x.dim())


def _total(
    stage: SlicedStage, group: int, x: torch.Tensor, arithmetic: int, threads: int, level: str
) -> torch.Tensor | None:
    """Totals of one group, float32 [samples, outputs, height, width] or [vectors, outputs]."""
    record, x = _record(stage, group, x, arithmetic)
    factors = torch.tensor(stage.factors)
    tiles = _tiles(stage)
    if stage.steps is None or stage.arithmetic.adc_bits is None:
        units, inverses = factors[:, None, None].expand(-1, *tiles).contiguous(), None
    else:
        steps = stage.steps[:, group].contiguous()
        if tuple(steps.shape[1:]) != tiles:
            return None
        record.adc_bits = stage.arithmetic.adc_bits
        units, inverses = steps * factors[:, None, None], 1 / steps
        record.inverses = inverses.data_ptr()
        if stage.errors is not None and not _has_errors(record, stage, group):
            return None
    signed = torch.tensor([stage.sums_signed(slice_) for slice_ in range(len(stage.digits))], dtype=torch.int32)
    record.units, record.sums_signed = units.data_ptr(), signed.data_ptr()
    positions = stage.output_size(x.shape[2:]) if stage.kernel_size else ()
    result = x.new_empty(len(x), stage.columns, *positions)
    return result if _called("sliced", record, x, result, threads, level) else None


def _has_errors(record: _Slices, stage: SlicedStage, group: int) -> bool:
    """Give `record` the errors of its converters; False where they are not such as the kernel knows."""
    errors = stage.errors
    parts = errors.of(group).contiguous()
    slices, _, _, columns = stage.digits.shape
    if parts.dtype != torch.float32 or parts.shape != (4, slices, _tiles(stage)[0], columns) or not all_finite(parts):
        return False
    record.tensors.append(parts)
    record.errors, record.curved = parts.data_ptr(), bool(parts[2:].any())
    record.deviation = errors.noise
    if errors.noise:
        record.conversions = _Noise.of(errors.draw, group)
    return True


def largest(
    stage: SlicedStage,
    x: torch.Tensor,
    *,
    arithmetic: int | None = None,
    threads: int | None = None,
    level: str | None = None,
) -> torch.Tensor:
    """The largest magnitude that the ADCs of each tile get for inputs `x`, in any cycle.

    Noise of reads is included, but not counted on. Args as for `carry_out`. Returns float32 [slices, groups, tile rows,
    tile columns], or NotImplemented.
    """
    bare = dataclasses.replace(
        stage, steps=None, errors=None, arithmetic=dataclasses.replace(stage.arithmetic, adc_bits=None)
    )
    found, arithmetic = _level(bare, x, level), _arithmetic(bare, arithmetic)
    if found is None:
        return NotImplemented
    inputs, _ = _inputs(bare, x)
    of_groups = []
    for group, channels in enumerate(inputs.chunk(bare.groups, 1) if bare.kernel_size else [inputs]):
        record, channels = _record(bare, group, channels.contiguous(), arithmetic)
        result = x.new_empty(len(bare.digits), *_tiles(bare))
        if not _called("sliced_largest", record, channels, result, threads or torch.get_num_threads(), found):
            return NotImplemented
        of_groups.append(result)
    return torch.stack(of_groups, 1)


def _tiles(stage: SlicedStage) -> tuple[int, int]:
    """Rows and columns of tiles of a group."""
    _, _, rows, columns = stage.digits.shape
    return len(stage.arithmetic.tile_rows(rows)), len(stage.arithmetic.tile_columns(columns))


def _record(stage: SlicedStage, group: int, x: torch.Tensor, arithmetic: int) -> tuple[_Slices, torch.Tensor]:
    """The layer as the kernel takes it, without converters, and its inputs, [vectors, rows] of a Linear."""
    record = _Slices(arithmetic=arithmetic, slices=len(stage.digits), columns=stage.digits.shape[-1])
    if stage.kernel_size is None:
        x = x.reshape(-1, x.shape[-1])
        record.in_channels, record.in_height, record.in_width = x.shape[-1], 1, 1
        record.out_height = record.out_width = 1
        record.kernel_h = record.kernel_w = record.stride_h = record.stride_w = 1
        record.dilation_h = record.dilation_w = 1
    else:
        record.in_channels, record.in_height, record.in_width = x.shape[1:]
        record.out_height, record.out_width = stage.output_size(x.shape[2:])
        record.kernel_h, record.kernel_w = stage.kernel_size
        record.stride_h, record.stride_w = stage.stride
        record.dilation_h, record.dilation_w = stage.dilation
    if stage.arithmetic.tile_shape is not None:
        record.tile_rows, record.tile_columns = stage.arithmetic.tile_shape
    record.references = stage.references
    if stage.codes is not None:
        record.code_bits, record.codes_signed = stage.codes.bits, stage.codes.signed
        record.serial, record.code_inverse = stage.codes.serial, float(stage.codes.inverse)
    record.fused = stage.arithmetic.accumulate == "fused"
    record.tensors = [stage.digits[:, group].contiguous()]  # which the record points at
    record.digits = record.tensors[0].data_ptr()
    if stage.variance is not None:
        record.tensors.append(stage.variance[:, group].contiguous())
        record.variance = record.tensors[1].data_ptr()
        record.reads = _Noise.of(stage.draw, group)
    return record, x


def _called(function: str, record: _Slices, x: torch.Tensor, result: torch.Tensor, threads: int, level: str) -> bool:
    """Whether the kernel has filled `result`."""
    status = native.function(function)(
        ctypes.byref(record), native.LEVELS.index(level), x.data_ptr(), len(x), result.data_ptr(), threads
    )
    return status == native.OK
