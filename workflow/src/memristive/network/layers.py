"""Conv2d and Linear whose weights are conductances of memristor crossbars.

A layer has one door: it builds its `Stage` and runs it, on the kernels where they carry it out, else by the
definition, with the same bits.
"""

import dataclasses
import math
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import forward_ad

from memristive import kernels
from memristive.arrays import definition, reading, tuning
from memristive.arrays.draws import Draws
from memristive.arrays.finite import all_finite
from memristive.arrays.noise import Noise
from memristive.arrays.product import Arithmetic, needed_ranges
from memristive.arrays.programming import Arrays, Conductances
from memristive.arrays.semantics import resolve
from memristive.arrays.slices.fields import active as is_sliced
from memristive.arrays.slices.layout import scheme_of
from memristive.arrays.slices.stage import SlicedStage
from memristive.arrays.stage import Stage
from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network import recovery, sliced
from memristive.network.gradients import run_with_gradient

AnyStage = TypeVar("AnyStage", Stage, SlicedStage)


def run(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """Outputs of `stage`, see `definition.run`; their gradient is straight-through."""
    tensors = (x, stage.conductance, stage.bias, stage.column_line)
    if torch.is_grad_enabled() and any(tensor is not None and tensor.requires_grad for tensor in tensors):
        return run_with_gradient(stage, x, _compute)
    return _compute(stage, x)


@torch.no_grad()
def _compute(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    output = kernels.carry_out(stage, x)
    return definition.run(stage, x) if output is NotImplemented else output


# Attributes that are decided when a layer is converted.
_DECIDED = {
    "weight": "is set by the network's own code or by a hook, but its weights are on crossbars; set it earlier",
    "setting": "cannot be changed; convert the digital network with the other one",
}


class CrossbarLayer(nn.Module):
    """Common part of the two layers: conductances, the tuned line, the bias.

    It stands in for the digital layer: it has its attributes, but no weight to read.

    Attributes:
        name: the layer's dotted name in its network, for messages.
        arrays: the conductances (S) of the layer's arrays by slice of the weights, group and side, where they are
            kept (see `convert_with`): each float32 [padded rows, padded columns]; sides are positive and negative, or
            one in the single-column scheme.
        conductance: signed conductances (S) or digits that inputs are multiplied with, float32
            [slices, groups, rows, padded columns].
        columns: outputs of one group.
        line: coefficient and intercept, float64 [2] or, one an output, [2, outputs]; (1, 0) before tuning.
        bias: float32 [outputs], or None.
        adc_ranges: of converters with a fixed range, float32 [slices, groups, tile rows, tile columns]: exponents of
            powers of two, or steps where the layer is `sliced`; empty before `calibrate`.
        sliced: computed by `memristive.arrays.slices`. Then there are
        weight_step: weight that a digit of 1 stands for, float64 [];
        input_range: the step of inputs as codes and whether they have a sign, float32 [2]; 0 before `calibrate`.
        terms, variance: what reads need besides, see `Stage` and `SlicedStage`, where the setting has a group
            `reading`: float32 [terms, slices, groups, rows, padded columns] and [slices, groups, rows, padded columns],
            or None.
        sides: conductances (S) of each array where `wires.rows` are gated, float32 [sides, slices, groups, rows,
            columns], or None, as before the arrays have wires.
        faults: devices that something happened to while they were programmed, by what it was.
    """

    layer_type: str
    output_axis: int  # of the outputs' axes
    groups = 1

    def __init__(self, layer: nn.Module, setting: Setting, name: str = "") -> None:
        super().__init__()
        self.name = name
        self._setting = setting
        self.arithmetic = Arithmetic.of(setting, self.layer_type)
        self.scheme = scheme_of(setting)
        self.sliced = is_sliced(setting)
        self.arrays: Arrays = []
        self.rows = layer.weight[0].numel()
        self.register_parameter("bias", None)
        if layer.bias is not None:
            self.set_bias(layer.bias)
        self.conductance = nn.Parameter(torch.empty(0, device=layer.weight.device), requires_grad=False)
        self.register_buffer("line", torch.tensor([1.0, 0.0], dtype=torch.float64))
        self.register_buffer("adc_ranges", torch.empty(0))
        self.faults: dict[str, int] = {}
        self._draw: Noise | None = None
        for name in reading.names(setting):
            self.register_buffer(name, None)
        if self.sliced:
            self.register_buffer("weight_step", torch.tensor(1.0, dtype=torch.float64))
            self.register_buffer("input_range", torch.zeros(2))

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            place = self.place if "name" in self.__dict__ else type(self).__name__
            raise AttributeError(f"{place}: {name}: a layer on crossbars has no such attribute") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _DECIDED:
            raise InputError(f"{self.place}: {name}: {_DECIDED[name]}")
        super().__setattr__(name, value)

    @property
    def place(self) -> str:
        """The layer as messages name it."""
        return f"layer {self.name}" if self.name else f"the {type(self).__name__}"

    @property
    def weight(self) -> torch.Tensor:
        """Refused: on crossbars the weights are conductances, and a network that reads them would compute digitally."""
        raise InputError(
            f"{self.place}: weight: is read by the network's own code, but its weights are on crossbars; call the "
            f"layer, or leave it digital: layers={{{self.name!r}: {{'array.layer_types': []}}}}"
        )

    @property
    def setting(self) -> Setting:
        """What the layer was converted with; another one needs another conversion."""
        return self._setting

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        if f"{prefix}weight" in state_dict:
            raise InputError(
                f"{self.place}: weight: a digital network's weights cannot be loaded into one on crossbars; load them "
                "into the digital network and convert it"
            )
        if f"{prefix}adc_ranges" in state_dict:  # of a network that was calibrated
            self.adc_ranges = torch.empty_like(state_dict[f"{prefix}adc_ranges"])
        super()._load_from_state_dict(state_dict, prefix, *args)

    def hold(self, found: Conductances) -> None:
        """Take these conductances; padding rows beyond the layer's are dropped."""
        self.set_conductance(found.signed[:, :, : self.rows])
        self.arrays, self.faults = found.arrays, found.faults
        for name in reading.names(self.setting):
            matrix = found.read.get(name)
            setattr(self, name, None if matrix is None else matrix[..., : self.rows, :].to(self.conductance.device))

    def draw_from(self, generator: torch.Generator) -> None:
        """Set the generator whose seed the read noise has."""
        self._draw = Noise(generator.initial_seed())

    @property
    def noise(self) -> Noise | None:
        """The noise of the layer's reads, which each read counts on; None where there is none."""
        return self._draw

    def set_conductance(self, conductance: torch.Tensor) -> None:
        """Set the signed conductances (S) [slices, groups, rows, padded columns]."""
        device = self.conductance.device
        self.conductance = nn.Parameter(conductance.contiguous().to(device), requires_grad=False)

    def set_bias(self, bias: torch.Tensor) -> None:
        """Set the bias, float32 [outputs]; it is copied."""
        self.bias = nn.Parameter(bias.detach().clone(), requires_grad=False)

    def tune(self, draws: Draws, weight: torch.Tensor) -> None:
        """Fit the line to what the digital layer with this weight puts out for random inputs; the bias takes no part.

        MemTorch applies the line of an earlier tuning while it fits the next, and then replaces
        it: a layer that is tuned twice keeps a line meant for outputs that were already scaled.
        """
        device = self.conductance.device
        shape = self.tuning_shape()
        through = self.line.tolist() if resolve(self.setting).tunes_through_line else None
        by_column = self.setting.recovery.line == "column"
        fit = recovery.module("column_line").ColumnFit(self.output_axis) if by_column else tuning.LineFit()
        for inputs in draws.tuning_inputs(self.name, shape, self._tuning_parts(shape)):
            inputs = inputs.to(device)
            analogue = self.crossbar(inputs)
            if through is not None:
                analogue = analogue * through[0] + through[1]
            fit.add(analogue, self.digital(inputs, weight))
        line = torch.tensor(fit.line(), dtype=torch.float64, device=device)
        if not all_finite(line.float()):
            shown = "a line" if by_column else f"the line fitted to it, {line.tolist()},"
            raise InputError(f"convert: {self.place}: {shown} is beyond float32")
        self.line = line

    def magnitudes(self, draws: Draws) -> torch.Tensor:
        """Sums of the magnitudes of what the arrays put out for the inputs of `tune`, float64 [outputs]."""
        device, shape = self.conductance.device, self.tuning_shape()
        outputs = (
            self.crossbar(part.to(device)) for part in draws.tuning_inputs(self.name, shape, self._tuning_parts(shape))
        )
        return sum(recovery.module("drift").magnitudes(found, self.output_axis) for found in outputs)

    def compensate(self, then: torch.Tensor, now: torch.Tensor) -> None:
        """Take back, in the line, what the arrays have lost between two `magnitudes`."""
        factors = recovery.module("drift").factors(then, now, self.setting.recovery.drift)
        coefficient, intercept = self.line
        coefficients = coefficient * (factors[0] if self.setting.recovery.drift == "layer" else factors)
        self.line = torch.stack(torch.broadcast_tensors(coefficients, intercept))

    def _tuning_parts(self, shape: tuple[int, ...]) -> int:
        """Number of parts in which random inputs of `shape` come; one where a scale or a range spans all of them."""
        if "batch" in (self.arithmetic.scale_scope, self.arithmetic.adc_scope):
            return 1
        samples, inputs, *positions = shape
        # No layer's output has many more positions than its input.
        numbers = samples * (inputs + self.columns * self.groups) * math.prod(positions)
        return tuning.parts(samples, numbers, self.conductance.numel())

    def calibrate(self, x: torch.Tensor) -> None:
        """Widen the fixed range of each tile's converter to what it needs for inputs `x`.

        Before, its converters range themselves, also while the layer is tuned.
        """
        if self.sliced:
            sliced.calibrate(self, x)
            return
        found = [
            torch.stack([needed_ranges(group, self.arithmetic) for group in kernels.sums_of(stage, x)])
            for stage in self._bare()
        ]
        needed = torch.stack(found)
        self.adc_ranges = torch.maximum(self.adc_ranges, needed) if self.adc_ranges.numel() else needed

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        x = input
        self.check_input(x)
        self.__dict__["_used"] = True  # for `summary`
        if x.numel() == 0:  # no sample, or none with vectors
            return self.digital(x, x.new_zeros(self.weight_shape()))
        if self.sliced:
            output = sliced.run(self, x)
        else:
            output = run(self.stage(), x) if len(self.conductance) == 1 else self._sliced(x)
        if not all_finite(output.detach()):
            raise InputError(
                f"network: a value is not finite after {self.place}, at the setting {self.setting.canonical()}"
            )
        return output

    def _sliced(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs of weights held by several slices."""
        stages = self._in_ranges()
        return self.on_line(stages[0]).on_line(self._together(stages, x))

    def on_line(self, stage: AnyStage) -> AnyStage:
        """`stage` with the layer's line, or lines, and bias."""
        if self.line.dim() == 1:
            return dataclasses.replace(stage, line=tuple(self.line.tolist()), bias=self.bias)
        coefficients, intercepts = self.line
        whole = intercepts if self.bias is None else intercepts + self.bias.double()
        return dataclasses.replace(stage, column_line=torch.stack([coefficients, whole]).float())

    def crossbar(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs of the arrays for inputs `x`, through converters that range themselves, before line and bias."""
        if self.sliced:
            return sliced.bare(self, x)
        return self._together(self._bare(), x)

    def stage(self) -> Stage:
        """The whole layer as one stage; InputError where converters are to have a fixed range and none is set."""
        (stage,) = self._in_ranges()
        return self.on_line(stage)

    def kernel_stages(self) -> list[kernels.Crossbar | kernels.OutputLine]:
        """This layer, lines and bias included, as stages of a fused chain; kernels.Unsupported where it is none."""
        uncalibrated = self.setting.adc.calibrated and not self.adc_ranges.numel()
        as_made = self.conductance.dtype == torch.float32
        if self.sliced or self.groups > 1 or len(self.conductance) > 1 or uncalibrated or not as_made:
            raise kernels.Unsupported
        stage = self.stage()
        if stage.column_line is None:
            return [kernels.single(stage)]
        alone = dataclasses.replace(stage, column_line=None)
        return [kernels.single(alone), kernels.OutputLine(*stage.column_line, fused=False)]

    def _together(self, stages: list[Stage], x: torch.Tensor) -> torch.Tensor:
        """Outputs of all slices, each weighted by what its digit of the weights stands for."""
        factors = self.scheme.factors(len(stages))
        output = run(stages[0], x)
        if factors == (1.0,):
            return output
        output = output * factors[0]
        for stage, factor in zip(stages[1:], factors[1:], strict=True):
            output = output + run(stage, x) * factor
        return output

    def _in_ranges(self) -> list[Stage]:
        """A stage a slice, converters in their fixed ranges where the setting asks for it."""
        if not self.setting.adc.calibrated:
            return self._bare()
        if not self.adc_ranges.numel():
            raise InputError("adc.range: 'calibrated', but no image has set it yet: call memristive.calibrate")
        pairs = zip(self._bare(), self.adc_ranges, strict=True)
        return [dataclasses.replace(stage, adc_ranges=ranges) for stage, ranges in pairs]

    def _bare(self) -> list[Stage]:
        """A stage a slice, without line and bias, converters ranging themselves."""
        stages = [
            Stage(conductance, self.columns, self.arithmetic, **self.geometry()) for conductance in self.conductance
        ]
        if not self.setting.reading.active:
            return stages
        law = None if self.terms is None else reading.law(self.setting)
        matrices = {name: getattr(self, name) for name in reading.NAMES if getattr(self, name) is not None}
        return [
            dataclasses.replace(
                stage, law=law, draw=self.noise, **{name: each[..., number, :, :, :] for name, each in matrices.items()}
            )
            for number, stage in enumerate(stages)
        ]

    def geometry(self) -> dict:
        """Fields of `Stage` that say how inputs meet the arrays."""
        return {}

    def check_input(self, x: torch.Tensor) -> None:
        """InputError, in one line, for inputs that the digital layer would not take or that are not float32.

        Also where a derivative is asked for that arrays do not give, or the network itself is not float32 any more.
        """
        if not isinstance(x, torch.Tensor) or x.dtype != torch.float32:
            kind = str(x.dtype).removeprefix("torch.") if isinstance(x, torch.Tensor) else type(x).__name__
            raise InputError(f"{self.place}: inputs: {kind} is not float32, in which crossbars are computed")
        form = _form_problem(x)
        if form:
            raise InputError(f"{self.place}: inputs: {form}")
        if self.conductance.dtype != torch.float32:
            kind = str(self.conductance.dtype).removeprefix("torch.")
            raise InputError(f"{self.place}: conductance: {kind} is not float32; convert the network anew")
        problem = self.shape_problem(x)
        if problem:
            raise InputError(f"{self.place}: inputs: shape {list(x.shape)} is not {problem}")

    def shape_problem(self, x: torch.Tensor) -> str:
        """Shape that is allowed, in words, where that of `x` is not; else empty."""
        raise NotImplementedError

    def tuning_shape(self) -> tuple[int, ...]:
        """Shape of the random inputs of `tune`."""
        raise NotImplementedError

    def weight_shape(self) -> tuple[int, ...]:
        """Shape of the digital layer's weight."""
        raise NotImplementedError

    def digital(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Outputs of the digital layer with this weight, without its bias."""
        raise NotImplementedError

    def tiles(self) -> str:
        """Tiles of the layer, in words."""
        slices, groups, rows, columns = self.conductance.shape
        height, width = self.arithmetic.tile_shape or (rows, columns)
        on_tiles = len(self.arithmetic.tile_rows(rows)) * len(self.arithmetic.tile_columns(columns))
        count = slices * groups * on_tiles
        return f"{count} {'tile' if count == 1 else 'tiles'} of {height}x{width}"


def _form_problem(x: torch.Tensor) -> str:
    """Why arrays cannot compute with a tensor of this form, or under this transform; else empty."""
    if torch._C._functorch.maybe_current_level():
        return "torch.func's transforms do not reach into crossbars; use batches, and torch.autograd for gradients"
    if forward_ad._current_level >= 0 and forward_ad.unpack_dual(x).tangent is not None:
        return "derivatives in forward mode are not offered; use torch.autograd.grad or backward"
    if x.is_meta:
        return "they are on the device meta and have no values"
    if x.is_nested or x.layout != torch.strided or type(x).__module__.startswith("torch.masked"):
        return f"{type(x).__name__} of layout {str(x.layout).removeprefix('torch.')} is not a dense tensor"
    return ""


class CrossbarConv2d(CrossbarLayer):
    """nn.Conv2d on crossbars: rows are (channel, kernel row, kernel column), each group has its own arrays."""

    layer_type = "conv2d"
    output_axis = 1

    def __init__(self, layer: nn.Conv2d, setting: Setting, name: str = "") -> None:
        super().__init__(layer, setting, name)
        self.in_channels = layer.in_channels
        self.out_channels = layer.out_channels
        self.kernel_size = layer.kernel_size
        self.stride = layer.stride
        self.padding = layer.padding
        self.dilation = layer.dilation
        self.groups = layer.groups
        self.padding_mode = layer.padding_mode
        # Left, right, top, bottom; torch resolves "same" and "valid" into this.
        self._margins = tuple(layer._reversed_padding_repeated_twice)
        self.columns = layer.out_channels // layer.groups

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        one = isinstance(input, torch.Tensor) and not input.is_nested and input.dim() == 3
        if one:  # image without an axis of images, as nn.Conv2d takes it
            return super().forward(input[None])[0]
        return super().forward(input)

    def geometry(self) -> dict:
        names = ("kernel_size", "stride", "dilation", "padding_mode")
        return {name: getattr(self, name) for name in names} | {"padding": self._margins}

    def shape_problem(self, x: torch.Tensor) -> str:
        if x.dim() != 4 or x.shape[1] != self.in_channels:
            return f"[images, {self.in_channels}, height, width]"
        left, right, top, bottom = self._margins
        least = [step * (size - 1) + 1 for step, size in zip(self.dilation, self.kernel_size, strict=True)]
        least = [max(1, least[0] - top - bottom), max(1, least[1] - left - right)]
        if x.shape[2] < least[0] or x.shape[3] < least[1]:
            return f"[images, {self.in_channels}, {least[0]} or more, {least[1]} or more]"
        return ""

    def tuning_shape(self) -> tuple[int, ...]:
        images, height, width = tuning.CONV2D_IMAGES
        extents = (step * (size - 1) + 1 for step, size in zip(self.dilation, self.kernel_size, strict=True))
        # A kernel that is wider than the usual images needs wider ones.
        return images, self.in_channels, *(map(max, (height, width), extents))

    def weight_shape(self) -> tuple[int, ...]:
        return self.out_channels, self.in_channels // self.groups, *self.kernel_size

    def digital(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        padded = F.pad(x, self._margins, "constant" if self.padding_mode == "zeros" else self.padding_mode)
        return F.conv2d(padded, weight, None, self.stride, 0, self.dilation, self.groups)

    def extra_repr(self) -> str:
        shown = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        usual = {"padding": (0, 0), "dilation": (1, 1), "groups": 1, "padding_mode": "zeros"}
        others = (f", {key}={getattr(self, key)}" for key, value in usual.items() if getattr(self, key) != value)
        return f"{shown}{''.join(others)}, bias={self.bias is not None}, {self.tiles()}"


class CrossbarLinear(CrossbarLayer):
    """nn.Linear on crossbars. Inputs [..., rows]; the first of several axes counts samples."""

    layer_type = "linear"
    output_axis = -1

    def __init__(self, layer: nn.Linear, setting: Setting, name: str = "") -> None:
        super().__init__(layer, setting, name)
        self.in_features = layer.in_features
        self.out_features = layer.out_features
        self.columns = layer.out_features

    def shape_problem(self, x: torch.Tensor) -> str:
        return "" if x.dim() >= 1 and x.shape[-1] == self.in_features else f"[..., {self.in_features}]"

    def tuning_shape(self) -> tuple[int, ...]:
        bounded = not resolve(self.setting).tunes_on_all_vectors
        return tuning.linear_vectors(self.in_features * self.out_features, bounded), self.in_features

    def weight_shape(self) -> tuple[int, ...]:
        return self.out_features, self.in_features

    def digital(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return F.linear(x, weight)

    def extra_repr(self) -> str:
        shown = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{shown}, bias={self.bias is not None}, {self.tiles()}"
