"""How time grows with images, layer width, tile size, ADC bits and seeds."""

import torch
from torch import nn

from benchmarks import cases
from benchmarks.measure import interleaved
from memristive.core.setting import Setting
from memristive.network import convert

IMAGES = (1, 8, 64, 512, 2048, 8192)
WIDTHS = (4, 8, 16, 32, 64, 128, 256)
TILES = (16, 32, 64, 128, 256, 512)
BITS = (2, 3, 4, 6, 8, 10, 12)
SEEDS = (1, 2, 4, 8)


def measure(rounds: int, share: float) -> list[dict[str, object]]:
    """One row an axis and value; `work` is what the time should be proportional to."""
    model = cases.network("mnist")
    x = cases.images("mnist", max(64, round(2000 * share)))
    rows: list[dict[str, object]] = []

    def add(axis: str, work: dict[int, float], ways: dict) -> None:
        for value, times in interleaved(ways, rounds).items():
            rows.append({"axis": axis, "value": value, "work": work[value], **times.columns()})

    plain = converted(model)
    counts = [count for count in IMAGES if count <= max(64, IMAGES[-1] * share)]
    many = cases.images("mnist", counts[-1])
    add(
        "images",
        {count: count for count in counts},
        {count: lambda count=count: cases.run_crossbar(plain, many[:count]) for count in counts},
    )
    widths = [width for width in WIDTHS if width <= max(32, WIDTHS[-1] * share)]
    layers = {width: converted(nn.Sequential(nn.Conv2d(width, width, 3, 1, 1))) for width in widths}
    inputs = {width: torch.randn(64, width, 16, 16) for width in widths}
    add(
        "layer width (channels)",
        {width: 64 * 256 * 9 * width**2 for width in widths},
        {width: lambda width=width: cases.run(layers[width], inputs[width], 64) for width in widths},
    )
    for axis, values, key in (("tile size", TILES, "tile_shape"), ("ADC bits", BITS, "adc_bits")):
        networks = {
            value: converted(model, **{key: (value, value) if key == "tile_shape" else value}) for value in values
        }
        add(
            axis,
            dict.fromkeys(values, 1),
            {value: lambda value=value, networks=networks: cases.run_crossbar(networks[value], x) for value in values},
        )

    def seeds(count: int) -> None:
        for seed in range(count):
            cases.run_crossbar(converted(model, seed, sigma=20.0), x)

    add("seeds", {count: count for count in SEEDS}, {count: lambda count=count: seeds(count) for count in SEEDS})
    return rows


def converted(model: nn.Module, seed: int = 0, **fields: object) -> nn.Module:
    """`model` on crossbars."""
    return convert(model.eval(), Setting(**fields), torch.Generator().manual_seed(seed))
