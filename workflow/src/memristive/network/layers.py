"""Conv2d and Linear whose weights are conductances of memristor crossbars."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn

from memristive import kernels
from memristive.arrays import mapping, tuning
from memristive.arrays.draws import Draws
from memristive.arrays.encoding import encode
from memristive.arrays.product import Arithmetic, convert_in_ranges, multiply, needed_ranges, tile_sums
from memristive.arrays.semantics import resolve
from memristive.core.errors import InputError
from memristive.core.setting import Setting

UNFOLDED_NUMBERS = 2**23  # at most so many unfolded inputs exist at once (32 MiB)
UNCONVERTED_NUMBERS = 2**26  # about so many sums before a fixed-range ADC exist at once (256 MiB)


class CrossbarLayer(nn.Module):
    """Common part of the two layers: conductances, the tuned line, the bias.

    Attributes:
        arrays: for each group of the layer the conductances (S) of its arrays, each float32
            [rows, padded columns]: positive and negative, or one in the single-column scheme.
        conductance: what inputs are multiplied with, float32 [groups, rows, padded columns].
        columns: outputs of one group.
        line: coefficient and intercept, float64 [2]; (1, 0) before tuning.
        bias: float32 [outputs], or None.
        adc_ranges: of ADCs with a fixed range, see `product.needed_ranges`: float32 [groups, tile rows, tile
            columns], empty before `calibrate`.
    """

    layer_type: str

    def __init__(self, layer: nn.Module, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.arithmetic = Arithmetic.of(setting, self.layer_type)
        self.arrays: list[list[torch.Tensor]] = []
        self.register_buffer("weight", layer.weight.detach().clone())
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().clone())
        self.register_buffer("conductance", torch.empty(0))
        self.register_buffer("line", torch.tensor([1.0, 0.0], dtype=torch.float64))
        self.register_buffer("adc_ranges", torch.empty(0))

    def write(self, arrays: list[list[torch.Tensor]], reference: float) -> None:
        """Set the conductances of every group's arrays; padding rows beyond the layer's are dropped.

        `reference` (S) is what single-column arrays are compared with.
        """
        self.arrays = arrays
        rows = self.weight[0].numel()
        combined = [mapping.combine(group, reference)[:rows] for group in arrays]
        self.conductance = torch.stack(combined).contiguous().to(self.weight.device)

    def tune(self, draws: Draws, name: str) -> None:
        """Fit the line on random inputs; the bias takes no part.

        MemTorch applies the line of an earlier tuning while it fits the next, and then replaces
        it: a layer that is tuned twice keeps a line meant for outputs that were already scaled.
        """
        inputs = draws.tuning_inputs(name, self.tuning_shape()).to(self.weight.device)
        analogue = self.crossbar(inputs)
        if resolve(self.setting).tunes_through_line:
            analogue = self._on_line(analogue)
        coefficient, intercept = tuning.fit_line(analogue, self.digital(inputs))
        self.line = torch.tensor([coefficient, intercept], dtype=torch.float64, device=self.weight.device)

    def calibrate(self, x: torch.Tensor) -> None:
        """Widen the fixed range of each tile's ADC to what it needs for inputs `x`.

        Before, its ADCs range themselves, also while the layer is tuned.
        """
        sums, _ = self.sums(x)
        needed = torch.stack([needed_ranges(group, self.arithmetic) for group in sums])
        self.adc_ranges = torch.maximum(self.adc_ranges, needed) if self.adc_ranges.numel() else needed

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        calibrated = self.setting.calibrated
        output = self._stage_on_kernel(x) if calibrated else self.on_kernel(x, tuple(self.line.tolist()), self.bias)
        if output is not NotImplemented:
            return output
        output = self._on_line(self._in_fixed_ranges(x) if calibrated else self.plain(x))
        if self.bias is None:
            return output
        return output + (self.bias.view(-1, 1, 1) if self.layer_type == "conv2d" else self.bias)

    def _stage_on_kernel(self, x: torch.Tensor) -> torch.Tensor:
        try:
            return kernels.run(self.kernel_stage(), x)
        except kernels.Unsupported:
            return NotImplemented

    def _in_fixed_ranges(self, x: torch.Tensor) -> torch.Tensor:
        """What the arrays put out through ADCs of fixed ranges."""
        if not self.adc_ranges.numel():
            raise InputError("adc_range: 'calibrated', but no image has set it yet: call memristive.calibrate")
        outputs = []
        whole = self.arithmetic.scale_scope == "batch" or x.dim() == 1
        for part in [x] if whole else x.split(self._images_at_once(x)):
            sums, undo = self.sums(part)
            converted = [
                convert_in_ranges(group, ranges, self.arithmetic)
                for group, ranges in zip(sums, self.adc_ranges, strict=True)
            ]
            output = torch.cat(converted, -1)
            outputs.append(self.shaped(output * undo if self.arithmetic.rescale_output else output, part))
        return torch.cat(outputs)

    def _images_at_once(self, x: torch.Tensor) -> int:
        height = (self.arithmetic.tile_shape or self.conductance.shape[1:])[0]
        tile_rows = -(-self.conductance.shape[1] // height)
        # No layer's output has more positions than its input has numbers a channel.
        positions = max(1, x[0].numel() // max(1, x.shape[1])) if x.dim() > 2 else 1
        return max(1, UNCONVERTED_NUMBERS // (tile_rows * self.columns * positions))

    def _on_line(self, output: torch.Tensor) -> torch.Tensor:
        coefficient, intercept = self.line.tolist()
        return output * coefficient + intercept

    def kernel_stage(self) -> kernels.Crossbar:
        """This layer, line and bias included, as a stage of a fused chain; kernels.Unsupported where it is none."""
        stage = self._stage()
        if not self.setting.calibrated:
            return stage
        if not self.adc_ranges.numel():
            raise kernels.Unsupported
        return dataclasses.replace(stage, adc_ranges=self.adc_ranges[0])

    def _stage(self) -> kernels.Crossbar:
        """`kernel_stage`, whose ADCs range themselves."""
        raise NotImplementedError

    def tuning_shape(self) -> tuple[int, ...]:
        """Shape of the random inputs of `tune`."""
        raise NotImplementedError

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        """What the digital layer would compute, without its bias."""
        raise NotImplementedError

    def crossbar(self, x: torch.Tensor) -> torch.Tensor:
        """What the arrays put out for inputs `x`, before line and bias."""
        output = self.on_kernel(x)
        return self.plain(x) if output is NotImplemented else output

    def sums(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        """What each group's arrays put out before their ADCs, and what undoes the encoding (see `encode`).

        A group's sums are float32 [tile rows, ..., columns].
        """
        raise NotImplementedError

    def shaped(self, output: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """`output` [..., outputs], converted `sums` of `x`, in the shape of the layer's output."""
        raise NotImplementedError

    def _sums_on_kernel(self, x: torch.Tensor) -> torch.Tensor:
        """The sums of a layer of one group, NotImplemented where no kernel does it."""
        if self.groups > 1 or self.arithmetic.rescale_output:
            return NotImplemented
        try:
            stage = self._stage()
        except kernels.Unsupported:
            return NotImplemented
        arithmetic = dataclasses.replace(self.arithmetic, adc_bits=None)
        return kernels.codes(dataclasses.replace(stage, arithmetic=arithmetic, line=None, bias=None), x)

    def on_kernel(
        self, x: torch.Tensor, line: tuple[float, float] | None = None, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        """What the arrays put out, on `line` and with `bias` where given; NotImplemented where no kernel does it."""
        raise NotImplementedError

    def plain(self, x: torch.Tensor) -> torch.Tensor:
        """What the arrays put out, by the definition in `product`."""
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

    def tuning_shape(self) -> tuple[int, ...]:
        images, height, width = tuning.CONV2D_IMAGES
        return images, self.weight.shape[1] * self.groups, height, width

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(self._pad(x), self.weight, None, self.stride, 0, self.dilation, self.groups)

    def _stage(self) -> kernels.Crossbar:
        if self.groups > 1 or self.padding_mode != "zeros":
            raise kernels.Unsupported
        return kernels.Crossbar(
            self.conductance[0],
            self.columns,
            self.arithmetic,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            line=tuple(self.line.tolist()),
            bias=self.bias,
        )

    def on_kernel(
        self, x: torch.Tensor, line: tuple[float, float] | None = None, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        # A sample's largest input is sought over all its channels, also where these form groups.
        ranges = x.abs().flatten(1).amax(1) if self.groups > 1 else None
        geometry = (self.columns, self.kernel_size, self.arithmetic, self.stride)
        padding = self.padding if self.padding_mode == "zeros" else (0, 0, 0, 0)
        parts = (x if self.padding_mode == "zeros" else self._pad(x)).chunk(self.groups, 1)
        biases = [None] * self.groups if bias is None else bias.chunk(self.groups)
        outputs = []
        for part, conductance, own in zip(parts, self.conductance, biases, strict=True):
            output = kernels.conv2d(
                part, conductance, *geometry, padding, self.dilation, line=line, bias=own, ranges=ranges
            )
            if output is NotImplemented:
                return NotImplemented
            outputs.append(output)
        return outputs[0] if self.groups == 1 else torch.cat(outputs, 1)

    def plain(self, x: torch.Tensor) -> torch.Tensor:
        padded, undo = encode(self._pad(x), self.setting.inputs.max_voltage, self.arithmetic.scale_scope == "sample")
        parts = padded.chunk(self.groups, 1)
        output = torch.cat(
            [self._multiply(part, conductance) for part, conductance in zip(parts, self.conductance, strict=True)], 1
        )
        return output * undo if self.arithmetic.rescale_output else output

    def sums(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        found = self._sums_on_kernel(x)
        if found is not NotImplemented:
            return [found.movedim(2, -1)], torch.ones(())
        padded, undo = encode(self._pad(x), self.setting.inputs.max_voltage, self.arithmetic.scale_scope == "sample")
        parts = zip(padded.chunk(self.groups, 1), self.conductance, strict=True)
        unfolded = [(self._unfold(part), conductance) for part, conductance in parts]
        height, width = self._size(padded)
        return [
            tile_sums(part, conductance, self.columns, self.arithmetic).unflatten(2, (height, width))
            for part, conductance in unfolded
        ], undo

    def shaped(self, output: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return output.movedim(-1, 1)

    def _pad(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, self.padding, "constant" if self.padding_mode == "zeros" else self.padding_mode)

    def _multiply(self, x: torch.Tensor, conductance: torch.Tensor) -> torch.Tensor:
        height, width = self._size(x)
        images = max(1, UNFOLDED_NUMBERS // (height * width * conductance.shape[0]))
        outputs = []
        for chunk in x.split(images):
            product = multiply(self._unfold(chunk), conductance, self.columns, self.arithmetic)
            outputs.append(product.transpose(1, 2).reshape(-1, self.columns, height, width))
        return torch.cat(outputs)

    def _unfold(self, x: torch.Tensor) -> torch.Tensor:
        """Padded inputs as vectors, float32 [images, positions, rows]."""
        return F.unfold(x, self.kernel_size, self.dilation, 0, self.stride).transpose(1, 2).contiguous()

    def _size(self, x: torch.Tensor) -> tuple[int, int]:
        """Height and width of the output for padded inputs."""
        return tuple(
            (x.shape[2 + axis] - self.dilation[axis] * (self.kernel_size[axis] - 1) - 1) // self.stride[axis] + 1
            for axis in (0, 1)
        )


class CrossbarLinear(CrossbarLayer):
    """nn.Linear on crossbars. Inputs [..., rows]; the first of several axes counts samples."""

    layer_type = "linear"

    def __init__(self, layer: nn.Linear, setting: Setting) -> None:
        super().__init__(layer, setting)
        self.groups = 1
        self.columns = layer.out_features

    def tuning_shape(self) -> tuple[int, ...]:
        return tuning.LINEAR_VECTORS, self.weight.shape[1]

    def digital(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight)

    def _stage(self) -> kernels.Crossbar:
        return kernels.Crossbar(
            self.conductance[0], self.columns, self.arithmetic, line=tuple(self.line.tolist()), bias=self.bias
        )

    def on_kernel(
        self, x: torch.Tensor, line: tuple[float, float] | None = None, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        if x.dim() != 2:
            return NotImplemented
        return kernels.linear(x, self.conductance[0], self.columns, self.arithmetic, line=line, bias=bias)

    def plain(self, x: torch.Tensor) -> torch.Tensor:
        samples = x.reshape(1 if x.dim() == 1 else x.shape[0], -1, x.shape[-1])
        voltages, undo = encode(samples, self.setting.inputs.max_voltage, self.arithmetic.scale_scope == "sample")
        output = multiply(voltages, self.conductance[0], self.columns, self.arithmetic)
        output = output * undo if self.arithmetic.rescale_output else output
        return output.reshape(*x.shape[:-1], self.columns)

    def sums(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        found = self._sums_on_kernel(x) if x.dim() == 2 else NotImplemented
        if found is not NotImplemented:
            return [found], torch.ones(())
        samples = x.reshape(1 if x.dim() == 1 else x.shape[0], -1, x.shape[-1])
        voltages, undo = encode(samples, self.setting.inputs.max_voltage, self.arithmetic.scale_scope == "sample")
        return [tile_sums(voltages, self.conductance[0], self.columns, self.arithmetic)], undo

    def shaped(self, output: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return output.reshape(*x.shape[:-1], self.columns)
