"""The kernels give every bit of the definition of MemTorch's GPU arithmetic: signed ranges, columns that spill."""

import dataclasses

import pytest
import torch
from torch import nn

from memristive import Setting, convert, kernels
from memristive.arrays import definition
from memristive.arrays.product import Arithmetic
from memristive.arrays.stage import Stage
from memristive.converters import adc
from memristive.evaluation import outputs
from memristive.kernels import native

LEVELS = [name for name in native.LEVELS if kernels.available(name)]
pytestmark = pytest.mark.skipif(not LEVELS, reason="kernels cannot be compiled here")

CUDA = {"ranging": "memtorch_cuda", "equal_entries_pass": False}


def draw(*shape, seed=0, scale=1.0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * scale


def conv(columns, padded, arithmetic, ideal=False, scale=1.0):
    g = draw(1, 2 * 9, padded, seed=1, scale=scale)
    if ideal:
        g[..., columns:] = 0
    geometry = {"kernel_size": (3, 3), "padding": (1, 1, 1, 1), "line": (2.0, 0.1), "bias": draw(columns, seed=2)}
    return Stage(g, columns, dataclasses.replace(arithmetic, spills="sample"), **geometry)


def linear(columns, padded, arithmetic, ideal=False, scale=1.0):
    g = draw(1, 50, padded, seed=3, scale=scale)
    if ideal:
        g[..., columns:] = 0
    arithmetic = dataclasses.replace(arithmetic, spills="batch", scale_scope="batch")
    return Stage(g, columns, arithmetic, line=(2.0, 0.1), bias=draw(columns, seed=4))


def assert_same(stage, x, monkeypatch):
    expected = definition.run(stage, x)
    for level in LEVELS:
        monkeypatch.setenv(native.SWITCH, level)
        assert torch.equal(kernels.carry_out(stage, x), expected), level
    return expected


CONVERTERS = [
    {},
    {"adc_bits": None},
    {"adc_bits": 3, "adc_overflow_rate": 0.2},
    {"adc_overflow_rate": 0.4},
    {"adc_bits": 6, "adc_quantisation": "log", "scale": 40},
    {"adc_quantisation": "log", "adc_overflow_rate": 0.4, "scale": 40},
]
TILES = [(64, 64, 10), (16, 8, 5), (7, 3, 1), (8, 40, 1), (5, 4, 4)]  # rows, columns, outputs of the layer


@pytest.mark.parametrize("order", ["separate", "fused"])
@pytest.mark.parametrize("height, width, columns", TILES)
@pytest.mark.parametrize("fields", CONVERTERS, ids=str)
def test_spilling_layers(fields, height, width, columns, order, monkeypatch):
    fields = dict(fields)
    scale = fields.pop("scale", 1.0)
    arithmetic = Arithmetic(tile_shape=(height, width), max_input_voltage=2.0, accumulate=order, **CUDA, **fields)
    padded = -(-columns // width) * width
    x = draw(19, 2, 5, 4, seed=5)
    x[3] = 0
    x[4:7] = x[4:7].abs()
    for ideal in (False, True):
        stage = conv(columns, padded, arithmetic, ideal, scale)
        found = assert_same(stage, x, monkeypatch)
        dry = definition.run(dataclasses.replace(stage, arithmetic=dataclasses.replace(arithmetic, spills="none")), x)
        spills = padded > columns and (not ideal or arithmetic.adc_quantisation == "log")
        assert torch.equal(found, dry) != spills
        assert_same(linear(columns, padded, arithmetic, ideal, scale), draw(21, 50, seed=6), monkeypatch)
    stage = linear(columns, padded, arithmetic, False, scale)
    assert_same(stage, draw(3, 4, 50, seed=6), monkeypatch)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("quantisation", ["linear", "log"])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_signed_ranges(quantisation, rate, level):
    """Vectors of every sign, of few positive values, without any, and just above powers of two."""
    y = draw(60, 9) * torch.exp(3 * draw(60, 9, seed=1))
    y[10:20] = -y[10:20].abs()
    y[20:30, 2:] = -y[20:30, 2:].abs()
    y[30:40, 3] = 0
    y[35:40] = -y[35:40].abs()
    y[40] = 0
    y[41] = -0.0
    y[42] = 0.7
    y[43] = -0.7
    powers = torch.tensor([2.0**e for e in range(-38, 12)])
    near = (powers.view(torch.int32)[:, None] + torch.arange(-6, 7, dtype=torch.int32)).view(torch.float32).flatten()
    y = torch.cat([y, torch.stack([-9 * near, near, *[-near] * 7], 1)])
    arithmetic = Arithmetic(
        tile_shape=(9, 9),
        max_input_voltage=None,
        adc_bits=5,
        adc_quantisation=quantisation,
        adc_overflow_rate=rate,
        **CUDA,
    )
    expected = adc.quantise(y, 5, quantisation, rate, **CUDA)
    assert torch.equal(kernels.linear(y, torch.eye(9), 9, arithmetic, level=level), expected)
    assert (expected[10:20] == (0 if quantisation == "linear" else -1)).all()


@pytest.mark.parametrize("level", LEVELS)
def test_a_largest_value_within_1e_12_below_zero_is_left_to_the_definition(level):
    arithmetic = Arithmetic(tile_shape=(3, 3), max_input_voltage=None, **CUDA)
    y = torch.tensor([[-1.0, -5e-13, -2.0]])
    assert kernels.linear(y, torch.eye(3), 3, arithmetic, level=level) is NotImplemented
    assert torch.equal(adc.quantise(y, 8, **CUDA), torch.tensor([[-(2.0**-40), -70 * 2.0**-47, -(2.0**-40)]]))
    second = dataclasses.replace(arithmetic, adc_overflow_rate=0.34)
    y = torch.tensor([[-1.0, -5e-13, 2.0]])
    assert kernels.linear(y, torch.eye(3), 3, second, level=level) is NotImplemented


def networks(**fields):
    torch.manual_seed(7)
    features = nn.Sequential(nn.Conv2d(1, 5, 3, padding=1), nn.BatchNorm2d(5), nn.ReLU(), nn.Conv2d(5, 6, 3), nn.ReLU())
    model = nn.Sequential(features, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(54, 9), nn.ReLU(), nn.Linear(9, 4)).eval()
    setting = Setting(semantics="memtorch_cuda", tile_shape=(16, 8), **fields)
    return convert(model, setting, torch.Generator().manual_seed(8))


@pytest.mark.parametrize(
    "fields", [{}, {"sigma": 20}, {"adc_quantisation": "log"}, {"max_input_voltage": 0.05}], ids=str
)
def test_whole_networks_in_batches(fields, monkeypatch):
    """On images that are mostly background, more than a group has lanes, in batches that Linear layers spill over."""
    network = networks(**fields)
    x = torch.zeros(150, 1, 8, 8)
    x[:, :, 2:5, 3:6] = draw(150, 1, 3, 3)
    monkeypatch.setenv(native.SWITCH, "off")
    with torch.no_grad():
        expected = torch.cat([network(batch) for batch in x.split(40)])
    for level in LEVELS:
        monkeypatch.setenv(native.SWITCH, level)
        fresh = networks(**fields)
        with torch.no_grad():
            assert fresh._chain_for(x) is not None
        assert torch.equal(outputs(fresh, x, 40), expected), level
        assert torch.equal(outputs(fresh, x, 150), expected) != bool(fields)  # an ideal, linear one spills nothing
