"""Plain chains of layers that run on the kernels from the images to the logits."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.autograd import forward_ad

from memristive import kernels
from memristive.network.assumptions import Assumptions, plainly_called
from memristive.network.layers import CrossbarLayer

# These hand on what they are given, or a view of it, in evaluation mode.
_PASSED_ON = (nn.Dropout, nn.Dropout2d, nn.Flatten, nn.Identity)


def runs_on_kernels(network: nn.Module, x: object) -> bool:
    """Whether `network` may compute `x` without running its layers one by one: nothing watches them or needs more."""
    return (
        isinstance(x, torch.Tensor)
        and not network.training
        and not torch.is_grad_enabled()
        and forward_ad._current_level < 0
        and not torch._C._functorch.maybe_current_level()
        and x.device.type == "cpu"
        and x.dtype == torch.float32
        and plainly_called(network)
    )


def effect(modules: Iterable[nn.Module]) -> str:
    """How `modules`, run one after the other, first touch their input: "fresh", "in place" or "none".

    A chain computes out of place. It may stand for modules of which one works in place only where an earlier one has
    made what is changed; "none" hands its input on, which others may change before the chain goes on.
    """
    for module in modules:
        found = effect(module) if type(module) is nn.Sequential else None
        if found == "none" or isinstance(module, _PASSED_ON):
            continue
        return found or ("in place" if getattr(module, "inplace", False) else "fresh")
    return "none"


class FusedSequential(nn.Sequential):
    """nn.Sequential that runs as one fused chain where the kernels can carry it out, else layer by layer.

    Both give the same logits. The chain is made anew when anything that it assumes, or the size of the images, changes.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        output = self._on_kernels(input, None)
        return super().forward(input) if output is None else output

    def in_batches(self, x: torch.Tensor, batch_size: int) -> torch.Tensor:
        """Outputs of `x` as from calls with `batch_size` images each, all in one pass where the kernels can."""
        output = self._on_kernels(x, batch_size)
        return torch.cat([self(batch) for batch in x.split(batch_size)]) if output is None else output

    def _on_kernels(self, x: torch.Tensor, batch_size: int | None) -> torch.Tensor | None:
        chain = self._chain_for(x)
        return None if chain is None else chain(x, batch_size=batch_size or len(x))

    def _chain_for(self, x: torch.Tensor) -> kernels.Chain | None:
        if not runs_on_kernels(self, x) or x.dim() < 2:
            return None
        state = Assumptions(self, tuple(x.shape[1:]), copies_values=True)
        chain, former = self.__dict__.get("_cached", (None, None))
        if former != state:
            chain = kernels.fused_chain(self, x.shape[1:]) if effect(self) != "in place" else None
            self.__dict__["_cached"] = chain, state
            for module in self.modules():
                if isinstance(module, CrossbarLayer):
                    module.__dict__["_used"] = True
        return chain

    def __getstate__(self) -> dict:
        # A chain holds addresses, which mean nothing in a copy.
        return {key: value for key, value in super().__getstate__().items() if key != "_cached"}
