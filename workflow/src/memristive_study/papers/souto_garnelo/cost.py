"""The paper's inference times against what MemTorch's code has to do for them.

The paper timed MemTorch on a GPU and took its times for properties of crossbars. Here the operations are counted that
MemTorch's source asks for (see `memristive.memtorch.cost`), and claims about time are judged by them. Times that were
measured here, on a CPU, stand beside them; they belong to another implementation.
"""

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memristive.memtorch.cost import Layer, on_cpu, on_gpu
from memristive_study.papers.souto_garnelo import reported
from memristive_study.results.outputs import Section, Table
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from memristive_study.claims.evidence import Evidence, Found, Quantity

TILES = ((64, 64), (128, 128), (256, 256))  # Table 5
UNPADDED = "mnist padding=0"  # the paper does not say; its CIFAR networks would end before the last block
# Section 2.2: "6 convolutions, 3 fully-connected linear layers and more than 264 hidden units". The paper's CIFAR100
# network has 32 + 64 + 128; this one has as many more in each block.
WIDER = (38, 76, 152)
NOTE = "operations counted from MemTorch's CUDA code"


@functools.cache
def layers(architecture: str) -> tuple[Layer, ...]:
    """The layers on crossbars of one of the paper's networks, by its architecture."""
    from memristive_study.models.architectures import INPUT_SHAPES
    from memristive_study.models.build import build
    from memristive_study.models.crossbar_shapes import crossbar_shapes

    return tuple(crossbar_shapes(build(architecture), INPUT_SHAPES[architecture.split()[0]]))


@functools.cache
def wider() -> tuple[Layer, ...]:
    """A network as the paper's CIFAR100, with `WIDER` channels."""
    from memristive_study.models.architectures import INPUT_SHAPES
    from memristive_study.models.chain import chain
    from memristive_study.models.crossbar_shapes import crossbar_shapes

    shape = INPUT_SHAPES["cifar100"]
    return tuple(crossbar_shapes(chain(shape, [(n, n) for n in WIDER], (256, 128), 100), shape))


def operations(architecture: str, tile_shape: tuple[int, int] = reported.TILE_SHAPE) -> int:
    """Operations of MemTorch on a GPU for one image."""
    return on_gpu(layers(architecture), tile_shape).operations


def growth_with_tile(networks: Sequence[str]) -> "Quantity":
    """The smallest ratio of operations from one of the paper's tile shapes to the next larger, a network."""

    def quantity(evidence: "Evidence") -> "list[Found]":
        present = {network.paper for network in evidence.networks.values()}
        return [_found(evidence, name, _least_growth(name)) for name in networks if name in present]

    return quantity


def relative_to(network: str, seconds: Mapping[str, float]) -> "Quantity":
    """Operations of the paper's other networks over those of `network`; `seconds`: that the paper states."""

    def quantity(evidence: "Evidence") -> "list[Found]":
        present = {found.paper for found in evidence.networks.values()} - {network}
        return [
            _found(evidence, name, operations(name) / operations(network), seconds[name] / seconds[network])
            for name in seconds
            if name in present
        ]

    return quantity


def hours_of_wider(evidence: "Evidence") -> "list[Found]":
    """Hours of the network that Section 2.2 speaks of, from the paper's own seconds for CIFAR100."""
    taken = on_gpu(wider(), reported.TILE_SHAPE).operations / operations("cifar100")
    return [_found(evidence, "cifar100", reported.NETWORK_SECONDS["cifar100"] * taken / 3600)]


def _least_growth(network: str) -> float:
    counted = [operations(network, tile) for tile in TILES]
    return min(larger / smaller for smaller, larger in itertools.pairwise(counted))


def _found(evidence: "Evidence", network: str, value: float, paper: float | None = None) -> "Found":
    from memristive_study.claims.evidence import Found
    from memristive_study.results.statistics import single

    return Found(evidence.named(network), single(value, "operations"), paper=paper, note=NOTE)


