"""Gradients through converted networks are whole, or refused in one line that says how."""

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad

from memristive import InputError, Setting, convert
from memristive.network.gradients import unrounded

IDEAL = Setting(max_input_voltage=None, adc_bits=None)
X = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))


def pair(*modules: nn.Module) -> tuple[nn.Module, nn.Module]:
    """A network on ideal crossbars and its digital twin."""
    model = nn.Sequential(*modules).eval()
    return convert(model, IDEAL, torch.Generator().manual_seed(1)), model


def test_layers_that_work_in_place_after_one_on_crossbars():
    found = []
    for network in pair(nn.Linear(8, 8), nn.ReLU(inplace=True), nn.Linear(8, 2)):
        x = X.clone().requires_grad_()
        found.append(torch.autograd.grad(network(x).sum(), x)[0])
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-5)


def test_second_derivatives():
    found = []
    for network in pair(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)):
        x = X.clone().requires_grad_()
        (gradient,) = torch.autograd.grad((x.sum(1, keepdim=True) ** 2 * network(x)).sum(), x, create_graph=True)
        found.append(torch.autograd.grad((gradient**2).sum(), x)[0])
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-3)


def test_digital_parameters_before_and_after_crossbars_are_trained():
    converted, model = pair(nn.LayerNorm(8), nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
    for network in (converted, model):
        (network(X) ** 2).sum().backward()
    for number in (0, 2):
        torch.testing.assert_close(converted[number].weight.grad, model[number].weight.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("line", ["layer", "column"])
@pytest.mark.parametrize("bias", [True, False])
def test_conductances_and_biases_have_the_gradient_of_the_layer_without_rounding(line, bias):
    model = nn.Sequential(nn.Conv2d(2, 4, 3, groups=2, bias=bias)).eval()
    setting = Setting(tile_shape=(4, 3), sigma=50, tuning="after", line=line, max_input_voltage=0.5)
    layer = convert(model, setting, torch.Generator().manual_seed(1))[0]
    x = torch.randn(3, 2, 6, 6)
    tensors = [layer.conductance.requires_grad_(), *([layer.bias.requires_grad_()] if bias else [])]
    found = torch.autograd.grad((layer(x) ** 2).sum(), tensors)
    with torch.no_grad():
        coded = layer(x)
    wanted = torch.autograd.grad(unrounded(layer.stage(), x), tensors, 2 * coded)
    for one, other in zip(found, wanted, strict=True):
        assert one.abs().sum() > 0
        assert torch.equal(one, other)


def test_backward_hooks_stay_on_the_layer():
    seen, model = [], nn.Sequential(nn.Linear(8, 2))
    model[0].register_full_backward_hook(lambda *_: seen.append(1))
    converted = convert(model, IDEAL, torch.Generator().manual_seed(1))
    converted(X.clone().requires_grad_()).sum().backward()
    assert seen == [1]


def forward_mode(network: nn.Module) -> None:
    with forward_ad.dual_level():
        network(forward_ad.make_dual(X, torch.ones_like(X)))


REFUSED = {
    "forward mode": (forward_mode, "derivatives in forward mode are not offered"),
    "torch.func": (lambda network: torch.func.jacrev(network)(X), "torch.func's transforms do not reach"),
    "vmap": (lambda network: torch.vmap(network)(X), "torch.func's transforms do not reach"),
}


@pytest.mark.parametrize("gradients", [True, False])
@pytest.mark.parametrize("name", REFUSED)
def test_derivatives_of_other_kinds_are_refused(name, gradients):
    work, words = REFUSED[name]
    for modules in ((nn.Linear(8, 2),), (nn.Linear(8, 2), nn.ReLU())):
        with torch.set_grad_enabled(gradients), pytest.raises(InputError, match=words) as caught:
            work(pair(*modules)[0])
        assert "\n" not in str(caught.value)
