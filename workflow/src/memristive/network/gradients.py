"""Gradients through a layer on crossbars: the exact forward pass, a straight-through backward pass.

The forward pass computes codes, whose derivative is zero or infinite. The backward pass takes the derivative of the
same layer without rounding: a converter counts as the identity, the scaling of inputs, the product, the line and the
bias as what they are (Bengio, Leonard and Courville, arXiv:1308.3432, straight-through estimator).
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F

from memristive.arrays.encoding import encode
from memristive.arrays.stage import Stage

Run = Callable[[Stage, torch.Tensor], torch.Tensor]
TENSORS = ("conductance", "bias", "column_line")  # of a stage, which may have a gradient as its inputs may


def run_with_gradient(stage: Stage, x: torch.Tensor, run: Run) -> torch.Tensor:
    """`run(stage, x)` whose gradient with respect to `x` and the tensors of `stage` is that of `unrounded`."""
    return _StraightThrough.apply(x, stage, run, *(getattr(stage, name) for name in TENSORS))


def unrounded(stage: Stage, x: torch.Tensor) -> torch.Tensor:
    """`stage` without the rounding of its converters, in operations of torch that have a derivative."""
    arithmetic = stage.arithmetic
    per_sample = arithmetic.scale_scope == "sample"
    if stage.kernel_size is None:
        samples = x.reshape(1 if x.dim() == 1 else x.shape[0], -1, x.shape[-1])
        voltages, undo = encode(samples, arithmetic.max_input_voltage, per_sample)
        output = sum(values @ matrix[0] for values, matrix in _terms(stage, voltages))
        output = (output * undo if arithmetic.rescale_output else output).reshape(*x.shape[:-1], stage.columns)
    else:
        padded = F.pad(x, stage.padding, "constant" if stage.padding_mode == "zeros" else stage.padding_mode)
        voltages, undo = encode(padded, arithmetic.max_input_voltage, per_sample)
        shape = (stage.groups * stage.columns, -1, *stage.kernel_size)
        output = sum(
            F.conv2d(values, matrix.transpose(1, 2).reshape(shape), None, stage.stride, 0, stage.dilation, stage.groups)
            for values, matrix in _terms(stage, voltages)
        )
        output = output * undo if arithmetic.rescale_output else output
    return stage.on_line(output)


def _terms(stage: Stage, voltages: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """What is made of the voltages and what it is multiplied with; noise counts as given."""
    yield voltages, stage.conductance[..., : stage.columns]
    if stage.terms is not None:
        yield from zip(stage.law.inputs(voltages), stage.terms[..., : stage.columns], strict=True)


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, stage: Stage, run: Run, *tensors: torch.Tensor | None) -> torch.Tensor:
        ctx.stage = stage
        ctx.save_for_backward(x, *tensors)
        output = run(stage, x)
        return output.clone() if output._is_view() else output  # what follows may work in place

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        again = torch.is_grad_enabled()  # the gradient is to be differentiated, too
        needed = (ctx.needs_input_grad[0], *ctx.needs_input_grad[3:])
        with torch.enable_grad():
            inputs = [
                value if again or value is None else value.detach().requires_grad_(wanted)
                for value, wanted in zip(ctx.saved_tensors, needed, strict=True)
            ]
            stage = dataclasses.replace(ctx.stage, **dict(zip(TENSORS, inputs[1:], strict=True)))
            wanted = [value for value, is_needed in zip(inputs, needed, strict=True) if is_needed]
            found = iter(torch.autograd.grad(unrounded(stage, inputs[0]), wanted, gradient, create_graph=again))
        x, *others = (next(found) if is_needed else None for is_needed in needed)
        return x, None, None, *others
