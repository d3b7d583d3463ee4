"""Our engine against MemTorch itself, on the same weights, devices, faults and inputs."""

import numpy as np
import pytest
import torch
from torch import nn

from memristive import InputError, Setting, convert, memtorch
from memristive.arrays import product
from memristive.arrays.draws import SeededDraws
from memristive.converters.adc import needed_range
from memristive.memtorch import comparison, criterion, patch, recording, reproducible
from memristive.memtorch.recording import record_conversion, record_products
from memristive.memtorch.reproducible import order_of_summation
from memristive.network.convert import convert_with
from memristive.network.layers import CrossbarLayer
from parity_cases import CASES, SMALL, small_images, small_network


@pytest.fixture(scope="module", autouse=True)
def installed():
    """MemTorch itself."""
    pytest.importorskip("memtorch", reason="MemTorch is not installed", exc_type=ImportError)
    return patch.load()


@pytest.fixture(scope="module")
def network():
    return small_network()


@pytest.fixture(scope="module")
def images():
    return small_images()


def generator():
    return torch.Generator().manual_seed(20)


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_engines_agree(network, images, fields):
    setting = Setting(**fields)
    row = memtorch.compare(network, setting, images, generator())
    assert row["passed"], row
    assert row["max_abs_difference"] <= criterion.LOGIT_TOLERANCE * row["max_abs_logit"], row
    assert row["max_abs_logit"] > 0
    assert row["same_predictions"]
    assert (row["codes"] > 0) == (setting.adc.bits is not None)


def test_trained_network_on_digits(monkeypatch):
    from sklearn.datasets import load_digits

    from memristive_study.models.build import build

    digits = load_digits()
    x = nn.functional.interpolate(torch.from_numpy(digits.images).float()[:, None] / 16, size=(28, 28), mode="bilinear")
    y = torch.from_numpy(digits.target)
    torch.manual_seed(0)
    model = build("mnist")
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(96):
        batch = slice(25 * step % 1600, 25 * step % 1600 + 25)
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimiser.step()
    model.eval()
    with torch.no_grad():
        assert (model(x[1600:]).argmax(1) == y[1600:]).float().mean() > 0.8
    monkeypatch.setattr(recording, "TUNING", {})  # MemTorch's own number of inputs
    row = memtorch.compare(model, Setting(), x[1600:1603], generator())
    assert row["passed"], row
    assert row["max_abs_difference"] <= criterion.LOGIT_TOLERANCE * row["max_abs_logit"], row


def test_comparison_notices_a_wrong_conductance(network, images):
    setting = Setting(semantics="memtorch", **SMALL)
    patched, _, _ = record_conversion(network, setting, generator())
    products, _ = record_products(patched, images)
    layer = memtorch.from_memtorch(patched, setting).get_submodule("0.0")
    codes = comparison.compare_codes(layer, products["0.0"], patched.get_submodule("0.0"))
    assert (codes.differing, codes.unexplained) == (0, 0)
    assert codes.number == 3 * 12 * 12 * 5 * 2  # images, pixels, channels, rows of tiles (18 rows on 16)
    layer.conductance[0, 0, 3, 2] += 1e-3
    codes = comparison.compare_codes(layer, products["0.0"], patched.get_submodule("0.0"))
    assert codes.unexplained > 0
    assert codes.differing > 0


def one_step_off(codes, y, bits):
    """One code in a thousand one step too high."""
    codes = codes.clone()
    codes.view(-1)[::1000] += torch.exp2(needed_range(y) + 1 - bits).expand_as(y).reshape(-1)[::1000]
    return codes


def test_one_code_in_a_thousand_a_step_off_fails(network, images, monkeypatch):
    genuine = product.quantise
    monkeypatch.setattr(product, "quantise", lambda y, bits, *args: one_step_off(genuine(y, bits, *args), y, bits))
    row = memtorch.compare(network, Setting(tuning="none"), images, generator())
    assert row["codes"] < 3000
    assert row["codes_differing"] >= 2
    assert row["codes_unexplained"] == row["codes_differing"]
    assert not row["passed"]


def test_one_output_in_a_thousand_a_step_off_fails(network, images, monkeypatch):
    """The same error in the kernels, whose outputs are compared as sums of codes."""
    genuine = CrossbarLayer.crossbar

    def wrong(layer, x):
        output = genuine(layer, x).contiguous()
        return one_step_off(output, output, 8)

    monkeypatch.setattr(CrossbarLayer, "crossbar", wrong)
    row = memtorch.compare(network, Setting(tuning="none"), images, generator())
    assert row["codes_differing"] == 0
    assert row["codes_unexplained"] >= 2
    assert not row["passed"]


def test_a_boundary_a_thousandth_of_a_step_off_fails(network, monkeypatch):
    """Codes differ by one step, one in a thousand, and only beside a boundary."""
    genuine = product.quantise

    def wrong(y, bits, *args):
        return genuine(y + torch.exp2(needed_range(y) + 1 - bits) / 1000, bits, *args)

    monkeypatch.setattr(product, "quantise", wrong)
    images = torch.rand(20, 2, 12, 12, generator=torch.Generator().manual_seed(2)) * 3 - 1
    row = memtorch.compare(network, Setting(tuning="none"), images, generator())
    assert 0 < row["codes_differing"] < row["codes"] / 300
    assert row["codes_unexplained"] > 0
    assert not row["passed"]


def test_torch_sums_in_the_order_that_parity_is_exact_in():
    assert order_of_summation() == "separate"


