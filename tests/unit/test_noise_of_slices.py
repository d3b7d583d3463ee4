"""Read noise of weights as digits and inputs as codes: moments worked out by hand, and the same bits everywhere."""

import dataclasses
import itertools

import pytest
import torch
from scipy import stats
from test_digits_on_kernels import CASES, LEVELS, inputs
from torch import nn

from memristive import Setting, calibrate, convert, devices
from memristive.arrays.draws import SeededDraws
from memristive.arrays.noise import Noise
from memristive.arrays.slices import definition, ranges
from memristive.converters import fit
from memristive.converters.fit import Fit
from memristive.kernels import ranges as fast
from memristive.kernels import slices
from memristive.network.convert import convert_with

# Cells of 1 kohm to 1 Mohm and 2 bits: digit d is (1 + 333 d) uS, a step 333 uS. With a noise of 5 % its variance is
# (0.05 (1 + 333 d) / 333)**2 steps: 2e-8 where d is 0, and
V1, V2, V3 = 0.00251503, 0.01003005, 0.02254507
DIGITS = {"tuning": "none", "weight_bits": 4, "cell_bits": 2, "dac_bits": 2, "bit_serial": True, "adc_bits": None}
IDEAL = Setting(r_on=1e3, r_off=1e6, **DIGITS, read_noise="relative", read_sigma=0.05)
LAYER = nn.Linear(2, 2, bias=False)  # of whole numbers 7, 3 and -6, 2
LAYER.weight.data = torch.tensor([[1.0, 3 / 7], [-6 / 7, 2 / 7]])
MEASURED = {"device": "sonos", "read_noise": "measured"}
READS = 40_000


def draw(seed=1):
    return torch.Generator().manual_seed(seed)


def on_arrays(layer, setting, images):
    network = convert(layer, setting, draw())
    if setting.calibrated:
        calibrate(network, images)
    return network


@torch.no_grad()
def reads(setting, x, layer=LAYER):
    """Outputs of many reads of one input, in units of the whole numbers that weights are."""
    network = on_arrays(layer, setting, x[None])
    return network(x.expand(READS, len(x))).double() / float(network.weight_step) / float(network.input_range[0])


def close(found, *, mean, variance, covariance=0.0):
    """To five standard errors of each moment."""
    variance = torch.tensor(variance, dtype=torch.float64)
    error = 5 / READS**0.5
    assert ((found.mean(0) - torch.tensor(mean, dtype=torch.float64)).abs() < error * variance.sqrt()).all()
    assert (found.var(0) / variance - 1).abs().max() < error * 2**0.5
    covariances = torch.cov(found.T)
    assert abs(float(covariances[0, 1]) - covariance) < error * float(variance.prod().sqrt()) * 2**0.5
    for column in range(2):
        assert stats.kstest(stats.zscore(found[:, column]), "norm").pvalue > 0.001


def test_pairs_read_bit_by_bit():
    """7 = 3 + 4*1, 3 = 3; -6 = -(2 + 4*1), 2 = 2. Inputs 3 = 11 and 1 = 01: both rows, then the first one alone.

    A code of the second bit counts 2, one of the high slice 4, so that their variances count 4 and 16.
    """
    variance = (2 * V3 + 4 * V3 + 16 * (V1 + 4 * V1), 2 * V2 + 4 * V2 + 16 * (V1 + 4 * V1))
    close(reads(IDEAL, torch.tensor([3.0, 1.0])), mean=(24.0, -16.0), variance=variance)


def test_the_variance_of_a_pair_is_that_of_both_cells():
    """Of the digits 3, 2 and 3, 2 and of 1, 1 and 0, 0, each with the other cell in its lowest state."""
    network = on_arrays(LAYER, IDEAL, torch.ones(1, 2))
    empty = (0.05 / 333) ** 2
    expected = torch.tensor([[[[V3, V2], [V3, V2]]], [[[V1, V1], [empty, empty]]]]) + empty
    torch.testing.assert_close(network.variance, expected, rtol=1e-5, atol=0.0)


def test_pairs_read_by_a_voltage_a_code():
    """The voltages 3 and 1 count 9 and 1."""
    variance = (9 * V3 + V3 + 16 * 9 * V1, 9 * V2 + V2 + 16 * 9 * V1)
    close(reads(IDEAL.replace(bit_serial=False), torch.tensor([3.0, 1.0])), mean=(24.0, -16.0), variance=variance)


