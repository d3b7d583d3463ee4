"""Inference on crossbars against the digital network, and settings against the plain one."""

import torch
from torch import nn

from benchmarks import cases
from benchmarks.measure import Times, interleaved, ratio
from memristive.crossbar import convert
from memristive.setting import Setting

AT_ONCE = 2000  # images a call, as in `memristive.evaluate`
PLAIN = "64x64, 8 bits"
SETTINGS = {
    PLAIN: {},
    "fused multiply-add": {"accumulate": "fused"},
    "128x128": {"tile_shape": (128, 128)},
    "256x256": {"tile_shape": (256, 256)},
    "no tiles": {"tile_shape": None},
    "2 bits": {"adc_bits": 2},
    "4 bits": {"adc_bits": 4},
    "10 bits": {"adc_bits": 10},
    "no ADC": {"adc_bits": None},
    "inputs scaled to 1 V": {"max_input_voltage": 1.0},
    "sigma 20 ohm": {"sigma": 20.0},
    "1 % stuck at LRS": {"stuck_at_lrs": 0.01},
    "4 conductance states": {"conductance_states": 4},
    "log ADC": {"adc_quantisation": "log"},
    "5 % overflow": {"adc_overflow_rate": 0.05},
    "MemTorch's semantics": {"semantics": "memtorch"},
    "MemTorch's, scaled to 1 V": {"semantics": "memtorch", "max_input_voltage": 1.0},
    "MemTorch's, sigma 20 ohm": {"semantics": "memtorch", "sigma": 20.0},
}
DIGITAL_BATCHES = (50, 100, 250)


def measure(names: list[str], rounds: int, share: float) -> list[dict[str, object]]:
    """One row a network and way; `share` of the images (1: all of `cases.IMAGES`)."""
    rows: list[dict[str, object]] = []
    for name in names:
        model = cases.network(name)
        x = cases.images(name, max(1, round(cases.IMAGES[name] * share)))
        best = cases.at_its_best(model)
        channels_last = x.to(memory_format=torch.channels_last)
        ways = {}
        for size in DIGITAL_BATCHES:
            ways[f"digital, batch {size}"] = lambda size=size, model=model, x=x: cases.run(model, x, size)
            ways[f"digital folded, batch {size}"] = lambda size=size, best=best, x=channels_last: cases.run(
                best, x, size
            )
        for label, fields in SETTINGS.items():
            converted = convert(model, Setting(**fields), torch.Generator().manual_seed(0))
            size = converted_batch(fields)
            ways[label] = lambda converted=converted, x=x, size=size: cases.run(converted, x, size)
        times = interleaved(ways, rounds)
        digital = _fastest(times, "digital, ")
        folded = _fastest(times, "digital folded, ")
        for label, measured in times.items():
            rows.append(
                {
                    "network": name,
                    "way": label,
                    "images": len(x),
                    "rounds": rounds,
                    **measured.columns(),
                    "to_digital": ratio(measured, digital),
                    "to_digital_folded": ratio(measured, folded),
                    "to_plain_setting": ratio(measured, times[PLAIN]),
                }
            )
    return rows


def converted_batch(fields: dict[str, object]) -> int:
    """Images a call: where MemTorch's semantics let the batch decide results, the setting's own."""
    setting = Setting(**fields)
    return setting.batch_size if setting.semantics == "memtorch" else AT_ONCE


def _fastest(times: dict[str, Times], start: str) -> Times:
    return min((value for key, value in times.items() if key.startswith(start)), key=lambda value: value.seconds)


class Shortcut(nn.Module):
    """A residual block: no plain chain, so that each layer runs by itself."""

    def __init__(self, channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, out_channels, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(out_channels)
        self.second = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Conv2d(channels, out_channels, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Two convolutions beside a 1x1 convolution."""
        y = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(y)) + self.shortcut(x))


def residual() -> nn.Module:
    """A small residual network for 32x32 images."""
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, 1, 1), nn.ReLU(), Shortcut(16, 16, 1), Shortcut(16, 32, 2), Shortcut(32, 64, 2)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    ).eval()


def measure_residual(rounds: int, share: float) -> list[dict[str, object]]:
    """A network with shortcuts, digital and on crossbars."""
    model, x = residual(), cases.images("cifar10", max(1, round(1000 * share)))
    converted = convert(model, Setting(), torch.Generator().manual_seed(0))
    ways = {f"digital, batch {size}": lambda size=size: cases.run(model, x, size) for size in DIGITAL_BATCHES}
    ways |= {f"{PLAIN}, batch {size}": lambda size=size: cases.run(converted, x, size) for size in (100, 500)}
    times = interleaved(ways, rounds)
    digital = _fastest(times, "digital, ")
    return [
        {
            "network": "residual",
            "way": label,
            "images": len(x),
            "rounds": rounds,
            **measured.columns(),
            "to_digital": ratio(measured, digital),
        }
        for label, measured in times.items()
    ]
