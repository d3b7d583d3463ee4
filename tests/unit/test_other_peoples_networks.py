"""Habits of other people's networks and data: each comes out right, or is one clear line."""

import copy
import math
import pickle
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, prune, weight_norm
from torch.utils.data import DataLoader, TensorDataset

from memristive import InputError, Setting, convert, evaluate
from memristive.network.layers import CrossbarLinear
from memristive.workload import Workload

IDEAL = Setting(max_input_voltage=None, adc_bits=None)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def ideal(model: nn.Module) -> nn.Module:
    return convert(model.eval(), IDEAL, generator())


def same(converted: nn.Module, model: nn.Module, x: torch.Tensor) -> None:
    with torch.no_grad():
        torch.testing.assert_close(converted(x), model(x), rtol=1e-4, atol=1e-5)


# Replacement is complete.


def test_one_layer_under_two_names_of_one_parent():
    layer = nn.Linear(8, 8)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    converted = ideal(model)
    assert isinstance(converted[0], CrossbarLinear)
    assert converted[2] is converted[0]
    same(converted, model, torch.randn(3, 8))


class ReadsWeight(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.other = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.other(F.linear(x, self.layer.weight))


def test_a_weight_that_the_network_reads_itself_is_an_error_that_names_the_layer():
    with pytest.raises(InputError, match=r"layer layer: weight: is read"):
        ideal(ReadsWeight())(torch.ones(1, 4))
    model = ReadsWeight().eval()
    setting = IDEAL.replace(layers={"layer": {"array.layer_types": []}})
    same(convert(model, setting, generator()), model, torch.randn(3, 4))


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.others = nn.Linear(2, 2), [nn.Linear(2, 2)]

    def forward(self, x):
        return self.others[0](self.first(x))


class OwnParameter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.ones(2, 2))

    def forward(self, x):
        return x @ self.matrix


NOTHING_TO_CONVERT = {
    "converted": (lambda: ideal(nn.Linear(2, 2)), "is on crossbars already"),
    "scripted": (lambda: torch.jit.script(nn.Linear(2, 2)), "scripted or traced"),
    "own parameter": (OwnParameter, "has no Conv2d or Linear to put on crossbars"),
    "layers in a list": (PlainList, "others: layers in a plain list cannot be converted; use nn.ModuleList"),
    "float64": (lambda: nn.Linear(2, 2).double(), "weight: float64 is not float32"),
    "bfloat16": (lambda: nn.Linear(2, 2).bfloat16(), "weight: bfloat16 is not float32"),
    "meta": (lambda: nn.Linear(2, 2, device="meta"), "weight: is on the device meta"),
    "no module": (lambda: lambda x: x, "function is not a torch.nn.Module"),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", NOTHING_TO_CONVERT)
def test_what_cannot_be_converted_is_one_line(name):
    make, words = NOTHING_TO_CONVERT[name]
    with pytest.raises(InputError, match=words) as caught:
        convert(make(), IDEAL, generator())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["bias", "running_var"])
def test_a_value_that_is_not_finite_is_named(name):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).eval()
    with torch.no_grad():
        getattr(model[1], name)[0] = math.nan
    with pytest.raises(InputError, match=f"model: 1: {name}: a value is not finite"):
        convert(model, IDEAL, generator())


# A layer on crossbars stands in for its layer.


def test_a_layer_has_the_attributes_of_the_digital_one():
    conv, linear = nn.Conv2d(4, 6, (3, 1), padding="same", groups=2), nn.Linear(3, 2, bias=False)
    for layer, names in (
        (
            conv,
            ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode"),
        ),
        (linear, ("in_features", "out_features")),
    ):
        converted = ideal(layer)
        assert all(getattr(converted, name) == getattr(layer, name) for name in names)
        assert next(converted.parameters()).dtype == torch.float32
        assert not any(parameter.requires_grad for parameter in converted.parameters())
    assert "4, 6, kernel_size=(3, 1)" in repr(ideal(conv))
    assert "padding=same, groups=2, bias=True, 2 tiles of 64x64" in repr(ideal(conv))  # each group has a tile
    assert "in_features=3, out_features=2, bias=False, 1 tile of" in repr(ideal(linear))


