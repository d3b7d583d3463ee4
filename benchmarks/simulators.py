"""MemTorch against this project on the same setting; a simulator that is not installed is skipped with a message."""

import sys

import torch

from benchmarks import cases
from benchmarks.inference import AT_ONCE
from benchmarks.measure import interleaved
from memristive.crossbar import convert
from memristive.setting import Setting


def measure(rounds: int, images: int = 4) -> list[dict[str, object]]:
    """Seconds an image; MemTorch runs `images` of them a round, the crossbar 10,000."""
    try:
        from memristive import reference

        model = cases.network("mnist")
        setting = Setting(semantics="memtorch", tuning="none")
        theirs = reference.convert(model, setting, torch.Generator().manual_seed(0))
    except ImportError as error:
        print(f"bench: MemTorch is skipped: {error}", file=sys.stderr)
        return []
    ours = convert(model, setting, torch.Generator().manual_seed(0))
    x = cases.images("mnist", 10_000)
    times = interleaved(
        {
            "memtorch": lambda: cases.run(theirs, x[:images], images),
            "crossbar": lambda: cases.run(ours, x, AT_ONCE),
        },
        rounds,
    )
    counts = {"memtorch": images, "crossbar": len(x)}
    each = {name: measured.seconds / counts[name] for name, measured in times.items()}
    return [
        {
            "simulator": name,
            "images": counts[name],
            "rounds": rounds,
            **measured.columns(),
            "seconds_an_image": each[name],
            "to_crossbar": round(each[name] / each["crossbar"], 1),
        }
        for name, measured in times.items()
    ]
