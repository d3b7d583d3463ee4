"""Time of weights as digits and inputs as codes: whole numbers against single precision, and networks by setting."""

import functools

import torch
from torch import nn

from benchmarks import cases
from benchmarks.measure import Times, interleaved, ratio
from memristive import Setting, calibrate, convert, kernels
from memristive.kernels import slices
from memristive.network import sliced

CELLS = {"weight_bits": 8, "cell_bits": 2, "dac_bits": 8, "tile_shape": (128, 128), "tuning": "none"}
FIXED = {"adc_range": "calibrated", "adc_fit": "largest"}
SERIAL = {**CELLS, "bit_serial": True, **FIXED}
LEVELS = {
    "avx512": {"AVX-512 VNNI": slices.WHOLE, "AVX-512": slices.WHOLE_WITHOUT_VNNI},
    "avx2": {"AVX-VNNI": slices.WHOLE, "AVX2": slices.WHOLE_WITHOUT_VNNI},
}
SETTINGS = {
    "8-bit converters that range themselves": {},
    "ADCs of a fixed range": FIXED,
    "ADCs of a fixed range, inputs of 8 bits": {"dac_bits": 8, **FIXED},
    "4 slices, a voltage a code": {**CELLS, **FIXED},
    "4 slices, bit by bit": SERIAL,
    "4 slices, bit by bit, devices that vary": {**SERIAL, "sigma": 20.0},
    "4 slices, bit by bit, devices that vary, read noise": {
        **SERIAL,
        "sigma": 20.0,
        "read_noise": "relative",
        "read_sigma": 0.01,
    },
    "4 slices, bit by bit, converters with errors": {**SERIAL, "adc_gain": 0.01},
}


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a way, seconds and the ratio to single precision, or to the plain setting."""
    torch.set_num_threads(1)
    rows = _layers(max(rounds, 9), share)
    torch.set_num_threads(threads)
    return rows + _networks(rounds, share)


def _layers(rounds: int, share: float) -> list[dict[str, object]]:
    """Layers of the networks on one core, by instruction set."""
    layers = {
        "convolution 64-64 of 16x16": (
            nn.Conv2d(64, 64, 3, padding=1, bias=False),
            (round(64 * share) + 16, 64, 16, 16),
        ),
        "convolution 3-16 of 32x32": (nn.Conv2d(3, 16, 3, padding=1, bias=False), (round(64 * share) + 16, 3, 32, 32)),
        "linear 1024-128": (nn.Linear(1024, 128, bias=False), (round(1000 * share) + 64, 1024)),
    }
    rows = []
    for name, (layer, shape) in layers.items():
        x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
        for words, fields in (("a voltage a code", {}), ("bit by bit", {"bit_serial": True})):
            network = convert(layer, Setting(**CELLS, **FIXED, **fields), torch.Generator().manual_seed(0))
            calibrate(network, x[:16])
            stage = sliced.stage_of(network)
            for level, instructions in LEVELS.items():
                if not kernels.available(level):
                    continue
                modes = {"single precision": slices.FLOAT, **instructions}
                run = functools.partial(slices.carry_out, stage, x, level=level)
                ways = {way: functools.partial(run, arithmetic=mode) for way, mode in modes.items()}
                times = interleaved(ways, rounds)
                rows += [
                    _row(f"{name}, {words}, {level}: {way}", each, ratio(each, times["single precision"]))
                    for way, each in times.items()
                ]
    return rows


def _networks(rounds: int, share: float) -> list[dict[str, object]]:
    """What each option costs at inference."""
    rows = []
    for name in ("mnist", "cifar10"):
        model, x = cases.network(name), cases.images(name, max(100, round(cases.IMAGES[name] * share / 4)))
        networks = {}
        for words, fields in SETTINGS.items():
            setting = Setting(**fields)
            networks[words] = convert(model, setting, torch.Generator().manual_seed(0))
            if setting.calibrated:
                calibrate(networks[words], x[:20])
        ways = {
            words: lambda network=network, x=x: cases.run_crossbar(network, x) for words, network in networks.items()
        }
        times = interleaved(ways, rounds)
        rows += [_row(f"{name}, {words}", each, ratio(each, times[next(iter(ways))])) for words, each in times.items()]
    return rows


def _row(way: str, times: Times, to_plain: float) -> dict[str, object]:
    return {"way": way, **times.columns(), "to_plain": to_plain}
