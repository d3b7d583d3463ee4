"""Rounding that lets gradients pass: Bengio, Leonard and Courville, arXiv:1308.3432."""

from typing import Any

import torch


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: torch.Tensor, rounded: torch.Tensor) -> torch.Tensor:
        return rounded.clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradient, None


def straight_through(value: torch.Tensor, rounded: torch.Tensor) -> torch.Tensor:
    """`rounded`, whose gradient with respect to `value` is the identity; `rounded` itself where none is wanted."""
    return _StraightThrough.apply(value, rounded) if value.requires_grad else rounded
