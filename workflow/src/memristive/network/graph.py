"""Networks that are no plain chain (shortcuts, branches): each chain within them runs on the kernels in one piece."""

import functools
import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from memristive import kernels
from memristive.network.assumptions import Assumptions
from memristive.network.chains import FusedSequential, effect, runs_on_kernels
from memristive.network.layers import CrossbarLayer
from memristive.network.purity import reads
from memristive.network.use import Watch

# torch.fx patches the whole process while it traces: one trace at a time.
_TRACING = threading.Lock()


class Plan:
    """What a network's forward pass is replaced by, as long as all that it assumes holds.

    Attributes:
        module: carries it out; None where it runs as it is written.
    """

    def __init__(self, network: nn.Module) -> None:
        found = reads(network)
        self._reads = found or []
        self._assumed = self._now(network)
        self.module = None if found is None else _plan(network)

    def holds(self, network: nn.Module) -> bool:
        """Whether `network`, and what its code reads, is what it was."""
        return self._assumed == self._now(network)

    def _now(self, network: nn.Module) -> Assumptions:
        modes = torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu"), torch.get_default_dtype()
        return Assumptions(network, *modes, reads=self._reads)


class FusedGraph:
    """Comes before a network's own class: its forward pass on one tensor, with the chains in it fused.

    Where the forward pass may do more than compute (see `purity`), or cannot be traced since it looks at values, it
    runs as it is written and each layer on crossbars by itself. Both give the same outputs. The first pass runs as it
    is written, watched for weights that stay digital unnoticed (see `use`).
    """

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        if not self.__dict__.get("_watched"):
            with Watch(self):
                found = super().forward(*args, **kwargs)
            self.__dict__["_watched"] = True
            return found
        if len(args) == 1 and not kwargs and runs_on_kernels(self, args[0]):
            made = self.__dict__.get("_plan")
            if made is None or not made.holds(self):
                made = self.__dict__["_plan"] = Plan(self)
            if made.module is not None:
                return made.module(args[0])
        return super().forward(*args, **kwargs)

    def __reduce_ex__(self, protocol: int) -> tuple:
        state = {key: value for key, value in self.__dict__.items() if key != "_plan"}
        return _restore, (type(self).__mro__[2], state)


def fused(network: nn.Module) -> nn.Module:
    """Twin of `network`, made of the same modules, that runs as few and as long chains as it can on the kernels.

    A plain nn.Sequential becomes a FusedSequential, another network keeps its class and precedes it with FusedGraph.
    """
    if isinstance(network, FusedGraph | FusedSequential | CrossbarLayer):
        return network
    if type(network) is nn.Sequential and all(kernels.has_counterpart(module) for module in network):
        twin = FusedSequential()
        twin.__dict__.update(network.__dict__)
        return twin
    if any(isinstance(module, CrossbarLayer) for module in network.modules()):
        return _restore(type(network), network.__dict__)
    return network


def _restore(kind: type[nn.Module], state: dict[str, Any]) -> nn.Module:
    twin = _fused_class(kind).__new__(_fused_class(kind))
    twin.__dict__.update(state)
    return twin


@functools.cache
def _fused_class(kind: type[nn.Module]) -> type[nn.Module]:
    return type(kind.__name__, (FusedGraph, kind), {"__module__": kind.__module__, "__doc__": kind.__doc__})


