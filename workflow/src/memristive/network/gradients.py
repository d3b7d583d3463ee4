"""Gradients through a layer on crossbars: the exact forward pass, a straight-through backward pass.

The forward pass computes codes, whose derivative is zero or infinite. The backward pass takes the derivative of the
same layer without rounding: a converter counts as the identity, the scaling of inputs, the product, the line and the
bias as what they are (Bengio, Leonard and Courville, arXiv:1308.3432, straight-through estimator).
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F

from memristive.arrays.encoding import encode
from memristive.arrays.stage import Stage
from memristive.core.errors import InputError

Run = Callable[[Stage, torch.Tensor], torch.Tensor]


def run_with_gradient(stage: Stage, x: torch.Tensor, run: Run) -> torch.Tensor:
    """`run(stage, x)` whose gradient with respect to `x` is that of `unrounded`.

    Raises InputError where a gradient of the conductances or the bias is asked for.
    """
    for name in ("conductance", "bias"):
        tensor = getattr(stage, name)
        if tensor is not None and tensor.requires_grad:
            raise InputError(
                f"gradients: {name}: is a parameter to be trained, but gradients reach a layer's inputs only"
            )
    return _StraightThrough.apply(x, stage, run)


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
    if stage.line is not None:
        coefficient, intercept = stage.line
        output = output * coefficient + intercept
    if stage.bias is None:
        return output
    return output + (stage.bias if stage.kernel_size is None else stage.bias.view(-1, 1, 1))


def _terms(stage: Stage, voltages: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """What is made of the voltages and what it is multiplied with; noise counts as given."""
    yield voltages, stage.conductance[..., : stage.columns]
    if stage.terms is not None:
        yield from zip(stage.law.inputs(voltages), stage.terms[..., : stage.columns], strict=True)


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, stage: Stage, run: Run) -> torch.Tensor:
        ctx.stage = stage
        ctx.save_for_backward(x)
        output = run(stage, x)
        return output.clone() if output._is_view() else output  # what follows may work in place

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (x,) = ctx.saved_tensors
        again = torch.is_grad_enabled()  # the gradient is to be differentiated, too
        with torch.enable_grad():
            x = x if again else x.detach().requires_grad_()
            return torch.autograd.grad(unrounded(ctx.stage, x), x, gradient, create_graph=again)[0], None, None
