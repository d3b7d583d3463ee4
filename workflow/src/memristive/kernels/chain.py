"""Layers, and plain chains of layers, on the compiled kernels."""

import dataclasses
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from memristive.arrays.finite import all_finite
from memristive.arrays.laws import Law
from memristive.arrays.noise import Noise
from memristive.arrays.product import Arithmetic
from memristive.kernels import contract, further, logarithmic, native, spill
from memristive.kernels.native import (
    ADC_LINEAR,
    ADC_LOG_MEMTORCH,
    ADC_LOG_PHYSICAL,
    ADC_NONE,
    CROSSBAR,
    ELEMENTWISE,
    POOL,
    Op,
    Unsupported,
)


@dataclasses.dataclass(frozen=True)
class Crossbar:
    """A Conv2d or Linear on crossbars.

    Attributes:
        conductance: what inputs are multiplied with (S), float32 [rows, padded columns]; the rows
            are (channel, kernel row, kernel column).
        columns: how many of the columns are outputs.
        arithmetic: how products are formed and converted.
        kernel_size: rows, columns; None: Linear. Likewise stride and dilation.
        padding: left, right, top, bottom, in zeros.
        line: coefficient and intercept, None: the sums themselves.
        bias: float32 [columns], or None.
        adc_ranges: of ADCs with a fixed range, float32 [tile rows, tile columns], exponents of powers of two
            from -40 to 127; None: each ADC ranges itself.
        tile_rows: only these rows of tiles (first, end) are summed; None: all.
        terms, law, variance, draw: as in `memristive.arrays.stage.Stage`, of one group: float32 [terms, rows, columns]
            and [rows, columns].
    """

    conductance: torch.Tensor
    columns: int
    arithmetic: Arithmetic
    kernel_size: tuple[int, int] | None = None
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    line: tuple[float, float] | None = None
    bias: torch.Tensor | None = None
    adc_ranges: torch.Tensor | None = None
    tile_rows: tuple[int, int] | None = None
    terms: torch.Tensor | None = None
    law: Law | None = None
    variance: torch.Tensor | None = None
    draw: Noise | None = None


@dataclasses.dataclass(frozen=True)
class BatchNorm:
    """x * alpha + beta, in one rounding (fused) or two; float32 [channels]."""

    alpha: torch.Tensor
    beta: torch.Tensor
    fused: bool


@dataclasses.dataclass(frozen=True)
class OutputLine(BatchNorm):
    """The same of a layer's outputs, which may be a vector's: float32 [outputs]."""


@dataclasses.dataclass(frozen=True)
class ReLU:
    """max(x, 0)."""


@dataclasses.dataclass(frozen=True)
class Flatten:
    """All axes but the first become one."""


@dataclasses.dataclass(frozen=True)
class MaxPool:
    """Maximum over windows; each attribute is (rows, columns)."""

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)


Stage = Crossbar | BatchNorm | ReLU | Flatten | MaxPool
# By name, not taken from the classes: a field that is added to one is refused until it is read here.
READ = {
    Crossbar: [
        "conductance",
        "columns",
        "arithmetic",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "line",
        "bias",
        "adc_ranges",
        "tile_rows",
        "terms",
        "law",
        "variance",
        "draw",
    ],
    BatchNorm: ["alpha", "beta", "fused"],
    ReLU: [],
    Flatten: [],
    MaxPool: ["kernel_size", "stride", "padding", "dilation"],
}
CONTRACTS = {kind: contract.Contract(dict.fromkeys(names, contract.anything)) for kind, names in READ.items()}


