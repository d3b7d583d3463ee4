"""Conv2d and Linear whose weights are conductances of memristor crossbars.

A layer has one door: it builds its `Stage` and runs it, on the kernels where they carry it out, else by the
definition, with the same bits.
"""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn

from memristive import kernels
from memristive.arrays import definition, mapping, tuning
from memristive.arrays.draws import Draws
from memristive.arrays.product import Arithmetic, needed_ranges
from memristive.arrays.semantics import resolve
from memristive.arrays.stage import Stage
from memristive.core.errors import InputError
from memristive.core.setting import Setting


def run(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """Outputs of `stage`, see `definition.run`."""
    output = kernels.carry_out(stage, x)
    return definition.run(stage, x) if output is NotImplemented else output


def sums(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """Sums of `stage` before conversion, see `definition.sums`."""
    found = kernels.sums(stage, x)
    return definition.sums(stage, x) if found is NotImplemented else found


class CrossbarLayer(nn.Module):
    """Common part of the two layers: conductances, the tuned line, the bias.

    Attributes:
        arrays: the conductances (S) of the layer's arrays by slice of the weights, group and side: each float32
            [rows, padded columns]; sides are positive and negative, or one in the single-column scheme.
        conductance: signed conductances that inputs are multiplied with, float32
            [slices, groups, rows, padded columns].
        columns: outputs of one group.
        line: coefficient and intercept, float64 [2]; (1, 0) before tuning.
        bias: float32 [outputs], or None.
        adc_ranges: of converters with a fixed range, float32 [slices, groups, tile rows, tile columns]; empty before
            `calibrate`.
    """

    layer_type: str
    groups = 1

    def __init__(self, layer: nn.Module, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.arithmetic = Arithmetic.of(setting, self.layer_type)
        self.scheme = mapping.SCHEMES[setting.array.scheme]
        self.arrays: list[list[list[torch.Tensor]]] = []
        self.register_buffer("weight", layer.weight.detach().clone())
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().clone())
        self.register_buffer("conductance", torch.empty(0))
        self.register_buffer("line", torch.tensor([1.0, 0.0], dtype=torch.float64))
        self.register_buffer("adc_ranges", torch.empty(0))

    def write(self, arrays: list[list[list[torch.Tensor]]], reference: float) -> None:
        """Set the conductances of every slice's and group's arrays; padding rows beyond the layer's are dropped.

        `reference` (S) is what single-column arrays are compared with.
        """
        self.arrays = arrays
        rows = self.weight[0].numel()
        combined = [[self.scheme.combine(sides, reference)[:rows] for sides in groups] for groups in arrays]
        stacked = torch.stack([torch.stack(groups) for groups in combined])
        self.conductance = stacked.contiguous().to(self.weight.device)

    def tune(self, draws: Draws, name: str) -> None:
        """Fit the line on random inputs; the bias takes no part.

        MemTorch applies the line of an earlier tuning while it fits the next, and then replaces
        it: a layer that is tuned twice keeps a line meant for outputs that were already scaled.
        """
        inputs = draws.tuning_inputs(name, self.tuning_shape()).to(self.weight.device)
        analogue = self.crossbar(inputs)
        if resolve(self.setting).tunes_through_line:
            coefficient, intercept = self.line.tolist()
            analogue = analogue * coefficient + intercept
        coefficient, intercept = tuning.fit_line(analogue, self.digital(inputs))
        self.line = torch.tensor([coefficient, intercept], dtype=torch.float64, device=self.weight.device)

    def calibrate(self, x: torch.Tensor) -> None:
        """Widen the fixed range of each tile's converter to what it needs for inputs `x`.

        Before, its converters range themselves, also while the layer is tuned.
        """
        found = [
            torch.stack([needed_ranges(group, self.arithmetic) for group in sums(stage, x)]) for stage in self._bare()
        ]
        needed = torch.stack(found)
        self.adc_ranges = torch.maximum(self.adc_ranges, needed) if self.adc_ranges.numel() else needed

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(self.conductance) == 1:
            return run(self.stage(), x)
        coefficient, intercept = self.line.tolist()
        output = self._together(self._in_ranges(), x) * coefficient + intercept
        if self.bias is None:
            return output
        return output + (self.bias.view(-1, 1, 1) if self.layer_type == "conv2d" else self.bias)

    def crossbar(self, x: torch.Tensor) -> torch.Tensor:
        """What the arrays put out for inputs `x` through converters that range themselves, before line and bias."""
        return self._together(self._bare(), x)

    def stage(self) -> Stage:
        """The whole layer as one stage; InputError where converters are to have a fixed range and none is set."""
        (stage,) = self._in_ranges()
        return dataclasses.replace(stage, line=tuple(self.line.tolist()), bias=self.bias)

    def kernel_stage(self) -> kernels.Crossbar:
        """This layer, line and bias included, as a stage of a fused chain; kernels.Unsupported where it is none."""
        uncalibrated = self.setting.adc.calibrated and not self.adc_ranges.numel()
        if self.groups > 1 or len(self.conductance) > 1 or uncalibrated:
            raise kernels.Unsupported
        return kernels.single(self.stage())

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
        return [
            Stage(conductance, self.columns, self.arithmetic, **self.geometry()) for conductance in self.conductance
        ]

    def geometry(self) -> dict:
        """Fields of `Stage` that say how inputs meet the arrays."""
        return {}

    def tuning_shape(self) -> tuple[int, ...]:
        """Shape of the random inputs of `tune`."""
        raise NotImplementedError

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        """What the digital layer would compute, without its bias."""
        raise NotImplementedError


class CrossbarConv2d(CrossbarLayer):
    """nn.Conv2d on crossbars: rows are (channel, kernel row, kernel column), each group has its own arrays."""

    layer_type = "conv2d"

    def __init__(self, layer: nn.Conv2d, setting: Setting) -> None:
        super().__init__(layer, setting)
        self.kernel_size = layer.kernel_size
        self.stride = layer.stride
        self.dilation = layer.dilation
        self.groups = layer.groups
        self.padding_mode = layer.padding_mode
        # Left, right, top, bottom; torch resolves "same" and "valid" into this.
        self.padding = tuple(layer._reversed_padding_repeated_twice)
        self.columns = layer.out_channels // layer.groups

    def geometry(self) -> dict:
        names = ("kernel_size", "stride", "padding", "dilation", "padding_mode")
        return {name: getattr(self, name) for name in names}

    def tuning_shape(self) -> tuple[int, ...]:
        images, height, width = tuning.CONV2D_IMAGES
        return images, self.weight.shape[1] * self.groups, height, width

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        padded = F.pad(x, self.padding, "constant" if self.padding_mode == "zeros" else self.padding_mode)
        return F.conv2d(padded, self.weight, None, self.stride, 0, self.dilation, self.groups)


class CrossbarLinear(CrossbarLayer):
    """nn.Linear on crossbars. Inputs [..., rows]; the first of several axes counts samples."""

    layer_type = "linear"

    def __init__(self, layer: nn.Linear, setting: Setting) -> None:
        super().__init__(layer, setting)
        self.columns = layer.out_features

    def tuning_shape(self) -> tuple[int, ...]:
        return tuning.LINEAR_VECTORS, self.weight.shape[1]

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight)
