"""A network in evaluation mode for a while, looked at while it runs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn


@contextmanager
def evaluating(model: nn.Module, watched: Iterable[nn.Module] = (), hook: Callable[..., Any] | None = None) -> Iterator:
    """Put `model` into evaluation mode, with the forward hook `hook` on the modules `watched`.

    Afterwards the hooks are gone, and each module has its own mode again.
    """
    modes = {module: module.training for module in model.modules()}
    with ExitStack() as stack:
        for module in watched:
            stack.callback(module.register_forward_hook(hook).remove)
        try:
            model.eval()
            yield
        finally:
            for module, mode in modes.items():
                module.training = mode
