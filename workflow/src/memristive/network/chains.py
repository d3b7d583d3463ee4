"""Plain chains of layers that run on the kernels from the images to the logits."""

import itertools

import torch
from torch import nn

from memristive import kernels


def runs_on_kernels(network: nn.Module, x: object) -> bool:
    """Whether `network` may compute `x` without running its layers one by one: nothing watches them or needs more."""
    return (
        isinstance(x, torch.Tensor)
        and not network.training
        and not torch.is_grad_enabled()
        and x.device.type == "cpu"
        and x.dtype == torch.float32
        and not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
    )


class FusedSequential(nn.Sequential):
    """nn.Sequential that runs as one fused chain where the kernels can carry it out, else layer by layer.

    Both give the same logits. The chain is made anew when a weight, a line or the size of the
    images changes.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output = self._on_kernels(x, len(x))
        return super().forward(x) if output is None else output

    def in_batches(self, x: torch.Tensor, batch_size: int) -> torch.Tensor:
        """Outputs of `x` as from calls with `batch_size` images each, all in one pass where the kernels can."""
        output = self._on_kernels(x, batch_size)
        return torch.cat([self(batch) for batch in x.split(batch_size)]) if output is None else output

    def _on_kernels(self, x: torch.Tensor, batch_size: int) -> torch.Tensor | None:
        chain = self._chain_for(x)
        return None if chain is None else chain(x, batch_size=batch_size)

    def _chain_for(self, x: torch.Tensor) -> kernels.Chain | None:
        if not runs_on_kernels(self, x):
            return None
        state = [(tensor, tensor._version) for tensor in itertools.chain(self.parameters(), self.buffers())]
        chain, shape, former = self.__dict__.get("_cached", (None, None, []))
        same = len(former) == len(state) and all(
            a is b and m == n for (a, m), (b, n) in zip(former, state, strict=True)
        )
        if not same or shape != x.shape[1:]:
            chain = kernels.fused_chain(self, x.shape[1:])
            self.__dict__["_cached"] = chain, x.shape[1:], state
        return chain

    def __getstate__(self) -> dict:
        # A chain holds addresses, which mean nothing in a copy.
        return {key: value for key, value in super().__getstate__().items() if key != "_cached"}