class Chain:
    """Stages run one after the other on groups of images, from the first input to the last output.

    Args:
        stages: what to compute; at least one of them a Crossbar.
        input_shape: channels, height, width of an image, or (features,).
        level: see `native.level`.

    Raises:
        Unsupported: something that the kernels do not carry out.
    """

    def __init__(self, stages: Sequence[Stage], input_shape: Sequence[int], level: str | None = None) -> None:
        found = native.level(level)
        if found is None:
            raise Unsupported
        self._parts: list[tuple[native.Handle | spill.Linear, bool]] = []
        shape: tuple[int, ...] = tuple(input_shape)
        ops: list[Op] = []
        tensors: list[torch.Tensor] = []
        self._noise: dict[int, Noise] = {}  # by operation
        over_batch = False
        for stage in stages:
            check(stage)
            # A scale over the batch needs every image to have come this far, and so do columns that spill over it.
            alone = _spills_over_batch(stage)
            if _scales_over_batch(stage) or alone:
                if ops:
                    self._parts.append((native.Handle(ops, tensors, found), over_batch))
                ops, tensors, over_batch = [], [], _scales_over_batch(stage)
            if alone:
                self._parts.append(
                    (spill.Linear(stage, lambda alone, shape=shape: Chain([alone], shape, level)), over_batch)
                )
                shape, over_batch = (stage.columns,), False
            else:
                shape = _append(stage, shape, ops, tensors)
                if isinstance(stage, Crossbar) and stage.draw is not None:
                    self._noise[len(ops) - 1] = stage.draw
        if ops:
            self._parts.append((native.Handle(ops, tensors, found), over_batch))
        # A layer that is used twice draws for all samples of a call before it draws for those of the next.
        if self._noise and (len(self._parts) > 1 or len({*map(id, self._noise.values())}) < len(self._noise)):
            raise Unsupported("noise beside what spans a batch, or of a layer that is used twice")
        self._operations = len(ops)
        self._shape = shape

    def __call__(
        self,
        x: torch.Tensor,
        threads: int | None = None,
        batch_size: int | None = None,
        ranges: torch.Tensor | None = None,
    ) -> torch.Tensor | None:
        """Outputs for `x`, float32 [images, ...] on the CPU; None where the plain path has to decide.

        That is where a value is infinite, not a number, or too large for the ADC. `threads` is
        torch's own number of them unless given. `batch_size` (all images unless given) counts only
        where MemTorch scales over a batch or spills into it. `ranges`, float32 [images], stands for each image's
        largest input where the first stage scales.
        """
        threads = threads or torch.get_num_threads()
        images = x.shape[0]
        used = [
            self._noise[op].used if op in self._noise else 0 for op in range(self._operations if self._noise else 0)
        ]
        for part, (handle, over_batch) in enumerate(self._parts):
            if part > 0:
                ranges = None
            if over_batch and ranges is None and images:
                largest = [part.abs().max() for part in x.split(batch_size or images)]
                ranges = torch.stack(largest).repeat_interleave(batch_size or images)[:images]
            if isinstance(handle, spill.Linear):
                x = handle.run(x, threads, ranges, batch_size or max(1, images))
            else:
                x = handle.run(x, threads, ranges, used)
            if x is None:
                return None
        for noise in self._noise.values():
            noise.used += images
        return x.reshape(images, *self._shape)


def check(stage: Stage) -> None:
    """Unsupported where `stage`, or its arithmetic, says something that the kernels do not know."""
    known = next((found for kind, found in CONTRACTS.items() if isinstance(stage, kind)), None)
    if known is None:
        raise Unsupported(f"{type(stage).__name__} is no stage of the kernels")
    known.check(stage)
    if isinstance(stage, Crossbar):
        contract.ARITHMETIC.check(stage.arithmetic)


def fused_chain(modules: Iterable[nn.Module], input_shape: Sequence[int], level: str | None = None) -> Chain | None:
    """A chain of `modules` in evaluation mode, or None where one of them has no counterpart here.

    Modules with a method `kernel_stages` (layers on crossbars) say themselves what they are.
    """
    stages: list[Stage] = []
    try:
        for module in modules:
            stages.extend(_stages(module, level))
        if not any(isinstance(stage, Crossbar) for stage in stages):
            return None
        return Chain(stages, input_shape, level)
    except Unsupported:
        return None


