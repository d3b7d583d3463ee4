"""What is checked before work starts: one line each, that names what was given and what is allowed."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from memristive import InputError, Setting, calibrate, convert, evaluate
from memristive.workload import Workload

IDEAL = Setting(max_input_voltage=None, adc_bits=None)
CALIBRATED = Setting(adc_range="calibrated")
torch.manual_seed(0)
MODEL = nn.Linear(4, 10)
X = torch.randn(50, 4)
Y = MODEL(X).argmax(1)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


class Outputs(nn.Module):
    """MODEL, whose outputs come as `form` makes them."""

    def __init__(self, form):
        super().__init__()
        self.layer, self.form = MODEL, form

    def forward(self, x):
        return self.form(self.layer(x))


def right(outputs, targets):
    return outputs.argmax(1) == targets


WRONG = {
    "one-hot labels": (lambda: ((X, nn.functional.one_hot(Y, 10)),), r"labels: shape \[50, 10\]"),
    "labels on meta": (lambda: ((X, Y.to("meta")),), "labels: on the device meta"),
    "sparse labels": (lambda: ((X, Y.to_sparse()),), "labels: of layout sparse_coo"),
    "inputs on meta": (lambda: ((X.to("meta"), Y),), "inputs: on the device meta"),
    "sparse inputs": (lambda: ((X.to_sparse(), Y),), "inputs: of layout sparse_coo"),
    "no features": (lambda: ((X[:, :0], Y),), r"inputs: shape \[50, 0\]"),
    "batches of one sample": (lambda: (DataLoader(TensorDataset(X, Y), batch_size=None),), "do not fit together"),
    "unlike batches": (lambda: (DataLoader([(X[0], 0), (X[0, :2], 0)], 1),), "do not fit together"),
    "a workload's labels": (lambda: (Workload(X, Y - 9),), "labels: -.* is not a class"),
    "a workload's types": (lambda: (Workload(X, Y.float()),), "labels: float32 is not a whole number"),
    "a workload's lengths": (lambda: (Workload(X, Y[:9]),), "50 inputs and 9 labels"),
    "a workload without samples": (lambda: (Workload(X[:0], Y[:0]),), "0 inputs and 0 labels"),
    "no measure": (lambda: (Workload(X, Y, None),), "measure: None is not a function"),
    "a mean": (lambda: (Workload(X, Y, lambda o, t: right(o, t).float().mean()),), "measure: torch.float32"),
    "too many answers": (lambda: (Workload(X, Y, lambda o, t: o > 0),), r"\[50, 10\] answers for \[50\] targets"),
    "several outputs": (lambda: ((X, Y), IDEAL, 0, Outputs(lambda y: (y, y))), "outputs: tuple of the network"),
    "outputs in a dict": (lambda: ((X, Y), IDEAL, 0, Outputs(lambda y: {"y": y})), "outputs: dict of the network"),
    "one output": (lambda: ((X, 0 * Y), IDEAL, 0, nn.Linear(4, 1)), "outputs: one a sample, which decides"),
    "no model": (lambda: ((X, Y), IDEAL, 0, MODEL.state_dict()), "model: OrderedDict is not a torch.nn.Module"),
    "a class as model": (lambda: ((X, Y), IDEAL, 0, nn.Linear), "model: the class Linear is not"),
    "no setting": (lambda: ((X, Y), {"adc_bits": 3}), "setting: dict is not a memristive.Setting"),
    "a seed twice": (lambda: ((X, Y), IDEAL, [1, 2, 1]), "seeds: 1 is given twice"),
    "a seed twice, once negative": (lambda: ((X, Y), IDEAL, [-1, 2**64 - 1]), "is given twice"),
    "a seed of 65 bits": (lambda: ((X, Y), IDEAL, 2**64), "is not a whole number of 64 bits"),
    "seeds in a dict": (lambda: ((X, Y), IDEAL, {1: 2}), "seeds: {1: 2} is not a whole number or a list"),
    "images instead of a draw": (
        lambda: ((X, Y), CALIBRATED, 0, MODEL, X),
        "training_images: Tensor is not a function",
    ),
    "images that are not finite": (
        lambda: ((X, Y), CALIBRATED, 0, MODEL, lambda n, g: X * math.nan),
        "evaluate: training_images: a value is not finite",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_evaluate_cannot_use_is_one_line(name):
    make, words = WRONG[name]
    data, setting, seeds, model, images = (*make(), *(IDEAL, 0, MODEL, None)[len(make()) - 1 :])[:5]
    with pytest.raises(InputError, match=words) as caught:
        evaluate(model, data, setting, seeds, images)
    assert "\n" not in str(caught.value)


TAKEN = {
    "negative strides": lambda: (X.numpy()[::-1], Y.numpy()[::-1]),
    "another byte order": lambda: (X.numpy().astype(">f4"), Y.numpy().astype(">i8")),
    "unsigned labels": lambda: (X, Y.numpy().astype(np.uint16)),
    "labels in a list": lambda: (X, Y.tolist()),
    "a workload of arrays": lambda: Workload(X.numpy(), Y.numpy()),
    "a measure of one's own": lambda: Workload(X, Y, right),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_meant_clearly_is_taken(name):
    assert [found.correct for found in evaluate(MODEL, TAKEN[name](), IDEAL, 0)] == [50]


@pytest.mark.parametrize("seed", [np.array(3), torch.tensor(3), [torch.tensor(3)], iter([3])])
def test_seeds_in_other_forms(seed):
    assert [found.seed for found in evaluate(MODEL, (X, Y), IDEAL, seed)] == [3]


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: convert(MODEL, Setting(), 3), "generator: int is not a torch.Generator"),
        (lambda: convert(MODEL, Setting(), np.random.default_rng(3)), "generator: Generator is not a torch.Generator"),
        (lambda: convert(MODEL, None, generator()), "convert: setting: NoneType is not"),
        (lambda: convert(Setting(), MODEL, generator()), "convert: model: Setting is not"),
        (lambda: convert(nn.Conv2d(1, 0, 3), Setting(), generator()), r"has no weights: shape \[0, 1, 3, 3\]"),
        (
            lambda: convert(MODEL, Setting(layers={"fc*": {"adc_bits": 2}}), generator()),
            r"layers: fc\*: no layer has such a name",
        ),
        (lambda: calibrate(convert(MODEL, IDEAL, generator()), X), "no layer on crossbars has adc.range"),
        (lambda: calibrate(convert(MODEL, CALIBRATED, generator()), X[:0]), r"shape \[0, 4\] is not"),
        (lambda: calibrate(convert(MODEL, CALIBRATED, generator()), "x"), "images: str is not a tensor"),
    ],
)
def test_what_convert_and_calibrate_cannot_use_is_one_line(work, words):
    with pytest.raises(InputError, match=words) as caught:
        work()
    assert "\n" not in str(caught.value)


def test_a_layer_whose_outputs_overflow_is_named_even_if_what_follows_hides_it():
    model = nn.Sequential(nn.Linear(4, 4), nn.Hardtanh(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].bias.fill_(3e38)
        model[0].weight.fill_(1e35)
    with pytest.raises(InputError, match=r"not finite after layer 0, at the setting .*device\.r_on"):
        evaluate(model, (torch.full((3, 4), 1e3), torch.zeros(3, dtype=torch.long)), IDEAL, 0)