def test_the_bit_of_the_sign_is_a_read():
    """-3 = 101 in two's complement of 3 bits, whose third bit counts -4, and 1 = 001."""
    variance = (2 * V3 + 16 * V3 + 16 * (V1 + 16 * V1), 2 * V2 + 16 * V2 + 16 * (V1 + 16 * V1))
    close(reads(IDEAL.replace(dac_bits=3), torch.tensor([-3.0, 1.0])), mean=(-18.0, 20.0), variance=variance)


def test_an_offset():
    """7 + 8 = 3 + 4*3, 3 + 8 = 3 + 4*2; -6 + 8 = 2 + 4*0, 2 + 8 = 2 + 4*2; taken away without a read."""
    variance = (2 * V3 + 4 * V3 + 16 * (V3 + V2 + 4 * V3), 2 * V2 + 4 * V2 + 16 * V2)
    close(reads(IDEAL.replace(scheme="offset"), torch.tensor([3.0, 1.0])), mean=(24.0, -16.0), variance=variance)


def test_a_reference_column_has_noise_that_its_weights_share():
    """8 = 0 + 4*2 in each row of it."""
    shared = 16 * (2 * V2 + 4 * V2)
    variance = (2 * V3 + 4 * V3 + 16 * (V3 + V2 + 4 * V3) + shared, 2 * V2 + 4 * V2 + 16 * V2 + shared)
    close(
        reads(IDEAL.replace(scheme="reference_column"), torch.tensor([3.0, 1.0])),
        **{"mean": (24.0, -16.0), "variance": variance, "covariance": shared},
    )


def test_tiles_add_their_noise():
    """Each row on a tile of its own: the same sum."""
    variance = (2 * V3 + 4 * V3 + 16 * (V1 + 4 * V1), 2 * V2 + 4 * V2 + 16 * (V1 + 4 * V1))
    found = reads(IDEAL.replace(tile_shape=(1, 1)), torch.tensor([3.0, 1.0]))
    close(found, mean=(24.0, -16.0), variance=variance)


@pytest.mark.parametrize("path", ["kernel", "definition"])
def test_noise_comes_before_rounding_and_range(path, monkeypatch):
    """A sum of 3 with a deviation of 0.3003, converted to -4 to 3: noise below -1/2 makes it 2, and none makes it 4."""
    if path == "definition":
        monkeypatch.setattr(slices, "carry_out", lambda *_, **__: NotImplemented)
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data = torch.ones(1, 1)
    fields = {"adc_bits": 3, "adc_range": "calibrated", "adc_fit": "largest", "weight_bits": 3, "dac_bits": 2}
    setting = IDEAL.replace(**fields, read_sigma=0.1, bit_serial=False)
    network = on_arrays(layer, setting, torch.ones(1, 1))
    network.adc_ranges, network.input_range[0] = torch.ones_like(network.adc_ranges), 1.0
    with torch.no_grad():
        codes = network(torch.ones(READS, 1)) * 3
    assert set(codes.round().flatten().tolist()) == {2.0, 3.0}
    expected = stats.norm.cdf(-0.5 / 0.3003003)
    assert abs(float((codes < 2.5).double().mean()) - expected) < 5 * (expected / READS) ** 0.5