def batch_norm(module: nn.BatchNorm2d, level: str | None = None) -> BatchNorm:
    """The constants by which torch carries out `module`, found by asking it: equal to the last bit, or Unsupported."""
    channels = module.num_features
    with torch.no_grad():
        zero = module(torch.zeros(1, channels, 1, 1)).flatten()
        # At this size beta vanishes, and a power of two rounds nothing.
        huge = module(torch.full((1, channels, 1, 1), 2.0**100)).flatten()
    alpha = (huge * 2.0**-100).contiguous()
    if not torch.isfinite(huge).all() or not torch.isfinite(zero).all():
        raise Unsupported
    probe = torch.randn(9, channels, 5, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = module(probe)
    for fused in (True, False):
        found = BatchNorm(alpha, zero, fused)
        computed = Chain([found], probe.shape[1:], level)(probe, 1)
        if computed is not None and torch.equal(computed, expected):
            return found
    raise Unsupported


def has_counterpart(module: nn.Module) -> bool:
    """Whether a chain may hold a module of this kind; what it is set to decides when the chain is made."""
    kinds = (nn.BatchNorm2d, nn.Dropout, nn.Dropout2d, nn.Flatten, nn.Identity, nn.MaxPool2d, nn.ReLU)
    if type(module) is nn.Sequential:
        return all(has_counterpart(child) for child in module)
    return hasattr(module, "kernel_stages") or type(module) in kinds


def _stages(module: nn.Module, level: str | None) -> list[Stage]:
    if hasattr(module, "kernel_stages"):
        return list(module.kernel_stages())
    kind = type(module)
    if kind in (nn.Dropout, nn.Dropout2d, nn.Identity) and not module.training:
        return []
    if kind is nn.Flatten and module.start_dim == 1 and module.end_dim == -1:
        return [Flatten()]
    if kind is nn.ReLU:
        return [ReLU()]
    if kind is nn.BatchNorm2d and not module.training and module.track_running_stats:
        return [batch_norm(module, level)]
    if kind is nn.MaxPool2d and not module.return_indices and not module.ceil_mode:
        stride = module.stride if module.stride is not None else module.kernel_size
        return [MaxPool(_pair(module.kernel_size), _pair(stride), _pair(module.padding), _pair(module.dilation))]
    if kind is nn.Sequential:
        return [stage for child in module for stage in _stages(child, level)]
    raise Unsupported


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _scales_over_batch(stage: Stage) -> bool:
    if not isinstance(stage, Crossbar):
        return False
    return stage.arithmetic.max_input_voltage is not None and stage.arithmetic.scale_scope == "batch"


def spills(stage: Crossbar) -> bool:
    """Whether what the padding columns of `stage` put out reaches other vectors and is not zero."""
    arithmetic, padding = stage.arithmetic, stage.conductance[:, stage.columns :]
    if arithmetic.spills == "none" or stage.adc_ranges is not None or not padding.numel():
        return False
    # A logarithmic ADC makes 1 of a zero.
    turns_zero = arithmetic.adc_bits is not None and arithmetic.adc_quantisation == "log"
    return turns_zero or bool(padding.any())


def _spills_over_batch(stage: Stage) -> bool:
    return isinstance(stage, Crossbar) and stage.arithmetic.spills == "batch" and spills(stage)


def _append(stage: Stage, shape: tuple[int, ...], ops: list[Op], tensors: list[torch.Tensor]) -> tuple[int, ...]:
    """Add `stage` to `ops`, or fold it into the last of them; the shape of one image after it."""
    if isinstance(stage, Flatten):
        return (_numel(shape),)
    last = ops[-1] if ops and ops[-1].kind != POOL else None
    if isinstance(stage, ReLU):
        if last is None:
            ops.append(last := _elementwise(shape))
        last.relu = 1
        return shape
    if isinstance(stage, BatchNorm):
        if (len(shape) != 3 and not isinstance(stage, OutputLine)) or shape[0] != stage.alpha.numel():
            raise Unsupported
        if last is None or last.relu or last.bn_alpha:
            ops.append(last := _elementwise(shape))
        last.bn_alpha, last.bn_beta = native.pointer(stage.alpha, tensors), native.pointer(stage.beta, tensors)
        last.bn_fused = stage.fused
        return shape
    op = _pool(stage, shape) if isinstance(stage, MaxPool) else _crossbar(stage, shape, tensors)
    ops.append(op)
    if isinstance(stage, Crossbar) and stage.kernel_size is None:
        return (op.out_channels,)
    return op.out_channels, op.out_height, op.out_width


def _numel(shape: Sequence[int]) -> int:
    count = 1
    for axis in shape:
        count *= axis
    return count


def _elementwise(shape: tuple[int, ...]) -> Op:
    channels, height, width = shape if len(shape) == 3 else (_numel(shape), 1, 1)
    op = Op(kind=ELEMENTWISE)
    op.in_channels = op.out_channels = channels
    op.in_height = op.out_height = height
    op.in_width = op.out_width = width
    return op


def _pool(stage: MaxPool, shape: tuple[int, ...]) -> Op:
    if len(shape) != 3:
        raise Unsupported
    op = Op(kind=POOL)
    op.pad_top = op.pad_bottom = stage.padding[0]
    op.pad_left = op.pad_right = stage.padding[1]
    return _windows(op, shape, shape[0], stage.kernel_size, stage.stride, stage.dilation)


def _windows(
    op: Op,
    shape: tuple[int, ...],
    channels: int,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Op:
    op.in_channels, op.in_height, op.in_width = shape
    op.kernel_h, op.kernel_w = kernel_size
    op.stride_h, op.stride_w = stride
    op.dilation_h, op.dilation_w = dilation
    op.out_channels = channels
    height = op.in_height + op.pad_top + op.pad_bottom - op.dilation_h * (op.kernel_h - 1)
    width = op.in_width + op.pad_left + op.pad_right - op.dilation_w * (op.kernel_w - 1)
    if height < 1 or width < 1:
        raise Unsupported
    op.out_height = (height - 1) // op.stride_h + 1
    op.out_width = (width - 1) // op.stride_w + 1
    return op


def _crossbar(stage: Crossbar, shape: tuple[int, ...], tensors: list[torch.Tensor]) -> Op:
    arithmetic = stage.arithmetic
    rows, padded = stage.conductance.shape
    op = Op(kind=CROSSBAR)
    if stage.kernel_size is None:
        _windows(op, (_numel(shape), 1, 1), stage.columns, (1, 1), (1, 1), (1, 1))
        if len(shape) != 1:
            raise Unsupported
    else:
        op.pad_left, op.pad_right, op.pad_top, op.pad_bottom = stage.padding
        if len(shape) != 3 or min(stage.padding) < 0:
            raise Unsupported
        _windows(op, shape, stage.columns, stage.kernel_size, stage.stride, stage.dilation)
    if op.in_channels * op.kernel_h * op.kernel_w != rows or not all_finite(stage.conductance):
        raise Unsupported
    op.columns_padded = padded
    if arithmetic.tile_shape is not None:
        op.tile_rows, op.tile_columns = (
            min(tile, size) for tile, size in zip(arithmetic.tile_shape, (rows, padded), strict=True)
        )
    op.first_tile_row, op.last_tile_row = stage.tile_rows or (0, -(-rows // op.tile_rows) if op.tile_rows else 1)
    if arithmetic.adc_bits is not None:
        op.adc_bits = arithmetic.adc_bits
        op.adc = ADC_LINEAR
        op.overflow_rate = arithmetic.adc_overflow_rate
        pixels = op.out_height * op.out_width
        if stage.adc_ranges is not None:
            _fixed_ranges(op, stage, tensors)
        elif arithmetic.adc_scope == "batch" or (
            arithmetic.adc_scope == "sample" and op.overflow_rate > 0 and pixels > 1
        ):
            raise Unsupported
        else:
            op.adc_spans_sample = arithmetic.adc_scope == "sample" and pixels > 1
        if arithmetic.adc_quantisation == "log":
            _logarithmic(op, arithmetic, tensors)
        if op.adc_spans_sample and (op.adc != ADC_LINEAR or op.tile_rows or padded > stage.columns):
            raise Unsupported
    else:
        op.adc = ADC_NONE
    if arithmetic.max_input_voltage is not None:
        op.max_input_voltage = arithmetic.max_input_voltage
        op.rescale_output = arithmetic.rescale_output
    op.equal_entries_pass = arithmetic.equal_entries_pass
    op.signed_range = arithmetic.adc_bits is not None and arithmetic.ranging == "memtorch_cuda"
    op.spills = spills(stage) and op.out_height * op.out_width > 1
    op.fused = arithmetic.accumulate == "fused"
    op.conductance = native.pointer(stage.conductance, tensors)
    further.describe(op, stage, tensors)
    if stage.line is not None:
        op.has_line, op.coef, op.intercept = 1, *stage.line
    if stage.bias is not None:
        op.bias = native.pointer(stage.bias, tensors)
    return op


def _fixed_ranges(op: Op, stage: Crossbar, tensors: list[torch.Tensor]) -> None:
    rows, columns = stage.conductance.shape[0], stage.columns
    tiles = (-(-rows // op.tile_rows), -(-columns // op.tile_columns)) if op.tile_rows else (1, 1)
    ranges = stage.adc_ranges
    known = torch.isfinite(ranges).all() and ranges.min() >= -40 and ranges.max() <= 127
    plain = stage.arithmetic.adc_quantisation == "linear" and stage.arithmetic.ranging != "memtorch_cuda"
    if tuple(ranges.shape) != tiles or not known or not plain:
        raise Unsupported
    op.adc_ranges = native.pointer(ranges, tensors)


def _logarithmic(op: Op, arithmetic: Arithmetic, tensors: list[torch.Tensor]) -> None:
    memtorch = arithmetic.ranging != "physical"
    op.adc = ADC_LOG_MEMTORCH if memtorch else ADC_LOG_PHYSICAL
    tables = logarithmic.tables(arithmetic.adc_bits, memtorch)
    op.log_limits = native.pointer(tables.limits, tensors)
    op.log_values = native.pointer(tables.values, tensors)
    op.log_bounds = native.pointer(tables.bounds, tensors)
    op.log_exponents = len(tables.limits)