class _Tracer(fx.Tracer):
    """Traces in its own thread only: what other threads call meanwhile runs as if there were no trace."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def call_module(self, m: nn.Module, forward: Callable, args: tuple, kwargs: dict) -> Any:
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict) -> Any:
        if threading.get_ident() != self._thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return isinstance(module, CrossbarLayer) or super().is_leaf_module(module, name)


class _Constants(TorchFunctionMode):
    """Notices what a trace would freeze: tensors made in the forward pass from no input, random ones among them."""

    found = False

    def __torch_function__(self, function: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        inputs: list[fx.Proxy] = []
        fx.node.map_aggregate((args, kwargs or {}), lambda item: isinstance(item, fx.Proxy) and inputs.append(item))
        if not inputs:
            self.found = True
        return function(*args, **(kwargs or {}))


def _trace(network: nn.Module) -> fx.Graph | None:
    """The forward pass of `network`; None where a graph would not do what the code does."""
    kept = [(module, dict(module.__dict__)) for module in network.modules()]
    try:
        with _TRACING, _Constants() as constants:
            own = type(network).__mro__[2].forward
            graph = _Tracer().trace(_Plain(network, own))
    except Exception:  # whatever the code does with a stand-in for its input: it is not traced
        graph = None
    for module, former in kept:
        if any(former.get(key, module) is not value for key, value in module.__dict__.items()):
            module.__dict__.clear()
            module.__dict__.update(former)
            graph = None
    return None if graph is None or constants.found or any(map(_asks, graph.nodes)) else graph


def _asks(node: fx.Node) -> bool:
    """Whether a node reads an attribute that not every tensor has, by which code tells tensors apart."""
    return node.op == "call_function" and node.target is getattr and not hasattr(torch.Tensor, str(node.args[1]))


class _Plain(nn.Module):
    """`network` with its own class's forward pass, under the names that its modules have in it."""

    def __init__(self, network: nn.Module, own: Callable) -> None:
        super().__init__()
        self.__dict__.update(network.__dict__)
        self.__dict__["run"] = functools.partial(own, network)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.run(x)


def _plan(network: nn.Module) -> nn.Module | None:
    graph = _trace(network)
    if graph is None:
        return None
    parts: dict[str, Any] = {}
    for number, chain in enumerate(_chains(graph, network)):
        name = f"chain{number}"
        parts[name] = FusedSequential(*(module for _, module in chain))
        parts[name].training = False  # of the chain alone: its modules belong to the network
        nodes = [node for node, _ in chain]
        with graph.inserting_before(nodes[0]):
            whole = graph.call_module(name, (nodes[0].args[0],))
        nodes[-1].replace_all_uses_with(whole)
        for node in reversed(nodes):
            graph.erase_node(node)
    if not parts:
        return None
    for node in graph.nodes:
        if node.op in ("call_module", "get_attr") and node.target not in parts:
            parts[node.target] = functools.reduce(getattr, node.target.split("."), network)
    plan = fx.GraphModule(parts, graph)
    plan.training = False
    return plan


def _chains(graph: fx.Graph, network: nn.Module) -> list[list[tuple[fx.Node, nn.Module]]]:
    """Runs of nodes, each the only use of the one before, that the kernels carry out; a layer on crossbars in each."""
    chains, taken = [], set()
    for node in graph.nodes:
        chain: list[tuple[fx.Node, nn.Module]] = []
        while node not in taken and (module := _module(node, network)) is not None:
            taken.add(node)
            chain.append((node, module))
            if len(node.users) != 1:
                break
            node = next(iter(node.users))
        while chain and effect([chain[0][1]]) != "fresh":
            chain.pop(0)
        if len(chain) > 1 and any(isinstance(module, CrossbarLayer) for _, module in chain):
            chains.append(chain)
    return chains


def _module(node: fx.Node, network: nn.Module) -> nn.Module | None:
    """The module that stands for `node` in a chain; None unless the kernels know it and it has one input."""
    if node.op == "call_module" and len(node.args) == 1 and not node.kwargs:
        module = network.get_submodule(node.target)
        return module if kernels.has_counterpart(module) else None
    inputs, options = node.args, {key: value for key, value in node.kwargs.items() if key != "inplace"}
    inplace = bool(node.kwargs.get("inplace", False))
    relu = node.target in (torch.relu, F.relu) if node.op == "call_function" else node.target == "relu"
    if node.op in ("call_function", "call_method") and relu and len(inputs) == 1 and not options:
        return nn.ReLU(inplace)
    flatten = node.target is torch.flatten if node.op == "call_function" else node.target == "flatten"
    if node.op in ("call_function", "call_method") and flatten and tuple(inputs[1:]) == (1,) and not options:
        return nn.Flatten()
    return None