def table(frames: Mapping[str, Any], study: Study) -> "pd.DataFrame":
    """A row a network and tile shape: both builds' work for an image, the paper's and the measured seconds.

    Ratios are to MNIST at 64x64 with padding. Needs `times`.
    """
    import pandas as pd

    measured = frames["times"]
    measured = measured[measured["engine"] == "memtorch"] if len(measured) else measured
    by_paper = {network.paper: name for name, network in study.networks.items()}
    base_gpu, base_cpu = on_gpu(layers("mnist"), TILES[0]), on_cpu(layers("mnist"), TILES[0])
    base_seconds = _measured(measured, by_paper.get("mnist"), TILES[0])
    rows = []
    for architecture in ("mnist", UNPADDED, "cifar10", "cifar100"):
        name = architecture.split()[0]
        for tile in TILES:
            gpu, cpu = on_gpu(layers(architecture), tile), on_cpu(layers(architecture), tile)
            text = "x".join(map(str, tile))
            seconds = reported.TILE_SECONDS.get(name, {}).get(text)
            if tile == reported.TILE_SHAPE:
                seconds = reported.NETWORK_SECONDS[name]
            own = None if architecture == UNPADDED else _measured(measured, by_paper.get(name), tile)
            rows.append(
                {
                    "network": reported.LABELS[name] + (", unpadded" if architecture == UNPADDED else ""),
                    "tile_shape": text,
                    "pairs": gpu.pairs,
                    "gpu_operations": gpu.operations,
                    "gpu_ratio": gpu.operations / base_gpu.operations,
                    "paper_seconds": seconds,
                    "paper_ratio": seconds and seconds / reported.NETWORK_SECONDS["mnist"],
                    "cpu_calls_ratio": cpu.calls / base_cpu.calls,
                    "cpu_operations_ratio": cpu.operations / base_cpu.operations,
                    "cpu_measured_ratio": own and base_seconds and own / base_seconds,
                }
            )
    return pd.DataFrame(rows)


def _measured(frame: "pd.DataFrame", network: str | None, tile: tuple[int, int]) -> float | None:
    """Seconds of MemTorch's CPU build on this machine."""
    if network is None or not len(frame):
        return None
    mine = frame[(frame["network"] == network) & (frame["tile_shape"] == "x".join(map(str, tile)))]
    return float(mine["scaled_seconds"].iloc[0]) if len(mine) else None


def findings(evidence: "Evidence") -> list[str]:
    """What the paper's times follow; nothing for a study without its networks."""
    if not any(network.paper for network in evidence.networks.values()):
        return []
    counted = [operations("mnist", tile) for tile in TILES]
    tiles = " and ".join(f"{b / a:.2f}" for a, b in itertools.pairwise(counted))
    seconds = [reported.TILE_SECONDS["mnist"]["x".join(map(str, tile))] for tile in TILES]
    times = " and ".join(f"{b / a:.2f}" for a, b in itertools.pairwise(seconds))
    ratios = []
    for name in ("cifar10", "cifar100"):
        padded, bare = (operations(name) / operations(mnist) for mnist in ("mnist", UNPADDED))
        stated = reported.NETWORK_SECONDS[name] / reported.NETWORK_SECONDS["mnist"]
        ratios.append(f"{reported.LABELS[name]} {padded:.2f} or {bare:.2f} times (paper {stated:.2f})")
    share = on_gpu(layers("mnist"), TILES[0])
    return [
        f"From one tile shape to the next larger, MemTorch's CUDA code has {tiles} times the operations for MNIST; the "
        f"paper's times grow {times} times.",
        f"Against MNIST, padded or not, it has {', '.join(ratios)} the operations.",
        f"At 64x64 the sort that seeks a vector's largest entry is {share.comparisons / share.operations:.0%} of them. "
        "The times are thus the price of one thread a tile that multiplies and sorts serially, not of crossbars.",
        "Measured here is MemTorch's CPU build, whose times follow its calls of torch: they fall with larger tiles.",
    ]


SECTION = Section(
    key="cost_model",
    title="What the paper's times measure",
    tables=(
        Table(
            "cost_model",
            ("times",),
            "Work of MemTorch's two builds for an image, counted from their source, and times",
            table,
        ),
    ),
    findings=findings,
)
