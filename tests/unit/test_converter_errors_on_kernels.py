"""Converters with errors on the compiled kernel: the bits of the definition, whatever the processor and the batches."""

import dataclasses
import itertools

import pytest
import torch
from scipy import stats
from test_digits_on_kernels import CASES, LEVELS, MODES, inputs
from torch import nn

from memristive import Setting, calibrate, convert
from memristive.arrays.noise import Noise
from memristive.arrays.slices import definition, ranges
from memristive.converters.dac import Codes
from memristive.converters.errors import Errors, converters
from memristive.converters.fit import Fit
from memristive.kernels import ranges as fast
from memristive.kernels import slices

pytestmark = pytest.mark.skipif(not LEVELS, reason="no kernels here")

KINDS = {  # offset, gain, inl and noise
    "offset and gain": (3.0, 0.1, 0.0, 0.0),
    "curve": (0.0, 0.0, 4.0, 0.0),
    "noise": (0.0, 0.0, 0.0, 1.5),
    "all": (2.0, 0.1, 3.0, 1.0),
}
SOME = ("linear", "in groups", "references", "parallel with a sign", "voltages")  # which meet each kind by itself
SERIAL = {"weight_bits": 4, "cell_bits": 2, "dac_bits": 3, "bit_serial": True, "tuning": "none", "tile_shape": (10, 6)}
FIXED = {"adc_bits": 6, "adc_range": "calibrated", "adc_fit": "largest"}
ERRORS = {"adc_gain": 0.02, "adc_inl": 1.0, "adc_noise": 0.5, "adc_shared": 2}
READS = {"read_noise": "relative", "read_sigma": 0.05}


def draw(seed=1):
    return torch.Generator().manual_seed(seed)


def erroneous(case, sizes=KINDS["all"], used=7):
    """A case of the kernels' tests whose converters have errors, of columns two by two, and noise that starts anew."""
    found, shape = CASES[case]
    number, groups, rows, _ = found.digits.shape
    tiles = len(found.arithmetic.tile_rows(rows))
    normal = torch.randn(4, number, groups, tiles, converters(found.widths, 2), generator=draw(5))
    errors = Errors.drawn(normal, found.widths, 2, sizes, 2**62 + 12345)
    errors.draw.used = used
    return dataclasses.replace(found, errors=errors), inputs(shape, found)


@pytest.mark.parametrize(
    ("case", "kind"), [(case, kind) for case in CASES for kind in KINDS if kind == "all" or case in SOME]
)
def test_every_level_gives_the_bits_of_the_definition(case, kind):
    readable, x = erroneous(case, KINDS[kind])
    expected = [definition.run(readable, x) for _ in range(2)]  # the second draws further on
    converts = readable.steps is not None
    assert torch.equal(expected[0], definition.run(CASES[case][0], x)) != converts
    assert torch.equal(*expected) != (converts and KINDS[kind][3] > 0)
    modes = MODES if slices.is_whole(readable) else (slices.FLOAT,)
    for level, (arithmetic, threads) in itertools.product(LEVELS, zip(modes, (1, 3, 2), strict=False)):
        stage, _ = erroneous(case, KINDS[kind])
        for each in expected:
            found = slices.carry_out(stage, x, arithmetic=arithmetic, threads=threads, level=level)
            assert torch.equal(found, each), (level, arithmetic, threads)
        assert stage.errors.draw.used == readable.errors.draw.used
        assert (stage.errors.draw.used > 7) == converts


@pytest.mark.parametrize("case", ["linear", "convolution", "in groups", "references", "voltages"])
def test_noise_of_reads_and_of_conversions_are_two(case):
    """Each has its own samples, which calibration counts for reads alone."""

    def both():
        stage, x = erroneous(case)
        variance = 0.01 + 0.3 * torch.rand(stage.digits.shape, generator=draw(9))
        return dataclasses.replace(stage, variance=variance, draw=Noise(12345, 3)), x

    readable, x = both()
    expected = [definition.run(readable, x) for _ in range(2)]
    for level in LEVELS:
        stage, _ = both()
        assert all(torch.equal(slices.carry_out(stage, x, level=level), each) for each in expected)
        assert stage.draw.used + 4 == stage.errors.draw.used == readable.errors.draw.used


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", LEVELS)
def test_an_offset_is_converted_where_no_bit_is_set(level, mode):
    """Sums of 0 in 5 cycles, which count 1 + 2 + 4 + 8 + 16, with an offset of 3 steps of 1.5 in each of 2 slices."""
    found, shape = CASES["linear"]
    errors = Errors(*(torch.zeros(3, 1, 3, 9) for _ in range(2)), torch.zeros(2, 3, 1, 3, 9), 0.0, Noise(1))
    errors.offset[1:] = 3.0
    stage = dataclasses.replace(found, errors=errors, steps=torch.full_like(found.steps, 1.5))
    x = torch.zeros(shape)
    expected = torch.full((70, 9), 3 * 31 * 1.5 * (4.0 + 16.0) * 3 * found.weight_step * found.codes.step)
    torch.testing.assert_close(slices.carry_out(stage, x, arithmetic=mode, level=level), expected)
    x[0, 0] = 0.3  # one bit of one image
    assert torch.equal(slices.carry_out(stage, x, arithmetic=mode, level=level), definition.run(stage, x))


