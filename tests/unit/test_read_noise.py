"""Noise of reads and other currents in compiled chains: where the numbers come from, and the same bits everywhere."""

import copy
import dataclasses

import pytest
import torch
from scipy import stats
from torch import nn

from memristive import InputError, Setting, convert, kernels
from memristive.arrays import definition, noise
from memristive.arrays.draws import SeededDraws
from memristive.arrays.noise import Noise
from memristive.kernels import native
from memristive.network.convert import convert_with

LEVELS = [name for name in native.LEVELS if kernels.available(name)]
NOISE = {"device": "sonos", "read_noise": "measured", "max_input_voltage": 0.1}
LAWS = {
    "polynomial": {"device": "rram_milo", "device_current": "device", "max_input_voltage": 0.5},
    "sinh": {"device": "stanford_pku", "device_current": "device", "max_input_voltage": 0.7},
    "memdiode": {"device": "memdiode", "device_current": "device", "max_input_voltage": 0.5},
}
READINGS = {"noise": NOISE, **LAWS, "both": {**LAWS["polynomial"], "read_noise": "relative", "read_sigma": 0.05}}


def draw(seed=4):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    # Without biases, beside which currents are so small that most of their bits play no part.
    layers = (nn.Conv2d(2, 7, 3, padding=1, bias=False), nn.BatchNorm2d(7), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(7 * 9, 13, bias=False), nn.ReLU(), nn.Linear(13, 5, bias=False)).eval()


def network(model, **fields):
    return convert(model, Setting(**{"tuning": "none", "tile_shape": (10, 6), **fields}), draw())


def by_definition(network, x):
    """Outputs of the modules one after the other, layers on crossbars by their readable definition."""
    for module in network:
        x = definition.run(module.stage(), x) if hasattr(module, "stage") else module(x)
    return x


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0, 0, 0), (0x531C7E4F, 0x39491EE5, 0x2C855A92, 0x3D6ABF9A)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 4, (0xC4189358, 0x1C9CC83A, 0xD5881C67, 0x6A0A89E0)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89),
            (0x4AA71D8F, 0x734738C2, 0x431FC6A8, 0xAE6DEBF1),
        ),
    ],
)
def test_random_words_are_those_of_random123(counter, key, words):
    """Its known answers for Threefry-4x32 with 13 rounds (tests/kat_vectors)."""
    found = noise.threefry(tuple(torch.tensor(word) for word in counter), key)
    assert tuple(int(word) for word in found) == words


def test_pairs_lie_where_the_transformation_says():
    words = torch.randint(2**32, (2, 20_000), generator=draw())
    words[0, :4] = torch.tensor([0, 1, 2**31, 2**32 - 1])
    x, y = (number.double() for number in noise.box_muller(*words))
    square = -2 * ((words[0] >> 1 | 1).float().double() / 2**31).log()
    assert (x**2 + y**2).numpy() == pytest.approx(square.numpy(), rel=1e-6, abs=1e-12)
    quarters = torch.atan2(y, x) / (torch.pi / 2)
    inside = ((words[1] << 2 & 2**32 - 1 ^ 2**31) - 2**31).double() / 2**32  # of a quarter, from -1/2 to 1/2
    start = torch.tensor([0.0, 1.0, 2.0, 3.0])[(words[1] >> 30 & 1) + 2 * (words[1] >> 31)].double()
    turned = (words[1] >> 30 & 1).bool()
    away = quarters - start - torch.where(turned, -inside, inside)
    assert (away - 4 * (away / 4).round()).abs()[square > 0].max() < 1e-6


def test_numbers_are_normal_and_each_is_another():
    numbers = Noise(2**63 + 5).normal(400, 50, 3, 10)
    assert stats.kstest(numbers.double().flatten(), "norm").pvalue > 0.01
    assert numbers.unique().numel() > 0.98 * numbers.numel()  # of 2**24 or so
    sideways = torch.corrcoef(numbers.flatten(0, 1).T) - torch.eye(10)
    assert sideways.abs().max() < 5 / (400 * 50) ** 0.5
    for other in (Noise(6), Noise(2**63 + 5, used=400), Noise(2**63 + 5, group=1)):
        assert abs(stats.pearsonr(numbers.flatten(), other.normal(400, 50, 3, 10).flatten()).statistic) < 0.01
    assert torch.equal(
        Noise(2**63 + 5, used=7).normal(3, 2, 3, 9),
        numbers[
            7:10,
            :2,
            :,
        ].narrow(2, 0, 9),
    )


def test_one_draw_a_bit_line_is_distributed_as_one_a_cell():
    """Currents of four outputs against sums over cells, each of which is drawn by itself for each read."""
    torch.manual_seed(1)
    layer = nn.Linear(30, 4, bias=False)
    reads, sigma = 4000, 0.1
    fields = {"adc_bits": None, "max_input_voltage": None, "read_noise": "relative", "read_sigma": sigma}
    fast = network(layer, **fields)
    x = torch.randn(30, generator=draw(2))
    with torch.no_grad():
        currents = fast(x.expand(reads, 30))
    setting = Setting(**{"tuning": "none", "tile_shape": (10, 6), **fields})
    (((positive, negative),),) = convert_with(layer, setting, SeededDraws(draw()), keep_arrays=True).arrays
    generator = draw(5)
    cells = torch.stack([positive, negative])
    drawn = cells * (1 + sigma * torch.randn(reads, *cells.shape, generator=generator))
    one_by_one = x @ (drawn[:, 0] - drawn[:, 1])
    for column in range(4):
        assert stats.ks_2samp(currents[:, column], one_by_one[:, column]).pvalue > 0.01
        assert stats.kstest(stats.zscore(currents[:, column]), "norm").pvalue > 0.01


