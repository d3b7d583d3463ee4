"""Networks with shortcuts: fused where their forward pass can be traced, as written where it cannot."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from memristive import kernels
from memristive.core.setting import Setting
from memristive.network import convert

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no kernels here")


class Residual(nn.Module):
    def __init__(self, channels: int = 6) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(2, channels, 3, padding=1), nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(2, channels, 1)
        self.last = nn.Linear(channels * 25, 3)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.second(torch.relu(self.norm(self.first(x)))) + self.shortcut(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.flatten(self.features(x), 1))


class LooksAtValues(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) if x.sum() > 0 else -super().forward(x)


class DrawsNoise(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) + torch.rand(3)


class Keeps(Residual):
    kept = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.kept = self.features(x)
        return self.last(self.kept.flatten(1))


class TwoOutputs(Residual):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = self.features(x)
        return y, self.last(y.flatten(1))


def network(kind: type[nn.Module] = Residual) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    model = kind()
    x = torch.randn(5, 2, 5, 5)
    with torch.no_grad():
        model.train()(x)
    return convert(model, Setting(), torch.Generator().manual_seed(1)), x


def layer_by_layer(converted: nn.Module, x: torch.Tensor):
    """A hook on a layer makes every layer run by itself."""
    handle = converted.last.register_forward_hook(lambda *_: None)
    try:
        with torch.no_grad():
            return converted(x)
    finally:
        handle.remove()


def plan(converted: nn.Module) -> nn.Module | None:
    return converted.__dict__["_plan"].module


def test_chains_within_a_residual_network_are_fused_and_equal():
    converted, x = network()
    assert isinstance(converted, Residual)
    expected = layer_by_layer(converted, x)
    with torch.no_grad():
        assert torch.equal(converted(x), expected)
    chains = [list(map(type, part)) for name, part in plan(converted).named_children() if name.startswith("chain")]
    assert [len(chain) for chain in chains] == [4, 3]  # first, norm, ReLU, second; ReLU, flatten, last
    for twin in (copy.deepcopy(converted), pickle.loads(pickle.dumps(converted))):
        with torch.no_grad():
            assert torch.equal(twin(x), expected)


def test_a_replaced_or_changed_layer_is_noticed():
    converted, x = network()
    with torch.no_grad():
        before = converted(x)
        converted.shortcut = copy.deepcopy(converted.shortcut)
        converted.shortcut.conductance.mul_(2)
        replaced = converted(x)
        assert not torch.equal(replaced, before)
        assert torch.equal(replaced, layer_by_layer(converted, x))
        converted.second.line.mul_(3)
        assert torch.equal(converted(x), layer_by_layer(converted, x))


@pytest.mark.parametrize("kind", [LooksAtValues, Keeps])
def test_what_cannot_be_traced_runs_as_written(kind):
    converted, x = network(kind)
    expected = layer_by_layer(converted, x)
    with torch.no_grad():
        assert torch.equal(converted(x), expected)
    assert plan(converted) is None
    if kind is Keeps:
        assert isinstance(converted.kept, torch.Tensor)
    else:
        flipped = -x.abs()
        with torch.no_grad():
            assert torch.equal(converted(flipped), layer_by_layer(converted, flipped))


def test_random_numbers_of_the_forward_pass_are_not_frozen():
    converted, x = network(DrawsNoise)
    with torch.no_grad():
        assert not torch.equal(converted(x), converted(x))


def test_several_outputs():
    converted, x = network(TwoOutputs)
    expected = layer_by_layer(converted, x)
    with torch.no_grad():
        assert all(torch.equal(a, b) for a, b in zip(converted(x), expected, strict=True))
    assert plan(converted) is not None


def test_hooks_on_layers_are_called():
    converted, x = network()
    seen = []
    converted.second.register_forward_hook(lambda *_: seen.append(1))
    with torch.no_grad():
        converted(x)
    assert seen == [1]