def test_converters_have_their_own_errors():
    """One column of one row of tiles of one slice: no other output changes."""
    stage, x = erroneous("linear", (0.0, 0.0, 0.0, 0.0))
    plain = slices.carry_out(stage, x)
    assert torch.equal(plain, slices.carry_out(CASES["linear"][0], x))
    for errors in (stage.errors.offset, stage.errors.gain, *stage.errors.bow):
        errors[2, 0, 1, 5] = 4.0
        changed = slices.carry_out(stage, x) != plain
        errors[2, 0, 1, 5] = 0.0
        assert changed.any(0).tolist() == [column == 5 for column in range(9)]


def test_ranges_know_nothing_of_errors():
    stage, x = erroneous("convolution")
    stage = dataclasses.replace(stage, steps=None)
    plain = dataclasses.replace(stage, errors=None)
    wanted = Fit("percentile", 90.0, 2.0)
    expected = ranges.steps(plain, x, wanted, 5)
    for level in LEVELS:
        assert torch.equal(fast.steps(stage, x, wanted, 5, level=level), expected)
    assert torch.equal(ranges.steps(stage, x, wanted, 5), expected)
    assert stage.errors.draw.used == 7


def test_errors_that_the_kernel_does_not_know_are_refused():
    stage, x = erroneous("linear")

    @dataclasses.dataclass(frozen=True)
    class Drifting(Errors):
        drift: float = 0.0

    own = {field.name: getattr(stage.errors, field.name) for field in dataclasses.fields(Errors)}
    infinite, wide = stage.errors.gain.clone(), stage.errors.gain.double()
    infinite[0, 0, 0, 0] = float("inf")
    for errors in (
        Drifting(**own, drift=0.5),
        Errors(**own | {"gain": infinite}),
        Errors(**own | {"offset": wide, "gain": wide, "bow": stage.errors.bow.double()}),
        Errors(**{name: own[name][..., :-1] for name in ("offset", "gain", "bow")}, noise=1.0, draw=own["draw"]),
    ):
        assert slices.carry_out(dataclasses.replace(stage, errors=errors), x) is NotImplemented
    assert stage.errors.draw.used == 7  # and took no draws
    neutral = dataclasses.replace(stage, errors=Drifting(**own))
    assert torch.equal(slices.carry_out(neutral, x), definition.run(erroneous("linear")[0], x))


def test_noise_is_independent_of_all_others():
    """Of slices, cycles, groups, tiles, columns and positions, and of other samples; as codes behind sums of 0.

    The codes of two bits of the inputs count 1 and 2, so that their variances count 5 together. All converters but
    those of one slice and row of tiles have steps that are too small to be seen.
    """
    samples, errors = 4000, Errors.drawn(torch.zeros(4, 2, 2, 2, 6), [4, 2], 1, (0.0, 0.0, 0.0, 300.0), 11)
    assert errors.draw.key[1] >= 2**31  # no seed of reads has that bit
    stage = dataclasses.replace(
        CASES["in groups"][0],
        **{"digits": torch.zeros(2, 2, 4, 6), "columns": 6, "factors": (1.0, 1.0), "signed": (True, True)},
        **{"kernel_size": (2, 1), "stride": (1, 1), "padding": (0,) * 4, "dilation": (1, 1), "errors": errors},
        **{"weight_step": 1 / 300, "codes": Codes(2, False, 1.0, True), "bias": None, "line": None},
        arithmetic=dataclasses.replace(CASES["in groups"][0].arithmetic, tile_shape=(2, 4), adc_bits=14),
    )
    x = torch.randn(samples, 4, 2, 3, generator=draw(4))
    found = []
    for slice_, row in itertools.product(range(2), range(2)):
        steps = torch.full((2, 2, 2, 2), 1e-20)
        steps[slice_, :, row] = 1.0
        errors.draw.used = 0
        found.append(slices.carry_out(dataclasses.replace(stage, steps=steps), x).flatten(1))
    found = torch.cat(found, 1)
    assert found.shape == (samples, 2 * 2 * 2 * 6 * 3)
    torch.testing.assert_close(found.var(0), torch.full_like(found[0], 5.0), rtol=6 * (2 / samples) ** 0.5, atol=0.0)
    assert found.mean(0).abs().max() < 6 * (5 / samples) ** 0.5
    assert stats.kstest(found.flatten() / 5**0.5, "norm").pvalue > 0.001
    apart = torch.corrcoef(found.T) - torch.eye(found.shape[1])
    assert apart.abs().max() < 6 / samples**0.5
    again = slices.carry_out(dataclasses.replace(stage, steps=steps), x).flatten(1)
    assert (torch.corrcoef(torch.cat([found[:, -36:], again], 1).T)[:36, 36:]).abs().max() < 6 / samples**0.5


@pytest.mark.parametrize("path", ["kernel", "definition"])
@pytest.mark.parametrize("more", [{}, {"dac_bits": None, "bit_serial": False}, READS, {"scheme": "reference_column"}])
def test_no_bit_depends_on_how_a_batch_is_split(more, path, monkeypatch):
    if path == "definition":
        monkeypatch.setattr(slices, "carry_out", lambda *_, **__: NotImplemented)
        monkeypatch.setattr(definition, "SUMS_AT_ONCE", 2**14)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 36, 5)).eval()
    setting = Setting(**{**SERIAL, **FIXED, **ERRORS, **more})
    x = torch.rand(20, 2, 6, 6, generator=draw(3))
    whole, parts = (convert(model, setting, draw()) for _ in range(2))
    for network in (whole, parts):
        calibrate(network, x[:5])
    with torch.no_grad():
        found = whole(x)
        assert torch.equal(torch.cat([parts(part) for part in x.split(7)]), found)
        again = whole(x)
    assert not torch.equal(again, found)  # a second use has noise of its own