def test_single_images_vectors_and_empty_batches():
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU())
    converted = ideal(model)
    same(converted, model, torch.randn(2, 6, 5))
    same(converted, model, torch.randn(0, 2, 6, 5))
    linear = nn.Linear(4, 3)
    for shape in ((4,), (0, 4), (2, 0, 4), (2, 5, 4), (2, 3, 5, 4)):
        same(ideal(linear), linear, torch.randn(shape))


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Conv2d(1, 3, 3), (2, 3, 8, 8), r"shape \[2, 3, 8, 8\] is not \[images, 1, height, width\]"),
        (nn.Conv2d(1, 3, 3), (2, 1, 8), r"shape \[1, 2, 1, 8\] is not"),
        (nn.Conv2d(1, 3, 3), (2, 1, 2, 8), r"is not \[images, 1, 3 or more, 3 or more\]"),
        (nn.Linear(4, 3), (2, 5), r"shape \[2, 5\] is not \[\.\.\., 4\]"),
    ],
)
def test_inputs_of_another_shape_are_one_line(layer, shape, words):
    with pytest.raises(InputError, match=words):
        ideal(layer)(torch.randn(shape))


@pytest.mark.parametrize("dtype", [torch.float64, torch.uint8, torch.bfloat16])
def test_inputs_of_another_type_are_one_line(dtype):
    with pytest.raises(InputError, match=r"the CrossbarLinear: inputs: \w+ is not float32"):
        ideal(nn.Linear(4, 3))(torch.ones(2, 4, dtype=dtype))


def test_hooks_stay_on_the_layer():
    model, seen = nn.Sequential(nn.Linear(3, 3), nn.ReLU()), []
    model[0].register_forward_hook(lambda module, args, output: seen.append(type(module)))
    with torch.no_grad():
        ideal(model)(torch.randn(1, 3))
    assert seen == [CrossbarLinear]


# Gradients.


@pytest.mark.parametrize("layer", [nn.Linear(6, 3), nn.Conv2d(2, 4, 3, padding=1, groups=2)], ids=["linear", "conv2d"])
def test_gradients_reach_the_inputs_whole(layer):
    x = torch.randn(*((2, 6) if isinstance(layer, nn.Linear) else (2, 2, 5, 5)), requires_grad=True)
    (expected,) = torch.autograd.grad((layer(x) ** 2).sum() + x.sum(), x)
    (found,) = torch.autograd.grad((ideal(layer)(x) ** 2).sum() + x.sum(), x)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


def test_gradients_are_straight_through_codes_and_exact_through_the_scaling():
    torch.manual_seed(0)
    layer, x = nn.Linear(6, 3, bias=False), torch.randn(4, 6, requires_grad=True)
    converted = convert(layer, Setting(max_input_voltage=0.5, adc_bits=4), generator())
    (found,) = torch.autograd.grad(converted(x).sum(), x)
    smooth = convert(layer, Setting(max_input_voltage=0.5, adc_bits=None), generator())
    (expected,) = torch.autograd.grad(smooth(x).sum() * (converted.line[0] / smooth.line[0]).float(), x)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)
    step = 1e-3 * torch.randn(4, 6)
    with torch.no_grad():
        change = (smooth(x + step) - smooth(x - step)).sum() / 2
    (own,) = torch.autograd.grad(smooth(x).sum(), x)
    torch.testing.assert_close((own * step).sum(), change, rtol=2e-2, atol=1e-5)


# States of torch.


def test_inference_mode():
    with torch.inference_mode():
        model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(18, 2)).eval()
        x = torch.randn(2, 1, 5, 5)
        converted = convert(model, IDEAL, generator())
        torch.testing.assert_close(converted(x), model(x), rtol=1e-4, atol=1e-5)
        before = converted(x)
        converted[3].bias.add_(1)
        torch.testing.assert_close(converted(x), before + 1)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_pruned_and_normalised_layers_are_converted_with_the_weights_that_they_have():
    # Each as after a step of training, before the forward pass that would compute the weight anew.
    for change in (
        lambda layer: prune.l1_unstructured(layer, "weight", 0.5),
        lambda layer: weight_norm(layer),
        lambda layer: parametrizations.weight_norm(layer),
    ):
        model = nn.Sequential(nn.Linear(5, 4))
        change(model[0])
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(1.5)
        x = torch.randn(3, 5)
        same(ideal(model), model, x)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()) for _ in range(5))

    def forward(self, x):
        for part in self.parts:
            x = x + part(x)
        return x


