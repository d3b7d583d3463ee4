"""The cause of a loss of accuracy is named: planted damage comes first."""

import re

import pytest
import torch
from torch import nn

from memristive import Setting, convert, explain
from memristive.diagnosis import attribution, effects, signals
from memristive.evaluation import evaluate


@pytest.fixture(scope="module")
def model() -> nn.Module:
    """Four layers whose outputs are the labels, so that all is right without crossbars; biases feel any scale."""
    torch.manual_seed(3)
    found = nn.Sequential()
    found.add_module("first", nn.Conv2d(1, 6, 3, padding=1))
    found.add_module("relu1", nn.ReLU())
    found.add_module("second", nn.Conv2d(6, 8, 3, stride=2))
    found.add_module("relu2", nn.ReLU())
    found.add_module("flat", nn.Flatten())
    found.add_module("third", nn.Linear(72, 24))
    found.add_module("relu3", nn.ReLU())
    found.add_module("last", nn.Linear(24, 4))
    for layer in found:
        if hasattr(layer, "bias"):
            nn.init.normal_(layer.bias, std=0.4)
    return found.eval()


@pytest.fixture(scope="module")
def data(model) -> tuple[torch.Tensor, torch.Tensor]:
    """Images whose class the network is sure of."""
    x = torch.randn(3000, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        scores = model(x)
    scores = scores - scores.mean(0)
    with torch.no_grad():
        model.last.bias -= model(x).mean(0)
        best = model(x).topk(2).values
    sure = (best[:, 0] - best[:, 1]).argsort(descending=True)[:300]
    with torch.no_grad():
        return x[sure], model(x[sure]).argmax(1)


MILD = {"sigma": 3.0, "stuck_at_hrs": 0.002, "adc_bits": 8}
HRS, LRS = "devices stuck at their high resistance", "devices stuck at their low resistance"
WIRES, STATES, ADC = "the resistance of the wires", "too few conductance states", "the converters"
PLANTED = {  # the setting, on top of mild damage of other kinds; the cause and, where it is in one, the layer
    "few bits": ({"adc_bits": 2}, ADC, None),
    "few bits in one layer": ({"layers": {"second": {"adc_bits": 2}}}, ADC, "second"),
    "few bits in the last layer": ({"layers": {"last": {"adc_bits": 2}}}, ADC, "last"),
    "overflow": ({"adc_overflow_rate": 0.6}, ADC, None),
    "logarithmic converters": ({"adc_quantisation": "log", "adc_bits": 3}, ADC, None),
    "variability": ({"sigma": 150.0}, "device variability", None),
    "variability of one layer": ({"layers": {"third": {"sigma": 900.0}}}, "device variability", "third"),
    "relative variability": ({"sigma": 0.0, "relative_sigma": 0.5}, "device variability", None),
    "two states": ({"conductance_states": 2}, STATES, None),
    "two states in one layer": ({"layers": {"last": {"conductance_states": 2}}}, STATES, "last"),
    "stuck low": ({"stuck_at_lrs": 0.1}, LRS, None),
    "stuck low in one layer": ({"layers": {"second": {"stuck_at_lrs": 0.2}}}, LRS, "second"),
    "stuck high": ({"stuck_at_hrs": 0.5}, HRS, None),
    "dead arrays of one layer": ({"layers": {"third": {"stuck_at_hrs": 0.9}}}, HRS, "third"),
    "cycles": ({"cycles": 1e4}, "endurance", None),
    "cycles of one layer": ({"layers": {"second": {"cycles": 1e4}}}, "endurance", "second"),
    "retention, not tuned": ({"retention_time": 1e6}, "retention", None),
    "retention of one layer": ({"layers": {"first": {"retention_time": 1e8}}}, "retention", "first"),
    "wires": ({"word_line_resistance": 8.0}, WIRES, None),
    "wires of one layer": ({"layers": {"third": {"word_line_resistance": 20.0}}}, WIRES, "third"),
    "one column": ({"scheme": "single_column"}, "the mapping of weights", None),
    "clipped weights": ({"p_l": 0.7}, "the mapping of weights", None),
    "inputs beyond the voltage": ({"max_input_voltage": 0.3}, "the input voltage", None),
    "inputs of one layer": ({"layers": {"second": {"max_input_voltage": 0.05}}}, "the input voltage", "second"),
    "no tuning": ({"tuning": "none"}, "the missing tuning", None),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_damage_is_named_first(model, data, name):
    fields, cause, layer = PLANTED[name]
    found = explain(model, data, Setting(**{**MILD, **fields}))
    assert found.digital == 100
    assert found.digital - found.accuracy > 5, "nothing was planted"
    # Damage of all layers may cost most in one of them.
    where = f" in layer {layer}" if layer else "( in layer [a-z]+)?"
    assert re.match(f"Most is lost to {cause}{where}: ", found.sentences[0]), "\n".join(found.sentences)


def test_no_loss_is_said_to_be_none(model, data):
    found = explain(model, data, Setting(adc_bits=None, max_input_voltage=None))
    assert found.sentences[0].startswith("Nothing costs much: 100.0 %")
    assert found.shares == []


def test_figures_are_those_of_evaluations(model, data):
    """Every accuracy can be had from `evaluate`, with the setting that stands for it."""
    setting = Setting(sigma=3.0, max_input_voltage=None, conductance_states=3, retention_time=1e3)
    found = explain(model, data, setting)
    shares = {share.name: share for share in found.shares}
    assert found.accuracy == evaluate(model, data, setting, [0, 1]).mean
    without = evaluate(model, data, setting.replace(retention_time=None), [0, 1]).mean
    assert shares["retention"].without == pytest.approx(without - found.accuracy)
    digital = {name: {"array.layer_types": []} for name in ("first", "second", "third")}
    alone = evaluate(model, data, setting.replace(layers=digital), [0, 1]).mean
    assert found.layers[3].only == pytest.approx(100 - alone)
    # Shapley's values add up to the whole loss.
    assert sum(share.share for share in found.shares) == pytest.approx(found.ideal - found.accuracy)
    best = max(found.remedies.values(), default=0)
    assert all(f"{value:.1f}" in "\n".join(found.sentences) for value in [best] if best > found.accuracy + 0.5)


def test_shares_of_a_game_worked_by_hand():
    """Two effects that cost 10 and 20 alone and 50 together: 20 and 30, and the order in which they are given."""
    setting = Setting(sigma=1, conductance_states=2, adc_bits=None, max_input_voltage=None)
    acting = effects.effects_of(setting)
    assert [effect.name for effect in acting] == ["device variability", "too few conductance states"]
    losses = {(False, False): 0, (True, False): 10, (False, True): 20, (True, True): 50}

    def accuracy(of):
        return 100 - losses[of.variability.active, of.states.active]

    found = attribution.shares(setting, acting, accuracy)
    assert [(one.name, one.share, one.alone, one.without) for one in found] == [
        ("too few conductance states", 30, 20, 40),
        ("device variability", 20, 10, 30),
    ]


def test_settings_without_an_effect_or_a_layer():
    setting = Setting(sigma=5, layers={"f*": {"sigma": 50, "adc_bits": 4}, "first": {"adc_bits": 6}})
    variability = next(effect for effect in effects.effects_of(setting) if effect.name == "device variability")
    clean = effects.without(setting, [variability])
    assert [clean.for_layer(name).variability.sigma for name in ("first", "last")] == [0, 0]
    assert clean.for_layer("first").adc.bits == 6
    here = effects.without(setting, [variability], "first")
    assert [here.for_layer(name).variability.sigma for name in ("first", "fourth", "last")] == [0, 50, 5]
    only = effects.only_in(setting, "first")
    assert [only.for_layer(name).array.layer_types for name in ("first", "last")] == [("conv2d", "linear"), ()]
    assert (only.for_layer("first").adc.bits, only.for_layer("first").variability.sigma) == (6, 50)
    but = effects.all_but(setting, "first")
    assert [but.for_layer(name).array.layer_types for name in ("first", "last")] == [(), ("conv2d", "linear")]


def test_signals_of_a_layer_whose_line_is_wrong(model, data):
    """Conductances drift by one factor: t**-nu, 10**-0.5 after 1e5 s at nu 0.1."""
    ideal = {"adc_bits": None, "max_input_voltage": None}
    found = signals.signals(model, Setting(**ideal, retention_time=1e5), data[0][:50])
    assert [one.layer for one in found] == ["first", "second", "third", "last"]
    for one in found:
        assert one.slope == pytest.approx(10**-0.5, rel=1e-4)
        assert one.residual < 1e-3
        assert one.correlation == pytest.approx(1, abs=1e-5)
    clean = signals.signals(model, Setting(**ideal), data[0][:50])
    assert min(one.snr for one in clean) > 60
    assert all(one.at_low > 0.49 for one in clean)  # of each pair one device has no weight
    scaled = signals.signals(model, Setting(max_input_voltage=0.01), data[0][:50])
    assert all(one.inputs_scaled == 1 for one in scaled)


def test_the_network_and_its_mode_stay(model, data):
    model.train()
    model.relu2.eval()  # modes may be mixed
    try:
        explain(model, data, Setting(adc_bits=4), seeds=[0])
        assert [name for name, layer in model.named_modules() if not layer.training] == ["relu2"]
        assert not any(hasattr(layer, "conductance") for layer in model)
        assert not any(layer._forward_hooks for layer in model)
    finally:
        model.eval()


def test_the_page_needs_no_other_file(model, data, tmp_path):
    found = explain(model, data, Setting(adc_bits=2, sigma=30), seeds=[0])
    found.write(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"src=|href=|url\(", text)
    assert found.sentences[0] in text
    assert text.count("<tr>") >= 1 + len(found.shares) + 4 + 4
    assert "nan" not in re.sub(r"<[^>]*>", "", text)
    assert isinstance(convert(model, found.setting, torch.Generator()), nn.Module)
