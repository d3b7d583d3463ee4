"""The kernel of digits against its definition, bit by bit, on every instruction set of this processor."""

import dataclasses
import itertools

import pytest
import torch

from memristive import kernels
from memristive.arrays.product import Arithmetic
from memristive.arrays.slices import definition
from memristive.arrays.slices.stage import SlicedStage
from memristive.converters.dac import Codes
from memristive.kernels import slices

LEVELS = [level for level in ("plain", "avx2", "avx512") if kernels.available(level)]
MODES = (slices.FLOAT, slices.WHOLE, slices.WHOLE_WITHOUT_VNNI)

pytestmark = pytest.mark.skipif(not LEVELS, reason="no kernels here")


def random(*shape, seed=3):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def whole(low, high, *shape, seed=3):
    return torch.randint(low, high + 1, shape, generator=torch.Generator().manual_seed(seed)).float()


def stage(digits, *, tile=(16, 4), references=False, adc=5, step=1.7, codes=None, **others):
    """A stage whose tiles have steps of their own."""
    arithmetic = Arithmetic(tile_shape=tile, adc_bits=adc, equal_entries_pass=False, **others.pop("arithmetic", {}))
    tiles = len(arithmetic.tile_rows(digits.shape[2])), len(arithmetic.tile_columns(digits.shape[3]))
    columns = digits.shape[3] - (tiles[1] if references else 0)
    steps = None if adc is None else step * (1 + torch.rand(*digits.shape[:2], *tiles, generator=torch.Generator()))
    number = len(digits)
    return SlicedStage(
        digits,
        columns,
        arithmetic,
        factors=tuple(float(4**slice_) for slice_ in range(number)),
        signed=tuple(slice_ % 2 == 0 for slice_ in range(number)),
        references=references,
        weight_step=0.37,
        codes=codes,
        steps=steps,
        **others,
    )


CONVOLUTION = {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0, 2, 1), "dilation": (1, 2)}
SERIAL, SIGNED_SERIAL = (Codes(5, signed, 0.3, True) for signed in (False, True))
PARALLEL, SIGNED_PARALLEL = (Codes(8, signed, 0.02, False) for signed in (False, True))
CASES = {
    "linear": (stage(whole(-3, 3, 3, 1, 37, 9), codes=SERIAL), (70, 37)),
    "linear of one vector": (stage(whole(-3, 3, 2, 1, 5, 3), codes=SIGNED_SERIAL), (5,)),
    "linear of several axes": (stage(whole(-3, 3, 2, 1, 6, 3), codes=SIGNED_SERIAL), (2, 3, 4, 6)),
    "convolution": (stage(whole(-3, 3, 2, 1, 18, 7), codes=SIGNED_SERIAL, **CONVOLUTION), (9, 3, 7, 8)),
    "in groups": (
        stage(whole(-3, 3, 2, 2, 12, 5), codes=SERIAL, bias=random(10), line=(1.25, -0.5), **CONVOLUTION),
        (5, 4, 6, 5),
    ),
    "reflected": (
        stage(whole(-3, 3, 2, 1, 18, 7), codes=SERIAL, padding_mode="reflect", **CONVOLUTION),
        (3, 3, 7, 8),
    ),
    "parallel": (stage(whole(-127, 127, 1, 1, 40, 9), codes=PARALLEL, step=900.0, adc=8), (33, 40)),
    "parallel with a sign": (stage(whole(-64, 64, 2, 1, 40, 9), codes=SIGNED_PARALLEL, step=90.0), (33, 40)),
    "parallel convolution": (
        stage(whole(-30, 30, 2, 1, 18, 7), codes=SIGNED_PARALLEL, step=70.0, **CONVOLUTION),
        (9, 3, 7, 8),
    ),
    "references": (stage(whole(0, 3, 2, 1, 37, 11), references=True, codes=SERIAL), (20, 37)),
    "an offset": (stage(whole(0, 255, 1, 1, 37, 8), offset=128.0, codes=SIGNED_SERIAL, step=20.0), (20, 37)),
    "no converter": (stage(whole(-3, 3, 2, 1, 37, 9), adc=None, codes=SIGNED_SERIAL), (20, 37)),
    "one tile": (stage(whole(-3, 3, 2, 1, 300, 9), tile=None, codes=SERIAL), (20, 300)),
    "devices that vary": (stage(random(3, 1, 37, 9), codes=SERIAL, step=0.3), (20, 37)),
    "devices, products rounded": (
        stage(
            random(2, 1, 18, 7), codes=SIGNED_PARALLEL, arithmetic={"accumulate": "separate"}, step=9.0, **CONVOLUTION
        ),
        (9, 3, 7, 8),
    ),
    "voltages": (stage(random(2, 1, 37, 9), step=0.3, arithmetic={"max_input_voltage": 2.0}), (20, 37)),
    "voltages of images": (
        stage(
            random(1, 1, 18, 7), step=0.3, arithmetic={"max_input_voltage": 1.0, "rescale_output": True}, **CONVOLUTION
        ),
        (19, 3, 7, 8),
    ),
}


