"""Networks on measured devices: what conversion and inference make of programming, age, read noise and currents."""

import copy
import math

import pytest
import torch
from torch import nn

from memristive import (
    InputError,
    Setting,
    chips,
    convert,
    devices,
    effective_conductances,
    evaluate,
    kernels,
    summary,
)
from memristive.arrays import definition, programming
from memristive.arrays.draws import SeededDraws
from memristive.arrays.laws import law_of
from memristive.arrays.nonidealities import read_disturb
from memristive.arrays.nonidealities.read_disturb import ReadDisturb
from memristive.core.errors import BeyondMeasurement
from memristive.core.setting import FIELDS
from memristive.network.convert import convert_with

PLAIN = {"adc_bits": None, "tuning": "none", "max_input_voltage": None}
MILO = {"device": "rram_milo", "device_current": "device", "max_input_voltage": 0.5}
MEMDIODE = {"device": "memdiode", "device_current": "device", "max_input_voltage": 0.5}
SONOS = {"device": "sonos", "read_noise": "measured"}


def draw(seed=4):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def layer():
    torch.manual_seed(0)
    return nn.Linear(150, 90)


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1, groups=3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 36, 4)).eval()


def arrays(layer, seed=4, **fields):
    """The conductances of the arrays of positive and negative weights, S, [rows, columns]."""
    converted = convert_with(layer, Setting(**{**PLAIN, **fields}), SeededDraws(draw(seed)), keep_arrays=True)
    (((positive, negative),),) = converted.arrays
    return converted, torch.stack([positive, negative])


def test_new_fields_are_neutral():
    """Settings that were written before have the text that they had."""
    groups = {"programming", "read_disturb", "reading", "device.table", "retention.model"}
    text = Setting(retention_time=100.0).canonical()
    assert not [name for name in groups if name in text]
    assert all(FIELDS[name].default == FIELDS[name].neutral for name in FIELDS if name.split(".")[0] in groups)


def test_cells_lie_about_their_targets_as_measured(layer):
    fields = {"device": "rram_wan"}
    _, targets = arrays(layer, **fields)
    _, held = arrays(layer, **fields, programming="one_shot")
    scores = (held - targets) / devices.get("rram_wan").programming_sigma(targets)
    away = targets > 8e-6  # from 0, below which no cell is
    assert scores[away].std() == pytest.approx(1, abs=0.02)
    assert not torch.equal(held[0] - targets[0], held[1] - targets[1])  # each array draws for itself


def test_aged_cells_have_the_spread_of_their_time(layer):
    fields = {"device": "rram_wan", "programming": "one_shot", "retention_model": "measured"}
    _, targets = arrays(layer, device="rram_wan")
    _, held = arrays(layer, **fields, retention_time=86400.0)
    middle = (targets > 18e-6) & (targets < 22e-6)
    assert (held - targets)[middle].std().item() == pytest.approx(3.909e-6, rel=0.05)  # aihwkit's, at 20 uS


def test_settings_share_their_draws(layer):
    """What one preset's device does, it does at every time: differences are differences of the settings."""
    fields = {"device": "pcm_nandakumar", "programming": "one_shot", "retention_model": "measured"}
    _, hour = arrays(layer, **fields, retention_time=3600.0)
    _, day = arrays(layer, **fields, retention_time=86400.0)
    assert torch.corrcoef(torch.stack([hour.flatten(), day.flatten()]))[0, 1] > 0.999
    assert (day <= hour).all()


@pytest.mark.parametrize("spread", ["normal", "relative", "lognormal"])
def test_spreads(layer, spread):
    sigma = 5e-5 if spread == "normal" else 0.1
    _, targets = arrays(layer)
    _, held = arrays(layer, programming="one_shot", spread=spread, programming_sigma=sigma)
    if spread == "normal":
        scores = (held - targets) / sigma
    elif spread == "relative":
        scores = (held / targets - 1) / sigma
    else:
        scores = (held / targets).log() / sigma
    assert scores.mean() == pytest.approx(0, abs=0.03)
    assert scores.std() == pytest.approx(1, abs=0.02)


