"""The compiled kernels give every bit of the readable definition: `encode`, unfolding, `product.multiply`."""

import dataclasses
import itertools
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from memristive import kernels
from memristive.arrays import definition, product
from memristive.arrays.encoding import encode
from memristive.arrays.product import Arithmetic
from memristive.arrays.stage import Stage
from memristive.arrays.summation import accumulate
from memristive.converters import adc
from memristive.core.errors import InputError
from memristive.kernels import native

LEVELS = [name for name in native.LEVELS if kernels.available(name)]
pytestmark = pytest.mark.skipif(not LEVELS, reason="kernels cannot be compiled here")


FLAGS = {"plain": set(), "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl"}}
LANES = {"plain": 4, "avx2": 8, "avx512": 16}


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="the processor cannot be asked what it has")
def test_every_level_of_this_processor_is_tested():
    (line, *_) = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags"))
    has = set(line.split(":")[1].split())
    assert [level for level, needed in FLAGS.items() if needed <= has] == LEVELS


def test_the_level_that_is_asked_for_runs():
    ops = [native.Op(kind=native.ELEMENTWISE, **dict.fromkeys(SIZES, 1))]
    for level in LEVELS:
        assert native.Handle(ops, [], level).lanes == LANES[level]


SIZES = [f"{side}_{axis}" for side in ("in", "out") for axis in ("channels", "height", "width")]


def draw(*shape, seed=0, scale=1.0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * scale


def plain_conv2d(x, conductance, columns, size, arithmetic, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1)):
    voltages, undo = encode(F.pad(x, padding), arithmetic.max_input_voltage, arithmetic.scale_scope == "sample")
    height, width = (
        (voltages.shape[2 + axis] - dilation[axis] * (size[axis] - 1) - 1) // stride[axis] + 1 for axis in (0, 1)
    )
    unfolded = F.unfold(voltages, size, dilation, 0, stride).transpose(1, 2).contiguous()
    output = product.multiply(unfolded, conductance, columns, arithmetic).transpose(1, 2)
    output = output.reshape(-1, columns, height, width)
    return output * undo if arithmetic.rescale_output else output


def plain_linear(x, conductance, columns, arithmetic):
    voltages, undo = encode(x[:, None], arithmetic.max_input_voltage, arithmetic.scale_scope == "sample")
    output = product.multiply(voltages, conductance, columns, arithmetic)
    return (output * undo if arithmetic.rescale_output else output)[:, 0]