@pytest.mark.parametrize("fields", [MEASURED, {"read_noise": "relative", "read_sigma": 0.1}])
@pytest.mark.parametrize("scheme", ["double_column", "offset"])
def test_one_draw_a_bit_line_is_distributed_as_one_a_cell(fields, scheme):
    """Against each cell drawn by itself for each bit of the inputs."""
    torch.manual_seed(1)
    layer, x = nn.Linear(12, 3, bias=False), torch.rand(12, generator=draw(2))
    setting = Setting(**DIGITS, scheme=scheme, tile_shape=(5, 2), **fields)
    network = convert_with(layer, setting, SeededDraws(draw()), keep_arrays=True)
    calibrate(network, x[None])
    with torch.no_grad():
        found = network(x.expand(4000, 12))
    step = (1 / setting.device.r_on - 1 / setting.device.r_off) / 3
    codes = torch.floor(x / float(network.input_range[0]) + 0.5).int()
    total, generator = torch.zeros(4000, 3), draw(5)
    for number, (sides,) in enumerate(network.arrays):
        for bit, (sign, held) in itertools.product(range(2), zip((1, -1), sides, strict=False)):
            if setting.reading.noise == "measured":
                sigma = devices.get("sonos").read_sigma(held, 0.0).float()
            else:
                sigma = 0.1 * held
            drawn = (held + sigma * torch.randn(4000, *held.shape, generator=generator)) / step
            drawn = drawn - 1 / setting.device.r_off / step
            total += sign * 4.0**number * 2.0**bit * torch.einsum("r,nrc->nc", (codes >> bit & 1).float(), drawn)
    if scheme == "offset":
        total -= 8 * codes.sum()
    total *= float(network.weight_step) * float(network.input_range[0])
    for column in range(3):
        assert stats.ks_2samp(found[:, column], total[:, column]).pvalue > 0.01


def noisy(case, used=7):
    """A case of the kernels' tests with read noise, which starts anew."""
    found, shape = CASES[case]
    variance = 0.01 + 0.3 * torch.rand(found.digits.shape, generator=draw(9))
    seed = 2**63 + 12345
    return dataclasses.replace(found, variance=variance, draw=Noise(seed, used)), inputs(shape, found)


@pytest.mark.skipif(not LEVELS, reason="no kernels here")
@pytest.mark.parametrize("case", CASES)
def test_every_level_gives_the_bits_of_the_definition(case):
    readable, x = noisy(case)
    expected = [definition.run(readable, x) for _ in range(2)]  # the second draws further on
    quiet = dataclasses.replace(readable, variance=None, draw=None)
    assert not torch.equal(expected[0], definition.run(quiet, x))
    assert not torch.equal(*expected)
    for level, threads in itertools.product(LEVELS, (1, 3)):
        stage, _ = noisy(case)
        for each in expected:
            assert torch.equal(slices.carry_out(stage, x, threads=threads, level=level), each), (level, threads)
        assert stage.draw.used == readable.draw.used


@pytest.mark.skipif(not LEVELS, reason="no kernels here")
@pytest.mark.parametrize("case", CASES)
def test_reads_without_noise_are_those_of_the_plain_setting(case):
    stage, x = noisy(case)
    silent = dataclasses.replace(stage, variance=torch.zeros_like(stage.variance))
    plain = definition.run(CASES[case][0], x)
    assert torch.equal(definition.run(silent, x), plain)
    assert torch.equal(slices.carry_out(silent, x), plain)


@pytest.mark.skipif(not LEVELS, reason="no kernels here")
@pytest.mark.parametrize("case", CASES)
def test_the_ranges_of_noisy_sums_agree(case, monkeypatch):
    monkeypatch.setattr(fit, "MOST_VALUES", 60)  # so that some sums are left out
    for method in ("largest", "least_error"):
        readable, x = noisy(case)
        readable = dataclasses.replace(readable, steps=None)
        wanted = Fit(method, 90.0, 2.0)
        expected = ranges.steps(readable, x, wanted, 5)
        for level in LEVELS:
            stage = dataclasses.replace(noisy(case)[0], steps=None)
            assert torch.equal(fast.steps(stage, x, wanted, 5, level=level, threads=3), expected)
            assert stage.draw.used == readable.draw.used > 7
        if method == "largest":
            quiet = dataclasses.replace(readable, variance=None, draw=None)
            assert not torch.equal(ranges.steps(quiet, x, wanted, 5), expected)


@pytest.mark.skipif(not LEVELS, reason="no kernels here")
def test_what_the_kernel_does_not_add_noise_to_is_refused():
    stage, x = noisy("linear")
    for whole in (slices.WHOLE, slices.WHOLE_WITHOUT_VNNI):
        assert slices.carry_out(stage, x, arithmetic=whole) is NotImplemented
    broken = stage.variance.clone()
    broken[0, 0, 0, 0] = float("inf")
    for refused in (broken, stage.variance[:, :, :-1]):
        assert slices.carry_out(dataclasses.replace(stage, variance=refused), x) is NotImplemented
    assert stage.draw.used == 7  # and took no draws