def test_one_pulse_is_accepted_as_often_as_a_normal_error_is_small(layer):
    """Chance of |z| < 1: 68.27 %; of 10 independent ones beyond 1: 0.3173^10, one in 97,000."""
    fields = {"programming": "write_verify", "spread": "normal", "programming_sigma": 1e-4, "tolerance": 1e-4}
    converted, _ = arrays(layer, **fields, pulses=1)
    cells = 2 * 150 * 90
    assert converted.faults["gave up in write-verify"] / cells == pytest.approx(1 - 0.6827, abs=0.01)


def test_write_verify_leaves_cells_within_the_tolerance_and_counts_the_rest(layer):
    fields = {"programming": "write_verify", "spread": "relative", "programming_sigma": 0.1, "tolerance": 3e-5}
    _, targets = arrays(layer)
    counts = []
    for pulses in (1, 3, 10):
        converted, held = arrays(layer, **fields, pulses=pulses)
        outside = ((held - targets).abs() > 3e-5 * (1 + 1e-6)).sum().item()
        counts.append(converted.faults["gave up in write-verify"])
        assert outside == counts[-1]
    assert counts[0] > counts[1] > counts[2] > 0
    assert f"{counts[2]:,} gave up in write-verify" in str(summary(converted))


def test_write_verify_learns_what_a_device_repeats(layer):
    """An error that belongs to the device is known after one read; one drawn with each pulse is not."""
    fields = {"programming": "write_verify", "spread": "normal", "programming_sigma": 1e-4, "tolerance": 1e-6}
    of_device, held = arrays(layer, **fields, device_share=1.0, pulses=2)
    of_cycle, _ = arrays(layer, **fields, device_share=0.0, pulses=2)
    cells = held.numel()
    # Below its error a cell cannot be asked for a negative conductance; the lowest are 1 mS, ten errors away.
    assert of_device.faults["gave up in write-verify"] == 0
    assert of_cycle.faults["gave up in write-verify"] > 0.9 * cells


@pytest.mark.parametrize("method", [{"programming": "one_shot"}, {"programming": "write_verify", "tolerance": 1e-6}])
def test_cells_of_neurram_that_give_up(layer, method):
    """3 of 1,660 and 10 of 1,300 in the authors' notebooks: 13 of 2,960, so 118.6 +- 10.9 of 27,000 cells here."""
    fields = {"device": "rram_wan", **method}
    _, targets = arrays(layer, device="rram_wan")
    _, fine = arrays(layer, **fields)
    network, held = arrays(layer, **fields, programming_failures="measured")
    failed = held != fine
    assert failed.sum().item() == pytest.approx(13 / 2960 * 27_000, abs=3 * 10.9)
    assert network.faults["gave up in write-verify"] == failed.sum()  # chance alone leaves none after 30 pulses
    asked, left = targets[failed], held[failed]
    none = asked < 1.0001e-6
    assert set((left[none] * 1e9).round().long().tolist()) <= {3594, 3605, 2866}  # nS
    part = left[~none] / asked[~none]
    assert part.min() >= 0.483
    assert part.max() <= 0.967
    assert part.mean().item() == pytest.approx(0.684, abs=0.06)
    assert f"{failed.sum():,} gave up in write-verify" in str(summary(network))


def test_a_share_leaves_the_spread_of_one_shot_as_it_is(layer):
    _, targets = arrays(layer)
    fields = {"programming": "one_shot", "spread": "normal", "programming_sigma": 1e-4}
    for share in (0.0, 0.5, 1.0):
        _, held = arrays(layer, **fields, device_share=share)
        assert (held - targets).std().item() == pytest.approx(1e-4, rel=0.02)


