"""Training through wires: what a network computes with, and that it learns to live with them."""

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from memristive import InputError, Setting, convert, effective_weights, evaluate

NETWORK = {"adc_bits": None, "max_input_voltage": None, "tile_shape": (16, 16)}
WIRES = {"word_line_resistance": 1.5, "bit_line_resistance": 2.5}


def network(seed=0):
    torch.manual_seed(seed)
    convolution = nn.Conv2d(2, 4, 3, groups=2)
    return nn.Sequential(convolution, nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


def images(count):
    return torch.rand(count, 2, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("wires", [{}, WIRES, {**WIRES, "wire_model": "dmr"}], ids=["none", "exact", "dmr"])
def test_the_network_computes_what_the_arrays_do(wires):
    """On the line that is fitted to arrays without wires: with double columns it is a factor alone."""
    model, setting = network(), Setting(**NETWORK, tuning="before", **wires)
    expected = convert(model, setting, torch.Generator().manual_seed(0))(images(5))
    got = functional_call(model, effective_weights(model, setting), images(5))
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)
    if wires:
        assert (got - model(images(5))).abs().max() > 0.05


def test_the_gradient_reaches_the_weights():
    """Against finite differences, the largest weight of the layer left alone since it sets the scale."""
    torch.manual_seed(0)
    layer = nn.Linear(5, 4)
    setting = Setting(**NETWORK, word_line_resistance=20)
    inputs, of_output = torch.rand(3, 5), torch.rand(3, 4)

    def loss():
        return (functional_call(layer, effective_weights(layer, setting), inputs) * of_output).sum()

    loss().backward()
    gradient = layer.weight.grad.clone()
    largest = layer.weight.abs().argmax().item()
    for k in set(range(20)) - {largest}:
        values = []
        for step in (1e-2, -1e-2):
            with torch.no_grad():
                layer.weight.view(-1)[k] += step
                values.append(loss().item())
                layer.weight.view(-1)[k] -= step
        slope = (values[0] - values[1]) / 2e-2
        if layer.weight.view(-1)[k].abs() > 1e-2:  # a weight's cells change places at 0
            assert gradient.view(-1)[k].item() == pytest.approx(slope, rel=0.02, abs=0.01)


@pytest.fixture
def one_thread():
    """Small steps, which several threads would only slow down."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_network_that_had_collapsed_learns_through_its_wires(digits, one_thread):
    """Of 8x8 digits: a few epochs at a resistance at which the trained network had lost more than half."""
    x, y = torch.from_numpy(digits.x_train)[:1000].float(), torch.from_numpy(digits.y_train)[:1000]
    x = 2 * x / x.max()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    setting = Setting(tile_shape=(64, 64), word_line_resistance=1.0)

    def fit(weights, epochs):
        descent = torch.optim.Adam(model.parameters(), 3e-3)
        for _ in range(epochs):
            for part in torch.randperm(len(x)).split(50):
                loss = functional.cross_entropy(functional_call(model, weights(), x[part]), y[part])
                descent.zero_grad()
                loss.backward()
                descent.step()

    def accuracy(**changes):
        return evaluate(model, (x, y), setting.replace(**changes), seeds=[0]).mean

    fit(dict, 15)
    assert accuracy(word_line_resistance=0) > 95
    collapsed = accuracy()
    assert collapsed < 50
    fit(lambda: effective_weights(model, setting), 6)
    assert accuracy() > collapsed + 25


def test_what_cannot_be_trained_is_named():
    with pytest.raises(InputError, match=r"effective_weights: arithmetic\.semantics: 'memtorch', but training needs"):
        effective_weights(network(), Setting(semantics="memtorch"))
    with pytest.raises(InputError, match="model: 3: weights: the largest weight"):
        model = network()
        model[3].weight.data.zero_()
        effective_weights(model, Setting(**WIRES))
