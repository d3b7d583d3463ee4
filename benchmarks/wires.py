"""Time of tiles with their wires: as matrices, their gradient, a whole network's, inference on them, gated rows."""

import torch

from benchmarks import cases
from benchmarks.measure import Times, interleaved, ratio
from memristive import Setting, convert, effective_conductances, gated_conductances

SIZES = (64, 128, 256)
VECTORS = 1000  # of which a gated one's time is the thousandth
WIRES = {"word_line": 1.0, "bit_line": 1.0}
NETWORK = "cifar100"


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a way, seconds and, for inference and gated rows, the ratio to what is computed without wires."""
    rows = []
    torch.set_num_threads(1)
    for size in SIZES:
        rows += _tile(size, rounds)
    rows += _gated(rounds)
    torch.set_num_threads(threads)
    rows += _conversion(rounds)
    rows += _inference(rounds, share)
    return rows


def _cells(size: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(0)
    return 1e-6 + 1e-4 * torch.rand(size, size, dtype=torch.float64, generator=draw)


def _tile(size: int, rounds: int) -> list[dict[str, object]]:
    """The matrix of one tile, and with its gradient, on one core."""
    cells = _cells(size)
    trained = cells.clone().requires_grad_()

    def with_gradient() -> None:
        effective_conductances(trained, **WIRES).sum().backward()

    ways = {"tile": lambda: effective_conductances(cells, **WIRES), "tile and gradient": with_gradient}
    return [_row(f"{size}x{size} {way}", times) for way, times in interleaved(ways, rounds).items()]


def _gated(rounds: int) -> list[dict[str, object]]:
    """Gated rows of a 64x64 tile, an input at a time, beside the product with the tile's matrix, on one core."""
    cells = _cells(64)
    on = torch.rand(VECTORS, 64, generator=torch.Generator().manual_seed(1)) > 0.5
    layer = torch.nn.Linear(64, 64, bias=False)
    product = convert(layer, Setting(adc_bits=None, tuning="none", max_input_voltage=None))
    lines = {"source_line": 1.0, "bit_line": 1.0}
    times = interleaved(
        {
            "product": lambda: cases.run(product, on.float(), VECTORS),
            "source line held at its first row": lambda: gated_conductances(cells, on, **lines),
            "source line held at its last row": lambda: gated_conductances(cells, on, **lines, source_last=True),
        },
        rounds,
    )
    return [_row(f"64x64, {VECTORS} inputs, {way}", each, ratio(each, times["product"])) for way, each in times.items()]


def _conversion(rounds: int) -> list[dict[str, object]]:
    """A network's tiles of 64x64, both columns."""
    model = cases.network(NETWORK)
    ways = {}
    for name, fields in (("without wires", {}), ("with wires", {"wires": WIRES})):
        setting = Setting(tuning="none", **fields)
        ways[name] = lambda setting=setting: convert(model, setting)
    times = interleaved(ways, rounds)
    return [_row(f"conversion of {NETWORK} {way}", each) for way, each in times.items()]


def _inference(rounds: int, share: float) -> list[dict[str, object]]:
    """Inference without and with wires, taking turns."""
    rows = []
    for name in ("mnist", "cifar10"):
        model, x = cases.network(name), cases.images(name, max(100, round(cases.IMAGES[name] * share)))
        networks = {
            way: convert(model, Setting(wires=wires), torch.Generator().manual_seed(0))
            for way, wires in (("without wires", {}), ("with wires", {"word_line": 0.1}))
        }
        ways = {way: lambda network=network, x=x: cases.run(network, x, len(x)) for way, network in networks.items()}
        times = interleaved(ways, max(rounds, 9))
        rows += [
            _row(f"inference of {name} {way}", each, ratio(each, times["without wires"])) for way, each in times.items()
        ]
    return rows


def _row(way: str, times: Times, to_plain: float | None = None) -> dict[str, object]:
    return {"way": way, **times.columns(), "to_plain": "" if to_plain is None else to_plain}