def test_a_table_of_measurements(layer, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("target,mean,standard_deviation,time\n1e-6,2e-6,1e-7,1\n2e-5,1.9e-5,4e-7,1\n")
    with path.open("a") as file:
        file.write("1e-6,3e-6,2e-7,1000\n2e-5,1.5e-5,1e-6,1000\n")
    setting = Setting(**PLAIN, device="mine", device_table=str(path))
    assert setting == Setting.from_canonical(setting.canonical())  # it holds the table, not the path
    assert (setting.device.r_on, setting.device.r_off) == pytest.approx((5e4, 1e6))
    device = setting.device.measured
    cells = torch.full((200_000,), 1.05e-5, dtype=torch.float64)  # halfway: mean error 0, sigma 2.5e-7
    held = device.programmed(cells, draw())
    assert held.mean().item() == pytest.approx(1.05e-5, rel=1e-3)
    assert held.std().item() == pytest.approx(2.5e-7, rel=0.01)
    aged = device.drifted(held, 1000.0, draw(9), cells)  # mean error -1.5e-6, sigma 6e-7 in all
    assert aged.mean().item() == pytest.approx(9e-6, rel=1e-3)
    assert aged.std().item() == pytest.approx(6e-7, rel=0.01)
    _, found = arrays(layer, device="mine", device_table=str(path), programming="one_shot")
    _, targets = arrays(layer, device="mine", device_table=str(path))
    assert (found - targets).std() > 3e-7


@pytest.mark.parametrize(
    ("voltage", "cycles", "time", "transition", "factor"),
    [
        (0.2, 0, 10.0, 102.05375937, 1.0),
        (0.2, 0, 1e4, 102.05375937, 0.9295861155),
        (0.2, 1000, 1e4, 3.8267802391, 0.8822262039),
        (0.3, 0, 1.0, 0.0403799093, 0.9247619822),
        (0.1, 100, 1e9, 2402219.11035, 0.9391643236),
    ],
)
def test_read_disturb(layer, voltage, cycles, time, transition, factor):
    """Values of the golden model of analog-cim-sim (rd_model.py), evaluated in its own form."""
    disturb = ReadDisturb(voltage=voltage, cycles=cycles, time=time)
    assert read_disturb.transition_seconds(disturb) == pytest.approx(transition, rel=2e-5)  # another digit of k
    assert read_disturb.factor(disturb) == pytest.approx(factor, rel=1e-6)
    _, fresh = arrays(layer)
    _, read = arrays(layer, disturb_voltage=voltage, disturb_cycles=cycles, disturb_time=time)
    assert (read / fresh).mean().item() == pytest.approx(factor, rel=1e-5)


def test_the_current_of_two_cells_by_hand():
    """Weights 1 and -1 are 225 and 50 uS of two arrays; 0.5 V through Milo's polynomial."""
    model = nn.Linear(2, 1, bias=False)
    model.weight.data = torch.tensor([[1.0, -1.0]])
    network = convert(model, Setting(**{**PLAIN, **MILO}))
    high, low = math.log10(225e-6), math.log10(50e-6)

    def square(x):
        return 7.063e-3 + 5.711e-3 * x + 1.541e-3 * x**2 + 1.388e-4 * x**3

    def cube(x):
        return 1.2968e-3 + 6.7919e-4 * x + 8.8710e-5 * x**2

    def weight(volts):
        """Current of a positive weight's two cells."""
        linear = (225e-6 - 50e-6) * volts
        return linear + (square(high) - square(low)) * volts**2 + (cube(high) - cube(low)) * volts**3

    for first, second in ((0.5, 0.25), (-0.5, 0.3)):
        with torch.no_grad():
            got = network(torch.tensor([[first, second]])).item()
        assert got == pytest.approx(weight(first) - weight(second), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "largest", "terms"), [("stanford_pku", 1.0, 1), ("memdiode", 0.5, 3), ("memdiode", 1.0, 4)]
)
def test_a_law_is_the_sum_of_a_few_terms(name, largest, terms):
    """To a part of 1e-9 of what the device's own equation gives."""
    device, law = devices.get(name), law_of(devices.get(name), largest)
    low, high = device.bounds
    conductance = torch.linspace(math.log(low), math.log(high), 101, dtype=torch.float64).exp()
    voltages = torch.linspace(-largest, largest, 102, dtype=torch.float64)  # without 0
    parts = law.inputs(voltages)
    assert len(parts) == terms
    summed = sum(f[:, None] * h for f, h in zip(parts, law.coefficients(conductance), strict=True))
    summed += voltages[:, None] * conductance
    exact = torch.from_numpy(device.current(voltages.numpy()[:, None], conductance.numpy()))
    assert (summed / exact - 1).abs().max() < 1e-9


def test_an_array_of_memdiodes_sums_their_currents(layer):
    network, cells = arrays(layer, **MEMDIODE)
    x = torch.rand(3, 150, generator=draw(2)) - 0.5
    with torch.no_grad():
        got = (network(x) - layer.bias).double()
    currents = devices.get("memdiode").current(x[:, :, None].numpy(), cells[:, None].double().numpy()).sum(2)
    assert got.numpy() == pytest.approx(currents[0] - currents[1], rel=1e-4, abs=1e-7)
    with torch.no_grad():
        linear = convert(layer, Setting(**PLAIN, r_on=network.setting.device.r_on, r_off=network.setting.device.r_off))
        assert (linear(x) - layer.bias - got).abs().max() > 1e-4