def test_each_read_is_independent_of_all_others():
    """Of slices, cycles, groups, tiles, columns and positions, for the same inputs again and again."""
    variance = torch.ones(3, 2, 4, 6)
    stage = dataclasses.replace(
        *(noisy("in groups")[0],),
        **{"digits": torch.zeros(3, 2, 4, 6), "variance": variance, "draw": Noise(5), "columns": 6},
        **{"factors": (1.0, 4.0, 16.0), "signed": (True,) * 3, "bias": None, "line": None, "steps": None},
        **{"kernel_size": (2, 1), "stride": (1, 1), "padding": (0,) * 4, "dilation": (1, 1)},
        arithmetic=dataclasses.replace(noisy("in groups")[0].arithmetic, tile_shape=(2, 4)),
    )
    samples = 4000
    x = torch.full((samples, 4, 3, 1), 1e3)  # the highest code, all of whose bits are set
    found = torch.cat([sums.flatten(1) for *_, sums in ranges.tiles(stage, x)], 1)
    assert found.shape == (samples, 3 * 5 * 2 * 2 * 6 * 2)
    torch.testing.assert_close(found.var(0), torch.full_like(found[0], 2.0), rtol=6 * (2 / samples) ** 0.5, atol=0.0)
    apart = torch.corrcoef(found.T) - torch.eye(found.shape[1])
    assert apart.abs().max() < 6 / samples**0.5
    again = torch.cat([sums.flatten(1) for *_, sums in ranges.tiles(stage, x)], 1)
    assert abs(stats.pearsonr(found.flatten(), again.flatten()).statistic) < 5 / found.numel() ** 0.5


VOLTAGES = {"dac_bits": None, "bit_serial": False}


@pytest.mark.parametrize("more", [{}, {"adc_range": "auto"}, {"adc_gain": 0.01}, VOLTAGES])
def test_no_bit_depends_on_how_a_batch_is_split(more):
    """On the kernel, and where converters are computed outside of it."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 7, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(7 * 36, 5)).eval()
    fields = {"adc_bits": 6, "adc_range": "calibrated", "adc_fit": "largest", "tile_shape": (10, 6), **more}
    if fields["adc_range"] == "auto":
        del fields["adc_fit"]
    setting = IDEAL.replace(**fields)
    x = torch.rand(50, 2, 6, 6, generator=draw(3))
    whole, parts = (on_arrays(model, setting, x[:5]) for _ in range(2))
    with torch.no_grad():
        found = whole(x)
        assert torch.equal(torch.cat([parts(part) for part in x.split(17)]), found)
        assert not torch.equal(whole(x), found)
    # Ranges of ADCs are found on reads, behind which the images are read once more.
    assert whole[0].noise.used == 50 + 50 + 5 * (2 if setting.adc.calibrated else 1)


def test_parts_of_the_definition_draw_as_one(monkeypatch):
    readable, x = noisy("convolution")
    expected = definition.run(readable, x)
    monkeypatch.setattr(definition, "SUMS_AT_ONCE", 1)
    assert torch.equal(definition.run(noisy("convolution")[0], x), expected)


def test_gradients_are_those_without_noise():
    torch.manual_seed(0)
    layer, x = nn.Linear(6, 3, bias=False), torch.rand(4, 6, generator=draw(3))
    gradients = []
    for setting in (IDEAL, IDEAL.replace(read_noise="none", read_sigma=0.0)):
        network, own = on_arrays(layer, setting, x), x.clone().requires_grad_()
        network(own).sum().backward()
        gradients.append(own.grad)
    assert torch.equal(*gradients)


def test_ranges_are_found_on_noisy_reads():
    """The low slice sums 3 + 3 with a deviation of (2 V3)**0.5 = 0.212, of 500 reads at least once 2 of them above."""
    fields = {"adc_bits": 8, "adc_range": "calibrated", "adc_fit": "largest"}
    ends = []
    for setting in (IDEAL, IDEAL.replace(read_noise="none", read_sigma=0.0)):
        network = on_arrays(LAYER, setting.replace(**fields), torch.ones(500, 2))
        ends.append(float(network.adc_ranges[0].max()) * 127)
    assert ends[0] > 6 + 2 * 0.212
    assert ends[1] == 127  # a step of 1 is the least
