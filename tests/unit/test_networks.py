"""The three networks against their published shapes, and weights that do not fit."""

import importlib
import inspect

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from memristive.core.errors import InputError
from memristive_study.models.architectures import INPUT_SHAPES
from memristive_study.models.build import build
from memristive_study.models.layer_table import layer_table
from memristive_study.models.names import LIBRARY, OPTIONS
from memristive_study.models.weights import load_weights, save_weights

# Parameters and multiply-adds counted by hand from the layer shapes, for example MNIST's convolutions
# 1*10*9+10, then 10*10*9+10 three times, batch normalisation 2*10 four times, Linear 490*10+10.
EXPECTED = {
    "mnist": {
        "shapes": ["10 x 28 x 28", "10 x 14 x 14"],
        "linear": [(490, 10)],
        "parameters": 100 + 3 * 910 + 4 * 20 + 4910,
        "multiply_adds": 784 * (90 + 900) + 196 * 2 * 900 + 4900,
    },
    "cifar10": {
        "shapes": ["16 x 32 x 32", "32 x 16 x 16", "64 x 8 x 8"],
        "linear": [(1024, 128), (128, 10)],
        "parameters": 448 + 2320 + 4640 + 9248 + 18496 + 36928 + 2 * 2 * (16 + 32 + 64) + 1025 * 128 + 129 * 10,
        "multiply_adds": 1024 * (432 + 2304) + 256 * (4608 + 9216) + 64 * (18432 + 36864) + 131072 + 1280,
    },
    "cifar100": {
        "shapes": ["32 x 32 x 32", "64 x 16 x 16", "128 x 8 x 8"],
        "linear": [(2048, 256), (256, 128), (128, 100)],
        "parameters": 896 + 9248 + 18496 + 36928 + 73856 + 147584 + 2 * 2 * 224 + 2049 * 256 + 257 * 128 + 129 * 100,
        "multiply_adds": 1024 * (864 + 9216) + 256 * (18432 + 36864) + 64 * (73728 + 147456) + 2048 * 256 + 45568,
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_shapes_parameters_and_multiply_adds(name):
    expected, model = EXPECTED[name], build(name)
    rows = layer_table(model, INPUT_SHAPES[name])
    shapes = [row["output_shape"] for row in rows if row["type"] == "Conv2d"]
    assert list(dict.fromkeys(shapes)) == expected["shapes"]
    assert [(m.in_features, m.out_features) for m in model if isinstance(m, nn.Linear)] == expected["linear"]
    assert sum(row["parameters"] for row in rows) == expected["parameters"]
    assert sum(row["multiply_adds"] for row in rows) == expected["multiply_adds"]
    assert [row["layer"] for row in rows] == [name for name, _ in model.named_children()]  # a flat chain, in order


def test_other_images_and_classes():
    model = build("cifar100", classes=7, input_shape=(1, 16, 24))
    assert model(torch.zeros(2, 1, 16, 24)).shape == (2, 7)
    with pytest.raises(InputError, match="images of 4x4 are too small for 3 blocks of convolutions with padding 1"):
        build("cifar10", input_shape=(3, 4, 4))
    with pytest.raises(InputError, match="do not fit"):
        layer_table(build("mnist"), (3, 28, 28))


def test_unpadded_convolutions_and_dropout():
    model = build("mnist padding=0 dropout=0.25")
    rows = layer_table(model, (1, 28, 28))
    shapes = [row["output_shape"] for row in rows if row["type"] in ("Conv2d", "MaxPool2d")]
    assert shapes == ["10 x 26 x 26", "10 x 24 x 24", "10 x 12 x 12", "10 x 10 x 10", "10 x 8 x 8", "10 x 4 x 4"]
    assert (model.dropout1.p, model.fc1.in_features) == (0.25, 160)
    assert not hasattr(build("cifar10 dropout=0"), "dropout1")
    with pytest.raises(InputError, match="images of 32x32 are too small for 3 blocks of convolutions with padding 0"):
        build("cifar10 padding=0")
    with pytest.raises(InputError, match=r"architecture 'mnist': .* unexpected keyword argument 'stride'"):
        build("mnist stride=2")


def test_the_options_that_the_configuration_checks_are_those_of_the_networks():
    for name in LIBRARY:
        module, _, factory = LIBRARY[name].partition(":")
        arguments = inspect.signature(getattr(importlib.import_module(module), factory)).parameters
        assert list(arguments) == ["classes", "input_shape", *OPTIONS]


def own_network(classes, input_shape, hidden=0):
    inputs = input_shape[0] * input_shape[1] * input_shape[2]
    layers = [nn.Linear(inputs, hidden), nn.Linear(hidden, classes)] if hidden else [nn.Linear(inputs, classes)]
    return nn.Sequential(nn.Flatten(), *layers)


def test_own_network_by_import_path():
    model = build(f"{__name__}:own_network", classes=5, input_shape=(1, 4, 4))
    assert model(torch.zeros(1, 1, 4, 4)).shape == (1, 5)
    assert build(f"{__name__}:own_network hidden=3", classes=5, input_shape=(1, 4, 4))[1].out_features == 3
    for path, line in (("nowhere.at_all:net", "imported"), ("math:nothing", "imported"), ("resnet", "mnist, cifar10")):
        with pytest.raises(InputError, match=line):
            build(path)


def test_weights_come_back_and_others_are_refused(tmp_path):
    torch.manual_seed(0)
    model, path = build("mnist"), tmp_path / "w.safetensors"
    save_weights(model, path)
    other = load_weights(build("mnist"), path)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), other.state_dict().values(), strict=True))

    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    changed = {
        "lacks fc1.bias": {k: v for k, v in state.items() if k != "fc1.bias"},
        "unexpected fc9.bias": state | {"fc9.bias": torch.zeros(1)},
        r"fc1.bias has shape \[9\], the network needs \[10\]": state | {"fc1.bias": torch.zeros(9)},
        "fc1.bias holds NaN": state | {"fc1.bias": torch.full((10,), float("nan"))},
    }
    for line, tensors in changed.items():
        save_file(tensors, path)
        with pytest.raises(InputError, match=line):
            load_weights(build("mnist"), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="not a whole safetensors"):
        load_weights(build("mnist"), path)
    with pytest.raises(InputError, match="no such file"):
        load_weights(build("mnist"), tmp_path / "absent.safetensors")
