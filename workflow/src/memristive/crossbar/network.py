"""Plain chains of layers that run on the kernels from the images to the logits."""

import itertools

import torch
from torch import nn

from memristive.crossbar import kernels


class FusedSequential(nn.Sequential):
    """nn.Sequential that runs as one fused chain where the kernels can carry it out, else layer by layer.

    Both give the same logits. The chain is made anew when a weight, a line or the size of the
    images changes.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        chain = self._chain_for(x)
        output = None if chain is None else chain(x)
        return super().forward(x) if output is None else output

    def _chain_for(self, x: torch.Tensor) -> kernels.Chain | None:
        if self.training or x.device.type != "cpu" or x.dtype != torch.float32 or torch.is_grad_enabled():
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


def fused(network: nn.Module) -> nn.Module:
    """`network` itself, or, where it is a plain nn.Sequential, the same layers as a FusedSequential."""
    if type(network) is not nn.Sequential:
        return network
    twin = FusedSequential()
    twin.__dict__.update(network.__dict__)
    return twin