def test_another_order_of_summation_is_named(network, images, monkeypatch):
    """Codes differ and MKL is not in its reproducible mode: the warning says so."""
    genuine = product.quantise
    monkeypatch.setattr(product, "quantise", lambda y, bits, *args: one_step_off(genuine(y, bits, *args), y, bits))
    monkeypatch.setattr(reproducible, "order_of_summation", lambda: "blocked")
    with pytest.warns(UserWarning, match=r"order 'blocked' .* MKL_CBWR=COMPATIBLE"):
        memtorch.compare(network, Setting(**SMALL), images, generator())


def conductances(network):
    return [array.conductance_matrix for _, layer in patch.layers_of(network) for array in layer.crossbars]


def equal(one, other):
    return all(torch.equal(a, b) for a, b in zip(conductances(one), conductances(other), strict=True))


def test_memtorch_ignores_conductance_states_and_physical_does_not(installed):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(20, 6))
    untouched = memtorch.convert(model, Setting(semantics="memtorch", **SMALL))
    two = memtorch.convert(model, Setting(semantics="memtorch", conductance_states=2, **SMALL))
    assert equal(untouched, two)
    matrix = conductances(untouched)[0]
    with pytest.raises(TypeError):  # what a bare except swallows there
        installed.bh.Quantize.quantize(
            matrix.view(-1),
            2,
            min=torch.full_like(matrix, 1e-3).view(-1),
            max=torch.full_like(matrix, 0.02).view(-1),
            override_original=True,
        )
    for states in (2, 5):
        setting = Setting(semantics="physical", tuning="none", conductance_states=states)
        ours = convert_with(model, setting, SeededDraws(generator()), keep_arrays=True)
        found = torch.cat([array.flatten() for array in ours[0].arrays[0][0]]).unique()
        levels = torch.linspace(1 / 1000, 1 / 50, states)
        assert len(found) <= states
        assert all((levels - value).abs().min() < 1e-8 for value in found)
        assert found[0] == levels[0]
        assert found[-1].item() == pytest.approx(1 / 50)


def test_memtorch_maps_to_a_drawn_device_where_devices_vary(network):
    setting = Setting(semantics="memtorch", sigma=60, **SMALL)
    _, draws, _ = record_conversion(network, setting, generator())
    aims = [draws.aim(name, setting) for name in ("0.0", "1.0", "3", "5")]
    assert len(set(aims)) == 4
    assert (setting.device.r_on, setting.device.r_off) not in aims
    physical = setting.replace(semantics="physical")
    assert SeededDraws(generator()).aim("0.0", physical) == (50, 1000)


def test_memtorch_loses_the_line_when_it_tunes_twice(network):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(20, 6))
    settings = [Setting(semantics="memtorch", tile_shape=(32, 8), tuning=tuning) for tuning in ("before", "both")]
    once, twice = (
        memtorch.from_memtorch(memtorch.convert(model, setting, generator()), setting)[0].line.tolist()
        for setting in settings
    )
    assert once[0] > 5
    assert twice == pytest.approx([1, 0], abs=0.05)
    physical = [
        convert(model, setting.replace(semantics="physical"), generator())[0].line.tolist() for setting in settings
    ]
    assert physical[0] == physical[1]


def test_sudden_endurance_depends_on_neither_cycles_nor_temperature():
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(20, 6))

    def worn(cycles, temperature):
        fields = {"cycles": cycles, "temperature": temperature, "operation_mode": "sudden"}
        return memtorch.convert(model, Setting(semantics="memtorch", **fields, **SMALL))

    first = worn(2, 300)
    assert all(equal(first, worn(cycles, temperature)) for cycles, temperature in ((1e4, 350), (1e9, 900)))
    assert sorted(conductances(first)[0].unique().tolist()) == pytest.approx([1 / 1000, 1 / 100])


def test_memtorch_invents_a_bias(network):
    patched = memtorch.convert(network, Setting(semantics="memtorch", **SMALL))
    assert network[1][0].bias is None
    assert patched.get_submodule("1.0").bias.abs().max() > 0


def test_conversion_is_decided_by_the_generator_alone(network, images):
    setting = Setting(semantics="memtorch", sigma=20, stuck_at_lrs=0.1, tile_shape=None)
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002 (that it stays is the test)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    one, other = (memtorch.convert(network, setting, generator()) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert torch.equal(one(images), other(images))
    different = memtorch.convert(network, setting, torch.Generator().manual_seed(21))
    assert not equal(one, different)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_bare_layer(images):
    torch.manual_seed(4)
    layer = nn.Conv2d(2, 3, 3)
    setting = Setting(semantics="memtorch", **SMALL)
    patched, draws, _ = record_conversion(layer, setting, generator())
    ours = convert_with(layer, setting, draws)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), patched(images), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"semantics": "physical"}, "semantics"),
        ({"semantics": "memtorch", "rescale_output": True}, "rescale_output"),
        ({"semantics": "memtorch", "accumulate": "fused"}, "accumulate"),
    ],
)
def test_what_memtorch_has_not_is_named(network, fields, named):
    with pytest.raises(InputError, match=named):
        memtorch.convert(network, Setting(**fields), generator())


def test_unsupported_layers_are_named():
    with pytest.raises(InputError, match="generator"):
        memtorch.convert(nn.Sequential(nn.Linear(2, 2)), Setting(semantics="memtorch"))
    grouped = nn.Sequential(nn.Sequential(nn.Conv2d(4, 4, 3, groups=2)))
    with pytest.raises(InputError, match=r"0\.0: groups"):
        memtorch.convert(grouped, Setting(semantics="memtorch"), generator())