@pytest.mark.parametrize("bits", [8, None])  # without converters no difference is rounded away
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("reading", READINGS)
def test_every_level_gives_the_bits_of_the_definition(model, reading, level, bits, monkeypatch):
    monkeypatch.setenv(native.SWITCH, level)
    fields = {**READINGS[reading], "adc_bits": bits}
    first, second = network(model, **fields), network(model, **fields)
    x = torch.randn(37, 2, 6, 6, generator=draw(1))
    assert kernels.fused_chain(first, x.shape[1:]) is not None
    with torch.no_grad():
        assert torch.equal(first(x), by_definition(second, x))


@pytest.mark.parametrize("more", [{"adc_bits": None}, {"tile_shape": None}, {"rescale_output": True}, {"groups": 2}])
@pytest.mark.parametrize("reading", READINGS)
def test_layers_of_every_form(reading, more, monkeypatch):
    more = dict(more)
    torch.manual_seed(0)
    layer = nn.Conv2d(4, 6, 3, stride=2, padding=(1, 2), groups=more.pop("groups", 1), bias=False)
    fields = {**READINGS[reading], "adc_quantisation": "log" if "rescale_output" in more else "linear", **more}
    fast, readable = network(layer, **fields), network(layer, **fields)
    x = torch.randn(5, 4, 7, 8, generator=draw(1))
    with torch.no_grad():
        for _ in range(2):  # the second call draws further on
            assert torch.equal(kernels.carry_out(fast.stage(), x), definition.run(readable.stage(), x))


def test_no_bit_depends_on_threads_batches_or_fusing(model):
    x = torch.randn(150, 2, 6, 6, generator=draw(1))
    whole, single, layers = (network(model, **NOISE) for _ in range(3))
    with torch.no_grad():
        found = whole(x)
        one = kernels.fused_chain(single, x.shape[1:])
        assert torch.equal(one(x, threads=3), found)
        parts = []
        for part in x.split(40):
            for module in layers:
                part = module(part)
            parts.append(part)
        assert torch.equal(torch.cat(parts), found)


def test_images_on_a_background_are_drawn_for_like_others(model):
    """A chain may compute what does not depend on an image once for all of them; noise does depend on it."""
    x = torch.zeros(80, 2, 6, 6)
    x[:, :, 2, 3] = torch.rand(80, 2, generator=draw(1))
    fields = {**NOISE, "read_noise": "relative", "read_sigma": 0.1}
    bright, again = network(model, **fields), network(model, **fields)
    with torch.no_grad():
        assert torch.equal(bright(x + 0.05), by_definition(again, x + 0.05))


def test_a_polynomial_of_images_on_a_background(model):
    x = torch.zeros(80, 2, 6, 6)
    x[:, :, 2, 3] = 0.4 * torch.rand(80, 2, generator=draw(1))
    fast, again = (network(model, **LAWS["polynomial"]) for _ in range(2))
    with torch.no_grad():
        assert torch.equal(fast(x), by_definition(again, x))


def test_a_chain_that_gives_up_takes_no_draws(model):
    """The layers' definition then meets the infinite value, and what comes after draws as if there were no kernels."""
    x = torch.randn(3, 2, 6, 6, generator=draw(1))
    broken = x.clone()
    broken[1, 0, 2, 2] = float("inf")
    fast, readable = network(model, **NOISE), network(model, **NOISE)
    with torch.no_grad():
        with pytest.raises(InputError, match="not finite after layer 0"):
            fast(broken)
        definition.run(readable[0].stage(), broken)
        assert torch.equal(fast(x), by_definition(readable, x))


def test_a_layer_that_is_used_twice_draws_anew(model):
    torch.manual_seed(0)
    layer = nn.Linear(6, 6)
    twice = convert(nn.Sequential(layer, nn.ReLU(), layer), Setting(**NOISE, tuning="none"), draw())
    x = torch.rand(4, 6, generator=draw(1))
    assert kernels.fused_chain(twice, (6,)) is None
    with torch.no_grad():
        again = copy.deepcopy(twice)
        assert torch.equal(twice(x), again[2](again[1](again[0](x))))


def test_what_chains_do_not_add_is_refused(model):
    crossbar = kernels.single(network(model, **NOISE)[5].stage())
    kernels.Chain([crossbar], (63,))
    wider = {"conductance": nn.functional.pad(crossbar.conductance, (0, 1))}
    for change in ({"draw": None}, {"variance": crossbar.variance[:-1]}, wider):
        with pytest.raises(kernels.Unsupported):
            kernels.Chain([dataclasses.replace(crossbar, **change)], (63,))
    polynomial = kernels.single(network(model, **LAWS["polynomial"])[5].stage())
    with pytest.raises(kernels.Unsupported):
        kernels.Chain([dataclasses.replace(polynomial, law=object())], (63,))