GEOMETRIES = [
    # images, channels, height, width, columns, padded columns, kernel, stride, padding (l, r, t, b), dilation
    (1, 1, 5, 4, 1, 1, (1, 1), (1, 1), (0, 0, 0, 0), (1, 1)),
    (3, 1, 7, 9, 10, 64, (3, 3), (1, 1), (1, 1, 1, 1), (1, 1)),
    (17, 5, 6, 5, 13, 16, (3, 3), (1, 1), (1, 1, 1, 1), (1, 1)),
    (9, 7, 11, 8, 6, 6, (3, 2), (2, 1), (1, 0, 2, 1), (1, 2)),
    (8, 16, 4, 4, 33, 33, (3, 3), (1, 2), (0, 2, 1, 0), (2, 1)),
    (5, 4, 1, 1, 3, 3, (2, 1), (1, 1), (0, 0, 0, 1), (1, 1)),
]
SHAPES_AND_CONVERTERS = [
    Arithmetic(),
    Arithmetic(tile_shape=(16, 4), adc_bits=4, max_input_voltage=1.5),
    Arithmetic(tile_shape=(8, 8), adc_bits=2, max_input_voltage=0.7, rescale_output=True),
    Arithmetic(tile_shape=(32, 16), adc_bits=6, adc_overflow_rate=0.2),
    Arithmetic(tile_shape=(200, 1), adc_bits=6),
    Arithmetic(tile_shape=(16, 8), adc_bits=None, max_input_voltage=None),
    Arithmetic(tile_shape=None),
    Arithmetic(tile_shape=None, adc_scope="sample", max_input_voltage=2.0, rescale_output=True),
]
ORDERS = ("separate", "fused")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("arithmetic", SHAPES_AND_CONVERTERS, ids=lambda a: str(a)[11:-1])
def test_conv2d(arithmetic, order):
    arithmetic = dataclasses.replace(arithmetic, accumulate=order)
    for number, (images, channels, height, width, columns, padded, size, *geometry) in enumerate(GEOMETRIES):
        x = draw(images, channels, height, width, seed=number)
        conductance = draw(channels * size[0] * size[1], padded, seed=100 + number, scale=1e-2)
        if number % 2:
            conductance[:, columns:] = 0  # ideal padding cells cancel and are not computed
        if arithmetic.tile_shape is None:
            conductance = conductance[:, :columns].contiguous()  # there is nothing to pad to
        expected = plain_conv2d(x, conductance, columns, size, arithmetic, *geometry)
        for threads, level in itertools.product((1, 2), LEVELS):
            found = kernels.conv2d(x, conductance, columns, size, arithmetic, *geometry, threads=threads, level=level)
            assert torch.equal(found, expected), (number, threads, level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scope", ["sample", "batch"])
def test_linear(scope, order, level):
    for arithmetic in (
        Arithmetic(max_input_voltage=1.0, scale_scope=scope, rescale_output=True, accumulate=order),
        Arithmetic(tile_shape=(300, 10), adc_bits=5, scale_scope=scope, accumulate=order),
    ):
        x, conductance = draw(70, 200), draw(200, 30, seed=1, scale=1e-2)
        expected = plain_linear(x, conductance, 28, arithmetic)
        assert torch.equal(kernels.linear(x, conductance, 28, arithmetic, level=level), expected)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scope", ["sample", "batch"])
@pytest.mark.parametrize("shape", [(33,), (5, 33), (4, 6, 33), (2, 3, 4, 33), (1, 1, 33), (3, 0, 33)])
def test_linear_on_any_number_of_axes(shape, scope, order):
    """Each sample, along the first axis, is scaled by the largest input of all its vectors."""
    x = draw(*shape, scale=3.0)
    g, line, bias = draw(1, 33, 9, seed=1), (2.5, 0.1), draw(9, seed=2)
    for tile_shape, adc_scope in (((16, 4), "vector"), (None, "batch")):
        arithmetic = Arithmetic(
            tile_shape=tile_shape,
            adc_bits=6,
            adc_scope=adc_scope,
            max_input_voltage=2.0,
            scale_scope=scope,
            rescale_output=adc_scope == "vector",
            accumulate=order,
        )
        stage = Stage(g, 9, arithmetic, line=line, bias=bias)
        if 0 in shape:
            assert kernels.carry_out(stage, x).shape == (*shape[:-1], 9)
            continue
        assert torch.equal(kernels.carry_out(stage, x), definition.run(stage, x))
        assert torch.equal(kernels.sums(stage, x), definition.sums(stage, x))


def test_a_range_over_a_sample_s_vectors_is_left_to_the_definition():
    arithmetic = Arithmetic(tile_shape=None, adc_scope="sample")
    assert kernels.carry_out(Stage(draw(1, 33, 9), 9, arithmetic), draw(4, 6, 33)) is NotImplemented
    stage = Stage(draw(1, 33, 9), 9, arithmetic)
    assert torch.equal(kernels.carry_out(stage, draw(4, 1, 33)), definition.run(stage, draw(4, 1, 33)))


@pytest.mark.parametrize("fields", [{}, {"adc_overflow_rate": 0.1}, {"adc_quantisation": "log"}])
def test_ranges_over_samples_and_batches(fields):
    x, conductance = draw(9, 3, 6, 5), draw(27, 7, seed=1)
    arithmetic = Arithmetic(tile_shape=None, adc_scope="sample", ranging="memtorch", **fields)
    found = kernels.conv2d(x, conductance, 7, (3, 3), arithmetic)
    assert torch.equal(found, plain_conv2d(x, conductance, 7, (3, 3), arithmetic))
    arithmetic = Arithmetic(tile_shape=None, adc_scope="batch", scale_scope="batch", ranging="memtorch", **fields)
    x = x.flatten(1)[:, :27]
    assert torch.equal(kernels.linear(x, conductance, 7, arithmetic), plain_linear(x, conductance, 7, arithmetic))


def adc_alone(y, level, **fields):
    """The vectors `y` through the ADC only: the conductances are the unit matrix."""
    n = y.shape[1]
    arithmetic = Arithmetic(tile_shape=None, max_input_voltage=None, **fields)
    return kernels.linear(y, torch.eye(n), n, arithmetic, level=level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bits", [2, 8, 16])
def test_adc_close_to_powers_of_two(bits, level):
    """The library's log2f rounds down just above a power of two: exponent bits alone would be wrong there."""
    powers = torch.tensor([2.0**e for e in range(-41, 120)])
    ulps = torch.arange(-20, 21, dtype=torch.int32)
    tops = (powers.view(torch.int32)[:, None] + ulps).view(torch.float32).flatten()
    y = torch.stack([tops, -0.3 * tops, 0.01 * tops], 1)
    assert torch.equal(adc_alone(y, level, adc_bits=bits), adc.quantise(y, bits))


@pytest.mark.parametrize("level", LEVELS)
def test_adc_ties_zeros_and_equal_entries(level):
    step = 2.0**-7  # of 8 bits with a range of 1
    ties = (torch.arange(-128, 128) + 0.5) * step
    near = torch.cat([torch.nextafter(ties, ties + 1), torch.nextafter(ties, ties - 1), ties])
    y = torch.cat([near.view(-1, 8), torch.full((near.numel() // 8, 1), -1.0)], 1)
    y = torch.cat([y, torch.zeros(3, 9), torch.full((2, 9), 0.123), torch.full((2, 9), 1e-40), draw(5, 9, scale=1e-41)])
    for bits in (2, 8):
        assert torch.equal(adc_alone(y, level, adc_bits=bits), adc.quantise(y, bits))


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize("quantisation, ranging", [("linear", "physical"), ("log", "physical"), ("log", "memtorch")])
def test_equal_entries_pass_or_are_converted(quantisation, ranging, passes):
    """Vectors of equal entries, and a tile of one column, which is equal to itself."""
    fields = {"adc_bits": 3, "adc_quantisation": quantisation, "ranging": ranging, "equal_entries_pass": passes}
    y = torch.cat([torch.full((1, 9), 0.7), torch.zeros(1, 9), torch.full((1, 9), -1.3), draw(20, 9)])
    for vectors in (y, y[:, :1].contiguous()):
        expected = adc.quantise(vectors, 3, quantisation, ranging=ranging, equal_entries_pass=passes)
        for level in LEVELS:
            assert torch.equal(adc_alone(vectors, level, **fields), expected), level
        assert torch.equal(expected[0], vectors[0]) == passes
    x, conductance = draw(5, 4, 3, 3), draw(4, 1, seed=1)
    arithmetic = Arithmetic(tile_shape=None, adc_scope="sample", adc_bits=3, equal_entries_pass=passes)
    for images in (x, torch.ones(5, 4, 3, 3)):
        expected = plain_conv2d(images, conductance, 1, (1, 1), arithmetic)
        for level in LEVELS:
            assert torch.equal(kernels.conv2d(images, conductance, 1, (1, 1), arithmetic, level=level), expected), level


@pytest.mark.parametrize("level", LEVELS)
def test_adc_overflow(level):
    y = draw(40, 50) * torch.exp(4 * draw(40, 50, seed=1))
    y[:, ::7] = 0
    y[3] = 0
    y[4, 1:] = 0
    for rate in (0.004, 0.01, 0.03, 0.2, 0.5, 0.9, 1.0):
        expected = adc.quantise(y, 6, overflow_rate=rate)
        assert torch.equal(adc_alone(y, level, adc_bits=6, adc_overflow_rate=rate), expected), rate


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 3e38])
@pytest.mark.parametrize(
    "adc", [(None, "linear", "physical"), (8, "linear", "physical"), (8, "log", "physical"), (8, "log", "memtorch")]
)
def test_values_that_are_not_finite_go_to_the_plain_path(bad, adc, level):
    x, conductance = draw(5, 2, 4, 4), draw(2 * 9, 6, seed=1) * 3
    x[3, 1, 2, 2] = bad
    bits, quantisation, ranging = adc
    arithmetic = Arithmetic(adc_bits=bits, adc_quantisation=quantisation, ranging=ranging, max_input_voltage=None)
    assert kernels.conv2d(x, conductance, 6, (3, 3), arithmetic, level=level) is NotImplemented


@pytest.mark.parametrize("level", LEVELS)
def test_codes_sum_to_the_output(level):
    x, conductance = draw(5, 100), draw(100, 10, seed=1)
    arithmetic = Arithmetic(tile_shape=(40, 10))
    found = kernels.codes(kernels.Crossbar(conductance, 10, arithmetic), x, level=level)
    assert found.shape == (3, 5, 10)
    assert torch.equal(found[0] + found[1] + found[2], kernels.linear(x, conductance, 10, arithmetic, level=level))


class Plain(nn.Module):
    """A layer of the chain below by its definition; the kernels ask it what it is."""

    def __init__(self, conductance, columns, arithmetic, size=None):
        super().__init__()
        self.stage = kernels.Crossbar(
            *(conductance, columns, arithmetic, size),
            padding=(1, 1, 1, 1) if size else (0, 0, 0, 0),
            line=(3.7, 0.01),
            bias=draw(columns, seed=5),
        )

    def kernel_stages(self):
        return [self.stage]

    def forward(self, x):
        stage = self.stage
        if stage.kernel_size:
            output = plain_conv2d(
                x, stage.conductance, stage.columns, stage.kernel_size, stage.arithmetic, padding=stage.padding
            )
            return output * 3.7 + 0.01 + stage.bias.view(-1, 1, 1)
        return plain_linear(x, stage.conductance, stage.columns, stage.arithmetic) * 3.7 + 0.01 + stage.bias


def network(**fields):
    """A chain of every kind of stage, on crossbars of `Arithmetic(**fields)`."""
    conv, full = Arithmetic(**fields), Arithmetic(**fields)
    layers = nn.Sequential(
        *(Plain(draw(2 * 9, 7, seed=1), 7, conv, (3, 3)), nn.BatchNorm2d(7), nn.ReLU()),
        *(Plain(draw(7 * 9, 5, seed=2), 5, conv, (3, 3)), nn.ReLU(), nn.BatchNorm2d(5), nn.MaxPool2d(2)),
        *(nn.MaxPool2d(3, 2, 1), nn.Flatten(), nn.Dropout(0.5)),
        *(Plain(draw(5 * 4, 9, seed=3), 9, full), nn.ReLU(), Plain(draw(9, 4, seed=4), 4, full)),
    ).eval()
    for module in layers:
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(draw(module.num_features, seed=6))
            module.running_var.copy_(draw(module.num_features, seed=7).exp())
            module.weight.data.copy_(draw(module.num_features, seed=8))
            module.bias.data.copy_(draw(module.num_features, seed=9))
    return layers


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("voltage", [None, 2.0])
@pytest.mark.parametrize("scope", ["sample", "batch"])
def test_fused_chain(scope, voltage, order):
    layers = network(tile_shape=(16, 4), scale_scope="sample", max_input_voltage=voltage, accumulate=order)
    if scope == "batch":
        last = layers[-1].stage
        batch = dataclasses.replace(last.arithmetic, scale_scope="batch")
        layers[-1].stage = dataclasses.replace(last, arithmetic=batch)
    x = draw(150, 2, 7, 8)
    with torch.no_grad():
        expected = torch.cat([layers(part) for part in x.split(40)])
    for level in LEVELS:
        chain = kernels.fused_chain(layers, x.shape[1:], level)
        for threads in (1, 2):
            assert torch.equal(chain(x, threads, batch_size=40), expected), (level, threads)
        if scope == "sample":
            assert torch.equal(torch.cat([chain(part, 2) for part in x.split(7)]), expected), level


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("order", ORDERS)
def test_steps_close_to_ties(order, level):
    """Sums just beside the middle of two float32: a level that rounds twice, or fuses on its own, differs."""
    i = torch.arange(300, dtype=torch.float64)
    above, below = (1 + i * 2.0**-23).float(), (1 - i * 2.0**-23).float()
    x = torch.stack([1 + torch.arange(300) % 7 * 2.0**-23, above * (-1.0) ** torch.arange(300)], 1)
    conductance = torch.stack([torch.ones(300), below * 2.0**-24])
    arithmetic = Arithmetic(tile_shape=None, adc_bits=None, max_input_voltage=None, accumulate=order)
    expected = accumulate(x, conductance, order)
    rounded_twice = (x.double() @ conductance.double()).float()
    assert (expected != (rounded_twice if order == "fused" else accumulate(x, conductance, "fused"))).sum() > 100
    assert torch.equal(kernels.linear(x, conductance, 300, arithmetic, level=level), expected)


def on_background(images, shape, value, seed=0):
    """Images of one even colour with a rectangle of noise in each but every seventh."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.full((images, *shape), value)
    for image in range(images):
        top, left = (int(torch.randint(size, (), generator=generator)) for size in shape[1:])
        part = x[image, :, top : top + 3, left : left + 4]
        if image % 7:
            part.copy_(torch.randn(part.shape, generator=generator))
    return x


@pytest.mark.parametrize("value", [0.0, -0.4])
@pytest.mark.parametrize("voltage", [None, 100.0, 30.0, 3.0, 0.1])
def test_chain_of_images_on_a_background(voltage, value):
    """What is spared where an image shows its background is the same to the bit, scaled images among them or not."""
    layers = network(tile_shape=(16, 4), max_input_voltage=voltage)
    x = on_background(150, (2, 7, 8), value)
    other = torch.where(x == value, torch.tensor(0.25), x)  # another background, and no image on the first one
    with torch.no_grad():
        expected, expected_other = layers(x), layers(other)
    for level in LEVELS:
        chain = kernels.fused_chain(layers, x.shape[1:], level)
        for threads in (1, 2):
            assert torch.equal(chain(x, threads), expected), (level, threads)
        assert torch.equal(chain(other), expected_other), level
        assert torch.equal(chain(torch.cat([x, other])), torch.cat([expected, expected_other])), level
        broken = x.clone()
        broken[100] = torch.nan
        assert chain(broken) is None, level


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda g: "x".join(map(str, g[1:5])))
def test_convolution_of_images_on_a_background(geometry, level):
    _, channels, height, width, columns, padded, size, stride, padding, dilation = geometry
    x = on_background(90, (channels, height, width), 0.5)
    arithmetic = Arithmetic(tile_shape=(16, 4), adc_bits=4, max_input_voltage=None)
    g = draw(channels * size[0] * size[1], padded)
    expected = plain_conv2d(x, g, columns, size, arithmetic, stride, padding, dilation)
    stage = kernels.Crossbar(g, columns, arithmetic, size, stride, padding, dilation)
    assert torch.equal(kernels.Chain([stage], x.shape[1:], level)(x), expected)


def test_modules_without_counterpart_are_left_to_the_plain_path():
    assert kernels.fused_chain([nn.Conv2d(1, 2, 3)], (1, 5, 5)) is None
    assert kernels.fused_chain([nn.ReLU()], (1, 5, 5)) is None
    assert kernels.fused_chain(network().train(), (2, 7, 8)) is None


def test_switch(monkeypatch):
    monkeypatch.setenv(native.SWITCH, "off")
    assert not kernels.available()
    assert kernels.linear(draw(2, 3), draw(3, 4), 4, Arithmetic()) is NotImplemented
    monkeypatch.setenv(native.SWITCH, "sse")
    with pytest.raises(InputError, match="MEMRISTIVE_KERNEL"):
        kernels.available()


@pytest.mark.parametrize("ranging", ["physical", "memtorch"])
def test_logarithmic_adc(ranging):
    wide = (draw(400, 30) * torch.exp(8 * draw(400, 30, seed=1))).clamp(-1e8, 1e8)
    narrow = 1 + draw(400, 30, seed=2, scale=1e-3)
    close = torch.exp((torch.randint(-40, 40, (400, 30), generator=torch.Generator().manual_seed(3)) + 0.5) / 16)
    y = torch.cat([wide, narrow, close * draw(400, 30).sign(), 1e-3 * draw(50, 30)])
    y[::3, ::5] = 0
    y[7] = 0
    y[8] = 0.37
    y[9, :3] = 1e-41
    for bits in (2, 3, 8, 11):
        for rate in (0.0, 0.1, 0.6):
            expected = adc.quantise(y, bits, "log", rate, ranging)
            fields = {"adc_bits": bits, "adc_overflow_rate": rate, "adc_quantisation": "log", "ranging": ranging}
            for level in LEVELS:
                assert torch.equal(adc_alone(y, level, **fields), expected), (bits, rate, level)
    y[11, 3] = 1e12  # beyond MemTorch's tables: the plain path's
    if ranging == "memtorch":
        for level in LEVELS:
            assert adc_alone(y, level, **fields | {"adc_overflow_rate": 0.0}) is NotImplemented
