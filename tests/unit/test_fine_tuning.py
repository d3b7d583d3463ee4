"""Training through chips that are drawn anew at each step."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from memristive import InputError, Setting, convert, evaluate
from memristive.arrays.draws import SeededDraws
from memristive.network.convert import convert_with
from memristive.network.recovery import fine_tuning
from memristive.network.recovery.fine_tuning import fine_tuned
from memristive.network.recovery.through_chip import on_chip

PLAIN = {"tile_shape": (16, 16), "adc_bits": None, "max_input_voltage": None}


def task(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy patterns and their classes."""
    patterns = torch.randn(6, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 6, (count,), generator=generator)
    return patterns[labels] + 2 * torch.randn(count, 1, 6, 6, generator=generator), labels


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    layers = (nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(128, 6))
    model, (x, y) = nn.Sequential(*layers), task(600, 1)
    descent = torch.optim.Adam(model.parameters(), 5e-3)
    for start in range(0, 1800, 50):
        descent.zero_grad()
        nn.functional.cross_entropy(model(x[start % 600 :][:50]), y[start % 600 :][:50]).backward()
        descent.step()
    return model.eval()


class Logarithm(nn.Module):
    """Of negative numbers there is none."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.log()


CHIPS = {
    "variability": {"sigma": 300, "tuning": "after"},
    "programming": {"programming": "one_shot", "spread": "normal", "programming_sigma": 6e-3},
    "faults": {"stuck_at_lrs": 0.15, "tuning": "after"},
    "wires": {"word_line_resistance": 3.0, "tuning": "after"},
    "states and codes": {"conductance_states": 2, "adc_bits": 4, "sigma": 20},
}


@pytest.mark.parametrize("name", CHIPS)
def test_a_network_learns_to_bear_it(model, name):
    setting = Setting(fine_tuning_images=600, fine_tuning_steps=60, tile_shape=(16, 16), **CHIPS[name])
    without = setting.replace(fine_tuning_images=0)
    test = task(500, 2)
    before = evaluate(model, test, without, range(4))
    after = evaluate(model, test, setting, range(4), lambda count, _: task(count, 1))
    assert after.mean > before.mean + 1


def gradient(model: nn.Module, setting: Setting, x: torch.Tensor) -> tuple:
    """Loss and gradient with respect to the weights on one chip, and a function of the weights that gives the loss."""
    names = ("0", "2")
    network = convert_with(model, setting.replace(tuning="none"), SeededDraws(torch.Generator().manual_seed(1)))
    weights = {name: model[int(name)].weight.detach().clone().requires_grad_() for name in names}
    lines: dict[str, torch.Tensor] = {}

    def loss(values):
        tensors = on_chip(network, values, {}, setting, SeededDraws(torch.Generator().manual_seed(5)))
        for key in tensors:
            if key.endswith(".line"):
                tensors[key] = lines.setdefault(key, tensors[key])  # a line is taken as given
        return (functional_call(network, tensors, (x,)) ** 2).mean()

    found = loss(weights)
    return torch.autograd.grad(found, list(weights.values())), weights, loss


@pytest.mark.parametrize(
    "fields",
    [
        {"sigma": 30},
        {"stuck_at_lrs": 0.1, "stuck_at_hrs": 0.1, "remap": "both", "tuning": "after"},
        {"word_line_resistance": 2.0, "tuning": "after", "line": "column"},
        {"retention_time": 100.0, "drift_coefficient": 0.1},
        {"programming": "one_shot", "spread": "relative", "programming_sigma": 0.1},
    ],
)
def test_the_gradient_is_that_of_the_chip(fields):
    """Against differences along a random direction of small weights, whose largest, which sets the scale, stay."""
    torch.manual_seed(0)
    model, x = (
        nn.Sequential(nn.Linear(12, 8, bias=False), nn.Tanh(), nn.Linear(8, 3, bias=False)).eval(),
        torch.randn(20, 12),
    )
    found, weights, loss = gradient(model, Setting(**PLAIN, **fields), x)
    steps = {
        name: torch.randn(weight.shape) * ((weight.abs() > 0.02) & (weight.abs() < 0.8 * weight.abs().max()))
        for name, weight in weights.items()
    }
    with torch.no_grad():
        values = [loss({n: weights[n] + s * 5e-4 * steps[n] for n in weights}) for s in (1, -1)]
    slope = float(values[0] - values[1]) / 1e-3
    wanted = sum(float((g * step).sum()) for g, step in zip(found, steps.values(), strict=True))
    assert wanted == pytest.approx(slope, rel=0.02)
    assert abs(wanted) > 3e-4


def test_rounding_counts_as_the_identity():
    torch.manual_seed(0)
    model, x = (
        nn.Sequential(nn.Linear(12, 8, bias=False), nn.Tanh(), nn.Linear(8, 3, bias=False)).eval(),
        torch.randn(20, 12),
    )
    rounded, _, _ = gradient(model, Setting(**PLAIN | {"adc_bits": 6}, conductance_states=16), x)
    smooth, _, _ = gradient(model, Setting(**PLAIN), x)
    for one, other in zip(rounded, smooth, strict=True):
        assert not torch.equal(one, other)
        assert torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), 0) > 0.95


def test_each_step_has_a_chip_of_its_own(model, monkeypatch):
    seen, images = [], task(100, 1)

    def watched(network, weights, biases, setting, draws):
        found = on_chip(network, weights, biases, setting, draws)
        seen.append(draws.order("0", (0, 0), "stuck at LRS", 1000).tolist())
        return found

    monkeypatch.setattr(fine_tuning, "on_chip", watched)
    fine_tuned(model, Setting(stuck_at_lrs=0.05, fine_tuning_images=100, fine_tuning_steps=4), *images)
    assert len(seen) == 4
    assert len({tuple(each) for each in seen}) == 4


def test_the_same_weights_whatever_ran_before_and_on_how_many_threads(model):
    images, setting = (
        task(100, 1),
        Setting(sigma=100, fine_tuning_images=100, fine_tuning_steps=3, fine_tuning_batch=40),
    )
    former, threads = {name: value.clone() for name, value in model.state_dict().items()}, torch.get_num_threads()
    found = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            torch.rand(count)
            state = torch.get_rng_state()
            found.append(fine_tuned(model, setting, *images).state_dict())
            assert torch.equal(torch.get_rng_state(), state)
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    for name, value in found[0].items():
        assert torch.equal(value, found[1][name]), name
        assert torch.equal(model.state_dict()[name], former[name]), name
    assert not torch.equal(found[0]["0.weight"], former["0.weight"])
    assert not torch.equal(found[0]["1.running_mean"], former["1.running_mean"])


def test_the_trained_weights_are_what_chips_hold(model):
    setting = Setting(sigma=100, fine_tuning_images=100, fine_tuning_steps=3, **PLAIN)
    images, generator = task(100, 1), torch.Generator().manual_seed(3)
    trained = fine_tuned(model, setting, *images)
    found = convert(model, setting, generator, lambda count, _: images)
    wanted = convert(trained, setting.replace(fine_tuning_images=0), generator)
    assert torch.equal(found[0].conductance, wanted[0].conductance)
    assert torch.equal(found(images[0]), wanted(images[0]))


def test_what_cannot_be_trained_is_one_line(model):
    images = task(60, 1)
    setting = Setting(fine_tuning_images=60, fine_tuning_steps=30)
    pruned = nn.Sequential(nn.Flatten(), nn.Linear(36, 6))
    nn.utils.prune.l1_unstructured(pruned[1], "weight", 0.5)
    with pytest.raises(InputError, match="model: 1: weight: is computed before each pass"):
        fine_tuned(pruned, setting, *images)
    diverging = nn.Sequential(nn.Flatten(), nn.Linear(36, 6), Logarithm())
    with pytest.raises(
        InputError, match=r"recovery.fine_tuning_rate: 0.01: the loss is not finite at step 1; lower it"
    ):
        fine_tuned(diverging, setting, *images)