def inputs(shape, found):
    x = random(*shape, seed=7) * (2 if found.codes is None else 40 * found.codes.step)
    x.view(-1)[::5] = 0
    return x


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", CASES)
def test_kernel_and_definition_agree(case, level):
    found, shape = CASES[case]
    x = inputs(shape, found)
    expected = definition.run(found, x)
    assert expected.unique().numel() > 2
    modes = MODES if slices.is_whole(found) else (slices.FLOAT,)
    assert (
        len(modes) > 1 or case in ("devices that vary", "devices, products rounded", "an offset") or "voltages" in case
    )
    for arithmetic, threads in itertools.product(modes, (1, 3)):
        got = slices.carry_out(found, x, arithmetic=arithmetic, threads=threads, level=level)
        assert torch.equal(got, expected), (arithmetic, threads)
    assert torch.equal(slices.carry_out(found, x, level=level), expected)


def test_sums_beyond_exact_numbers_are_added_in_single_precision():
    found, _ = CASES["parallel"]
    large = dataclasses.replace(found, digits=whole(-127, 127, 1, 1, 600, 9), steps=None)
    large = dataclasses.replace(large, arithmetic=Arithmetic(tile_shape=None, adc_bits=None))
    assert not slices.is_whole(large)  # 600 * 256 * 127 is above 2**24
    assert slices.is_whole(dataclasses.replace(large, digits=large.digits[:, :, :500]))
    assert not slices.is_whole(dataclasses.replace(found, digits=found.digits + 0.5))
    assert not slices.is_whole(dataclasses.replace(found, digits=found.digits + 2))  # 129
    assert not slices.is_whole(dataclasses.replace(found, codes=None))


@pytest.mark.parametrize("digit", [64, 65, 127])
def test_sixteen_bits_do_not_overflow(digit):
    """Two products of the largest codes and digits: 2 * 255 * 65 is beyond 16 bits."""
    found = stage(torch.full((1, 1, 8, 6), float(digit)), adc=None, codes=Codes(8, False, 1.0, False))
    x = torch.full((3, 8), 255.0)
    for level, mode in itertools.product(LEVELS, MODES):
        got = slices.carry_out(found, x, arithmetic=mode, level=level)
        assert torch.equal(got, torch.full((3, 6), 8 * 255 * digit * 0.37))


def test_what_the_kernel_does_not_know_is_left_to_the_definition():
    found, shape = CASES["linear"]
    x = inputs(shape, found)

    @dataclasses.dataclass(frozen=True)
    class Leaking(SlicedStage):
        leak: float = 0.0

    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    assert torch.equal(slices.carry_out(Leaking(**values), x), definition.run(found, x))
    for refused in (
        Leaking(**values, leak=0.5),
        dataclasses.replace(found, errors=object()),
        dataclasses.replace(found, steps=None),  # converters that range themselves
        dataclasses.replace(found, arithmetic=dataclasses.replace(found.arithmetic, adc_bits=23)),
    ):
        assert slices.carry_out(refused, x) is NotImplemented
    x[0, 0] = float("nan")
    assert slices.carry_out(found, x) is NotImplemented
