"""A network's own code that does more than compute, or reads what may change, runs as it is written."""

import os
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from memristive import Setting, convert, kernels
from memristive.network.layers import CrossbarLayer

IDEAL = Setting(max_input_voltage=None, adc_bits=None)
X = torch.randn(2, 1, 6, 6, generator=torch.Generator().manual_seed(0))


class Scale:
    value = 1.0


FACTORS, LOG = [1.0], []


def helper(x):
    return x * FACTORS[0]


class Net(nn.Module):
    """A small network; `end` is what its own code does with the outputs."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.relu, self.last = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Linear(144, 3)
        self.scale, self.log, self.calls = Scale(), [], 0

    def forward(self, x):
        return self.end(self.last(torch.flatten(self.relu(self.conv(x)), 1)))

    def end(self, y):
        return y


def converted(kind):
    return convert(kind().eval(), IDEAL, torch.Generator().manual_seed(1))


def plan(network):
    return network.__dict__["_plan"].module


@torch.no_grad()
def test_code_that_only_computes_is_planned():
    network = converted(Net)
    network(X), network(X)
    assert plan(network) is not None or not kernels.available()


class OfAClass(Net):
    def end(self, y):
        return y * Scale.value


class OfAnObject(Net):
    def end(self, y):
        return y * self.scale.value


class OfAHelper(Net):
    def end(self, y):
        return helper(y)


class OfTheEnvironment(Net):
    def end(self, y):
        return y * float(os.environ.get("FACTOR", "1"))


CHANGED = {
    OfAClass: lambda network: setattr(Scale, "value", 3.0),
    OfAnObject: lambda network: setattr(network.scale, "value", 3.0),
    OfAHelper: lambda network: FACTORS.__setitem__(0, 3.0),
    OfTheEnvironment: lambda network: os.environ.__setitem__("FACTOR", "3"),
}


@torch.no_grad()
@pytest.mark.parametrize("kind", CHANGED, ids=lambda kind: kind.__name__)
def test_values_read_elsewhere_are_read_each_time(kind, monkeypatch):
    monkeypatch.setattr(Scale, "value", 1.0)
    FACTORS[0] = 1.0
    monkeypatch.setenv("FACTOR", "1")
    network = converted(kind)
    network(X)
    before = network(X)
    CHANGED[kind](network)
    torch.testing.assert_close(network(X), 3 * before)


class Random(Net):
    def end(self, y):
        return y * random.random()


class NumpyRandom(Net):
    def end(self, y):
        return y * float(np.random.rand())  # noqa: NPY002 (as people write it)


@torch.no_grad()
@pytest.mark.parametrize("kind", [Random, NumpyRandom])
def test_random_numbers_of_other_libraries_are_not_frozen(kind):
    network = converted(kind)
    assert len({float(network(X).sum()) for _ in range(5)}) == 5


class Logs(Net):
    def end(self, y):
        LOG.append(1)
        return y


class KeepsInAList(Net):
    def end(self, y):
        self.log.append(y)
        return y


class Prints(Net):
    def end(self, y):
        print("called")
        return y


@torch.no_grad()
def test_side_effects_happen_at_each_call(capsys):
    network = converted(Logs)
    LOG.clear()
    for _ in range(4):
        network(X)
    assert len(LOG) == 4
    network = converted(KeepsInAList)
    outputs = [network(X) for _ in range(4)]
    assert all(kept is output for kept, output in zip(network.log, outputs, strict=True))
    network = converted(Prints)
    for _ in range(4):
        network(X)
    assert capsys.readouterr().out == 4 * "called\n"


class Tells(Net):
    def end(self, y):
        return y * 2 if isinstance(y, torch.Tensor) else y


class Handles(Net):
    def end(self, y):
        try:
            return y * 2 if bool(y.sum() < 1e9) else y
        except Exception:
            return y


class Modes(Net):
    def end(self, y):
        return y * 2 if torch.is_inference_mode_enabled() else y


@torch.no_grad()
@pytest.mark.parametrize("kind", [Tells, Handles])
def test_code_that_would_tell_a_stand_in_from_a_tensor_is_not_traced(kind):
    network, model = converted(kind), kind().eval()
    network(X)
    torch.testing.assert_close(network(X), model(X), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_inference_mode_is_an_assumption():
    network, model = converted(Modes), Modes().eval()
    for mode in (False, True, False):
        with torch.inference_mode(mode):
            network(X)
            torch.testing.assert_close(network(X), model(X), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_a_replaced_method_or_forward_pass_of_a_class_is_noticed(monkeypatch):
    class Own(Net):
        def end(self, y):
            return y

    network = converted(Own)
    network(X)
    before = network(X)
    monkeypatch.setattr(Own, "end", lambda self, y: y * 2)
    assert torch.equal(network(X), before * 2)
    monkeypatch.setattr(Own, "forward", lambda self, x: x)
    assert torch.equal(network(X), X)


def layer_by_layer(network):
    layer = next(module for module in network.modules() if isinstance(module, CrossbarLayer))
    handle = layer.register_forward_hook(lambda *_: None)
    try:
        return network(X)
    finally:
        handle.remove()


# Changes that no version counts.
CHANGES = {
    "bias, in place through data": lambda network: network[4].bias.data.add_(1),
    "bias, other data": lambda network: setattr(network[4].bias, "data", torch.zeros(3)),
    "conductances through NumPy": lambda network: network[0].conductance.numpy().__imul__(2),
    "statistics through NumPy": lambda network: network[1].running_mean.numpy().__iadd__(1),
}


@torch.no_grad()
@pytest.mark.parametrize("name", CHANGES)
def test_values_changed_behind_torchs_back_are_noticed(name):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    network = convert(model.eval(), IDEAL, torch.Generator().manual_seed(1))
    before = network(X)
    CHANGES[name](network)
    after = network(X)
    assert not torch.equal(after, before)
    assert torch.equal(after, layer_by_layer(network))


def test_a_branch_on_the_shape_is_followed():
    class Shape(Net):
        def end(self, y):
            return y * 2 if y.shape[0] > 2 else F.relu(y)

    network, model = converted(Shape), Shape().eval()
    with torch.no_grad():
        for images in (2, 3, 2):
            x = torch.randn(images, 1, 6, 6)
            torch.testing.assert_close(network(x), model(x), rtol=1e-4, atol=1e-5)