@pytest.mark.parametrize("fields", [MILO, SONOS, MEMDIODE, {**MILO, "read_noise": "relative", "read_sigma": 0.02}])
@pytest.mark.parametrize("more", [{}, {"adc_quantisation": "log"}, {"tile_shape": None}, {"rescale_output": True}])
def test_kernels_and_definition_give_the_same_bits(small, fields, more):
    setting = Setting(**{"tuning": "none", **fields, **more, "layers": {"0": {"array.tile_shape": (5, 2)}}})
    x = torch.randn(7, 3, 6, 6, generator=draw(1))
    for number in (0, 3):
        layer = convert(small, setting, draw())[number]
        again = convert(small, setting, draw())[number]  # whose noise starts anew
        inputs = x if number == 0 else torch.randn(7, 6 * 36, generator=draw(2))
        with torch.no_grad():
            assert kernels.available()
            fast = layer(inputs)
            assert torch.equal(fast, definition.run(again.stage(), inputs))
            assert not torch.equal(fast, convert(small, Setting(tuning="none"), draw())[number](inputs))


def test_noise_of_a_read_is_that_of_its_cells(layer):
    """Currents of one input, again and again: their variance is the sum of the cells'."""
    network, cells = arrays(layer, read_noise="relative", read_sigma=0.05)
    x = torch.randn(150, generator=draw(2))
    with torch.no_grad():
        currents = network(x.expand(4000, 150)) - layer.bias
    expected = ((0.05 * cells) ** 2).sum(0).T @ x**2
    assert currents.std(0) == pytest.approx(expected.sqrt(), rel=0.06)
    assert torch.corrcoef(currents[:, :2].T)[0, 1].abs() < 0.06


def test_noise_does_not_depend_on_batches_and_is_new_at_each_use(small):
    x = torch.rand(9, 3, 6, 6, generator=draw(1))
    networks = [convert(small, Setting(**SONOS), draw()) for _ in range(2)]
    with torch.no_grad():
        whole = networks[0](x)
        assert torch.equal(whole, torch.cat([networks[1](part) for part in x.split(2)]))
        assert not torch.equal(whole, networks[0](x))


def test_a_noisy_network_can_be_copied(small):
    network = convert(small, Setting(**SONOS), draw())
    twin = copy.deepcopy(network)
    x = torch.rand(2, 3, 6, 6)
    with torch.no_grad():
        assert torch.equal(network(x), twin(x))


def test_a_network_of_polynomial_currents_loads_what_it_saved(small):
    network, other = (convert(small, Setting(**MILO, programming="one_shot"), draw(seed)) for seed in (1, 2))
    x = torch.rand(2, 3, 6, 6)
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        assert torch.equal(network(x), other(x))


def test_strips_of_an_array_change_nothing(layer, monkeypatch):
    setting = Setting(**{**PLAIN, **MILO, "programming": "one_shot", "read_noise": "relative", "read_sigma": 0.1})
    whole = convert(layer, setting, draw())
    monkeypatch.setattr(programming, "STRIP_NUMBERS", 300)
    strips = convert(layer, setting, draw())
    for name in ("conductance", "terms", "variance"):
        assert torch.equal(getattr(whole, name), getattr(strips, name))


DIGITS = {"weight_bits": 8, "cell_bits": 2}


@pytest.mark.parametrize("more", [{}, DIGITS, {**DIGITS, "scheme": "offset"}], ids=["weights", "digits", "offset"])
@pytest.mark.parametrize("device", ["sonos", "rram_milo"])
def test_programmed_and_aged_cells_lie_behind_their_wires(layer, more, device):
    """Wires see what devices hold, on each slice's own arrays; of Milo's, which have no drift, what was programmed."""
    fields = {"device": device, "programming": "one_shot", "tile_shape": (10, 15), **more}
    if device == "sonos":
        fields |= {"retention_model": "measured", "retention_time": 86400.0}
    bare, _ = all_arrays(layer, **fields)
    wired, network = all_arrays(layer, **fields, word_line_resistance=50.0, ground_resistance=20.0)
    assert len(wired) == (1 if not more else 4) * (1 if "scheme" in more else 2)
    for cells, found in zip(bare, wired, strict=True):
        tiles = cells.double().unflatten(0, (15, 10)).unflatten(2, (6, 15)).transpose(1, 2)
        seen = effective_conductances(tiles, word_line=50.0, bit_line=50.0, source=50.0, ground=20.0)
        assert torch.equal(found, seen.transpose(1, 2).flatten(2).flatten(0, 1).float())
        assert (found / cells - 1).abs().max() > 1e-3
    with torch.no_grad():
        assert torch.isfinite(network(torch.rand(2, 150, generator=draw()))).all()


