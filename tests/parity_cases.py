"""A small network, and the settings in which it is compared with MemTorch."""

import torch
from torch import nn


def small_network() -> nn.Module:
    """Convolutions with padding, and with stride 2, no padding and no bias, in a nested module tree."""
    torch.manual_seed(1)
    block = nn.Sequential(nn.Conv2d(2, 5, 3, padding=1), nn.BatchNorm2d(5), nn.ReLU(), nn.MaxPool2d(2))
    strided = nn.Sequential(nn.Conv2d(5, 4, 3, stride=2, bias=False), nn.ReLU())
    model = nn.Sequential(block, strided, nn.Flatten(), nn.Linear(16, 7), nn.ReLU(), nn.Linear(7, 6))
    model(torch.rand(8, 2, 12, 12))  # batch normalisation sees some data
    return model.eval()


def small_images() -> torch.Tensor:
    """Three of them."""
    return torch.rand(3, 2, 12, 12, generator=torch.Generator().manual_seed(2)) * 3 - 1


SMALL = {"tile_shape": (16, 8), "tuning": "none"}  # MemTorch needs seconds to tune
TUNED = {"tile_shape": (16, 8), "tuning": "before"}
CASES = {
    "64x64": {},
    "48x80": {"tile_shape": (48, 80), "tuning": "none"},
    "no tiles": {"tile_shape": None},
    "no tiles, scaled": {"tile_shape": None, "max_input_voltage": 0.3},
    "tiles larger than any layer": {"tile_shape": (60, 20), "tuning": "none"},
    "ragged small tiles": {"tile_shape": (7, 3), "tuning": "none"},
    "2 bits": {"adc_bits": 2, **SMALL},
    "5 bits": {"adc_bits": 5, **SMALL},
    "no ADC": {"adc_bits": None, **SMALL},
    "log": {"adc_quantisation": "log", "adc_bits": 6, **TUNED},
    "log, no tiles": {"adc_quantisation": "log", "tile_shape": None},
    "overflow": {"adc_overflow_rate": 0.1, **SMALL},
    "single column": {"scheme": "single_column", **TUNED},
    "low voltage": {"max_input_voltage": 0.05, **TUNED},
    "no voltage limit": {"max_input_voltage": None, **SMALL},
    "p_l": {"p_l": 0.3, **SMALL},
    "another device": {"r_on": 83.3, "r_off": 2500.7, **SMALL},
    "convolutions only": {"layer_types": ("conv2d",), **SMALL},
    "linear layers only": {"layer_types": ("linear",), **SMALL},
    "variability": {"sigma": 60, **SMALL},
    "variability, single column, p_l": {"sigma": 20, "scheme": "single_column", "p_l": 0.2, **SMALL},
    "relative variability": {"relative_sigma": 0.1, **SMALL},
    "variability, no tiles": {"sigma": 20, "tile_shape": None},
    "conductance states": {"conductance_states": 3, **SMALL},
    "stuck at LRS": {"stuck_at_lrs": 0.1, **SMALL},
    "stuck at HRS": {"stuck_at_hrs": 0.2, **SMALL},
    "stuck, no tiles": {"stuck_at_hrs": 0.2, "stuck_at_lrs": 0.1, "tile_shape": None},
    "endurance, sudden": {"cycles": 1e4, **SMALL},
    "endurance, gradual": {
        "cycles": 1e7,
        "operation_mode": "gradual",
        "p_lrs": (2e3, -0.1, 2.5, -0.1),
        "p_hrs": (1e3, 0.1, 1.5, 0.08),
        "temperature": 400,
        "r_on": 80,
        "r_off": 1200,
        **SMALL,
    },
    "retention, tuned after": {"retention_time": 1e4, "tile_shape": (16, 8), "tuning": "after"},
    "everything, tuned twice": {
        "sigma": 30,
        "conductance_states": 4,
        "stuck_at_lrs": 0.05,
        "stuck_at_hrs": 0.1,
        "cycles": 1e4,
        "retention_time": 1e4,
        "tuning": "both",
        "tile_shape": (16, 8),
    },
}
