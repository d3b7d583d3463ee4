"""Inference on crossbars against the digital network, and settings against the plain one."""

from collections.abc import Callable

import torch
from torch import nn

from benchmarks import cases
from benchmarks.measure import Times, interleaved, ratio
from memristive.arrays.semantics import resolve
from memristive.core.setting import Setting
from memristive.evaluation import IMAGES_AT_ONCE
from memristive.network import convert
from memristive.network.layers import CrossbarLayer
from memristive_study.models.layer_table import layer_table

PLAIN, FUSED = "64x64, 8 bits", "fused multiply-add"
OVERRIDES = {
    PLAIN: {},
    FUSED: {"accumulate": "fused"},
    "128x128": {"tile_shape": (128, 128)},
    "256x256": {"tile_shape": (256, 256)},
    "no tiles": {"tile_shape": None},
    "2 bits": {"adc_bits": 2},
    "4 bits": {"adc_bits": 4},
    "6 bits": {"adc_bits": 6},
    "10 bits": {"adc_bits": 10},
    "no ADC": {"adc_bits": None},
    "inputs scaled to 1 V": {"max_input_voltage": 1.0},
    "sigma 20 ohm": {"sigma": 20.0},
    "1 % stuck at LRS, 1 % at HRS": {"stuck_at_lrs": 0.01, "stuck_at_hrs": 0.01},
    "4 conductance states": {"conductance_states": 4},
    "log ADC": {"adc_quantisation": "log"},
    "5 % overflow": {"adc_overflow_rate": 0.05},
    "MemTorch's semantics": {"semantics": "memtorch"},
    "Linear scaled over the batch": {"semantics": "memtorch", "max_input_voltage": 1.0},
}
# The others multiply, then add, so that each is compared with the plain setting in one order of summation.
SETTINGS = {label: {"accumulate": "separate", **fields} for label, fields in OVERRIDES.items()}
# MemTorch's padding cells take part in the ADC's range where devices vary: 10 columns become 64 or 256.
PADDING = {
    "padding cells of 64x64": {"semantics": "memtorch", "sigma": 20.0},
    "padding cells of 256x256": {"semantics": "memtorch", "sigma": 20.0, "tile_shape": (256, 256)},
}
# Noise has no background; the data set's own images may have one, where the kernels spare work.
REAL_PLAIN = "64x64, 8 bits, real images"
REAL = {REAL_PLAIN: PLAIN, "fused, real images": FUSED}
DIGITAL, BEST = "digital", "digital at its best"
BATCHES = (25, 50, 100, 250)


def measure(names: list[str], rounds: int, share: float) -> list[dict[str, object]]:
    """One row a network and way; `share` of the images (1: all of `cases.IMAGES`)."""
    rows: list[dict[str, object]] = []
    for name in names:
        model = cases.network(name)
        x = cases.images(name, max(100, round(cases.IMAGES[name] * share)))
        chosen, digital = _digital_ways(model, x)
        settings = {**SETTINGS, **(PADDING if name == "mnist" else {})}
        networks = {
            label: convert(model, Setting(**fields), torch.Generator().manual_seed(0))
            for label, fields in settings.items()
        }
        ways = digital | {label: _way(network, x, settings[label]) for label, network in networks.items()}
        real = cases.real_images(name, len(x))
        if real is not None:
            fitting = cases.network(name, real)  # its activations are of the usual size
            for label, setting in REAL.items():
                networks[label] = convert(fitting, Setting(**settings[setting]), torch.Generator().manual_seed(0))
                ways[label] = _way(networks[label], real, settings[setting])
        times = interleaved(ways, rounds)
        plain_work = _multiply_adds(model, networks[PLAIN], x)
        for label, measured in times.items():
            work = _multiply_adds(model, networks[label], x) if label in networks else plain_work
            to_plain = ratio(measured, times[PLAIN])
            rows.append(
                {
                    "network": name,
                    "way": label,
                    "how": chosen.get(label, ""),
                    "images": len(x),
                    **measured.columns(),
                    "to_digital": ratio(measured, times[DIGITAL]),
                    "to_digital_at_its_best": ratio(measured, times[BEST]),
                    "to_plain_setting": to_plain,
                    "multiply_adds": work,
                    "to_plain_a_multiply_add": round(to_plain * plain_work / work, 3),
                }
            )
    return rows


def _digital_ways(model: nn.Module, x: torch.Tensor) -> tuple[dict[str, str], dict]:
    """The digital network plain and at its best, each with the batch size (and layout) that is fastest here."""
    last = x.to(memory_format=torch.channels_last)
    candidates: dict[str, dict[str, tuple]] = {DIGITAL: {}, BEST: {}}
    for size in BATCHES:
        candidates[DIGITAL][f"batch {size}"] = (model, x, size)
        candidates[BEST][f"folded, channels_last, batch {size}"] = (cases.folded(model, True), last, size)
        candidates[BEST][f"folded, batch {size}"] = (cases.folded(model, False), x, size)
    chosen, ways = {}, {}
    for label, options in candidates.items():
        times = interleaved(
            {how: lambda option=option: cases.run_digital(*option) for how, option in options.items()}, 3
        )
        chosen[label] = min(times, key=lambda how, times=times: times[how].seconds)
        ways[label] = lambda option=options[chosen[label]]: cases.run_digital(*option)
    return chosen, ways


def _way(network: nn.Module, x: torch.Tensor, fields: dict[str, object]) -> Callable[[], None]:
    """A run of all of `x`, in the batches of the setting where MemTorch's semantics let these decide results."""
    setting = Setting(**fields)
    size = setting.arithmetic.batch_size if resolve(setting).batch_scales_linear else IMAGES_AT_ONCE
    return lambda: cases.run_crossbar(network, x, size)


def _multiply_adds(model: nn.Module, converted: nn.Module, x: torch.Tensor) -> int:
    """Multiply-adds an image that are carried out, padding cells included."""
    digital = {row["layer"]: row["multiply_adds"] for row in layer_table(model, tuple(x.shape[1:]))}
    layers = {name: layer for name, layer in converted.named_modules() if isinstance(layer, CrossbarLayer)}
    return sum(digital[name] * layer.conductance.shape[-1] // layer.columns for name, layer in layers.items())


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
    """A network with shortcuts, digital and on crossbars, each with its fastest batch size."""
    model, x = residual(), cases.images("cifar10", max(100, round(1000 * share)))
    ways: dict[str, tuple] = {DIGITAL: (cases.run_digital, model)}
    for label, fields in ((PLAIN, SETTINGS[PLAIN]), (FUSED, SETTINGS[FUSED])):
        ways[label] = (cases.run, convert(model, Setting(**fields), torch.Generator().manual_seed(0)))
    sizes = {label: _fastest(*way, x) for label, way in ways.items()}
    times = interleaved(
        {label: lambda run=run, net=net, size=sizes[label]: run(net, x, size) for label, (run, net) in ways.items()},
        rounds,
    )
    return [
        {
            "network": "residual",
            "way": label,
            "how": f"batch {sizes[label]}",
            "images": len(x),
            **measured.columns(),
            "to_digital": ratio(measured, times[DIGITAL]),
        }
        for label, measured in times.items()
    ]


def _fastest(run, model: nn.Module, x: torch.Tensor) -> int:
    """The batch size with which run(model, x, size) is fastest."""
    ways = {str(size): lambda size=size: run(model, x, size) for size in (*BATCHES, 500)}
    times: dict[str, Times] = interleaved(ways, 3)
    return int(min(times, key=lambda size: times[size].seconds))