def all_arrays(layer, **fields):
    """Conductances (S) of each array, slices and sides one after the other, and the layer."""
    converted = convert_with(layer, Setting(**{**PLAIN, **fields}), SeededDraws(draw()), keep_arrays=True)
    return [side for slices in converted.arrays for group in slices for side in group], converted


@pytest.mark.parametrize("fields", [MILO, MEMDIODE])
def test_gradients_go_through_the_law(fields):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(2, 3, 2), nn.Flatten(), nn.Linear(27, 2)).eval()
    network = convert(model, Setting(**fields, adc_bits=None, tuning="after"), draw())
    x = (torch.rand(1, 2, 4, 4) * 0.4).requires_grad_()
    (gradient,) = torch.autograd.grad(network(x).sum(), x)
    with torch.no_grad():
        for place in ((0, 0, 0, 0), (0, 1, 2, 3)):
            step = torch.zeros_like(x)
            step[place] = 1e-2
            slope = (network(x + step).sum() - network(x - step).sum()) / 2e-2
            assert gradient[place].item() == pytest.approx(slope.item(), rel=2e-2, abs=1e-3)


def test_converters_of_a_fixed_range_see_the_whole_current(small):
    from memristive import calibrate

    x = torch.rand(20, 3, 6, 6, generator=draw(1))
    network = convert(small, Setting(**MILO, adc_range="calibrated"), draw())
    calibrate(network, x)
    with torch.no_grad():
        first = network[0]
        assert torch.equal(first(x), definition.run(first.stage(), x))


def test_chips_and_evaluations_draw(small):
    data = torch.rand(30, 3, 6, 6, generator=draw(1)), torch.arange(30) % 4
    setting = Setting(device="rram_wan", programming="one_shot", tuning="none")
    assert setting.draws
    assert len(chips(small, data, setting, seeds=range(2))) == 2
    with torch.no_grad():
        outputs = [convert(small, setting, draw(seed))(data[0]) for seed in (1, 1, 2)]
    assert torch.equal(*outputs[:2])
    assert not torch.equal(*outputs[1:])
    first, again = (evaluate(small, data, Setting(**SONOS), seeds=[3])[0].correct_bits for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"device": "rram_wan", "retention_time": 4e5, "retention_model": "measured"},
            "retention.time: 400000 s is outs",
        ),
        ({"device": "rram_wan", "r_on": 1000.0}, "device.r_on, device.r_off: 1000 and 1e.06 ohm are outside of where"),
        ({**MILO, "max_input_voltage": 9.0}, "inputs.max_voltage: 9.0 V, but the current of rram_milo was measured up"),
    ],
)
def test_use_beyond_what_was_measured_says_so(layer, fields, words):
    with pytest.warns(BeyondMeasurement, match=words):
        convert(layer, Setting(**fields), draw())


def test_use_within_what_was_measured_says_nothing(layer, recwarn):
    convert(layer, Setting(device="sonos", retention_time=86400.0, retention_model="measured"), draw())
    assert not recwarn.list


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"device": "rram_milo", "retention_time": 9.0, "retention_model": "measured"},
            "no drift was published for rram_m",
        ),
        ({"device": "rram_milo", "read_noise": "measured"}, "no read noise was published for rram_milo"),
        ({"device": "sonos", "device_current": "device"}, "sonos has no other current than Ohm's law"),
        (
            {**SONOS, "word_line_resistance": 1.0},
            "reading.noise: 'measured' is not offered with wires: a cell's noise changes the voltages of the others",
        ),
        ({**SONOS, "semantics": "memtorch"}, "reading: is offered under semantics 'physical' alone"),
    ],
)
def test_what_does_not_go_together(fields, words):
    with pytest.raises(InputError, match=words):
        Setting(**fields)