def test_threads_at_once():
    torch.manual_seed(0)
    model, x, problems = Residual().eval(), torch.randn(2, 1, 5, 5), []
    shared = ideal(model)
    with torch.no_grad():
        expected = shared(x)

    def work(network: nn.Module) -> None:
        try:
            with torch.no_grad():
                assert torch.equal(network(x), expected)
                model(x)  # another network, while one may be traced
        except BaseException as error:
            problems.append(error)

    for _ in range(5):
        networks = [shared, copy.deepcopy(shared), pickle.loads(pickle.dumps(shared)), ideal(model)]
        threads = [threading.Thread(target=work, args=(network,)) for network in networks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not problems


@pytest.mark.parametrize("size", [33, 300])
def test_kernels_wider_than_the_tuning_images(size):
    layer = nn.Conv2d(1, 4, (3, size))
    same(ideal(layer), layer, torch.randn(2, 1, 5, size + 2))


# Data and seeds.

MODEL = nn.Linear(4, 10)
X = torch.randn(50, 4)
Y = MODEL(X).argmax(1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((X, Y[:, None]), r"labels: shape \[50, 1\] is not \[samples\]"),
        ((X, Y.float()), "labels: float32 is not a whole number"),
        ((X, Y + 5), r"labels: 1\d is not a class of the network: 0 to 9"),
        ((X, Y - 10), "labels: -.* is not a class"),
        ((X.to(torch.uint8), Y), "inputs: uint8 is not float32"),
        ((X.double(), Y), "inputs: float64 is not float32"),
        ((X[:40], Y), "40 inputs and 50 labels"),
        ((X[:0], Y[:0]), "0 inputs and 0 labels"),
        ((X * math.nan, Y), "inputs: a value is not finite"),
        (X, "data: Tensor is not a pair"),
        (("images", Y), "inputs: str is not a tensor"),
    ],
)
def test_data_that_cannot_be_used_is_one_line(data, words):
    with pytest.raises(InputError, match=words) as caught:
        evaluate(MODEL, data, IDEAL, [0])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seeds", ["one", 1.5, [True], [0.5], None, torch.Generator()])
def test_seeds_that_cannot_be_used_are_one_line(seeds):
    with pytest.raises(InputError, match="seeds"):
        evaluate(MODEL, (X, Y), IDEAL, seeds)


def test_arrays_loaders_and_single_seeds_are_taken():
    expected = [evaluation.correct for evaluation in evaluate(MODEL, (X, Y), IDEAL, range(3))]
    assert expected == [50, 50, 50]
    arrays = X.numpy(), Y.numpy().astype(np.int32)
    assert [e.correct for e in evaluate(MODEL, arrays, IDEAL, np.arange(3))] == expected
    loader = DataLoader(TensorDataset(X, Y), batch_size=7)
    assert [e.seed for e in evaluate(MODEL, loader, IDEAL, np.int64(2))] == [2]


def test_tokens_are_a_workload_of_their_own():
    model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 5)).eval()
    tokens = torch.randint(9, (6, 3))
    with torch.no_grad():
        targets = model(tokens).argmax(-1)
    targets[0, 0] = (targets[0, 0] + 1) % 5
    (found,) = evaluate(model, Workload(tokens, targets), IDEAL, 0)
    assert (found.images, found.correct) == (18, 17)


def test_outputs_that_are_not_finite_name_layer_and_setting():
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].bias.fill_(3e38)
        model[0].weight.fill_(1e35)
    with pytest.raises(InputError, match=r"not finite after layer 0, at the setting .*device\.r_on"):
        evaluate(model, (torch.full((3, 4), 1e3), torch.zeros(3, dtype=torch.long)), IDEAL, 0)
