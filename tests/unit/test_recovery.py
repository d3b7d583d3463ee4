"""Getting accuracy back: each option does what it says, on training images, at the price that is stated."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from memristive import InputError, Setting, chips, convert, evaluate, kernels, price, summary
from memristive.arrays import definition
from memristive.arrays.slices import definition as slices_definition
from memristive.network import sliced
from memristive.network.layers import CrossbarLayer
from memristive.network.recovery import column_line, drift, folding, statistics, weight_range

IDEAL = Setting(max_input_voltage=None, adc_bits=None, tile_shape=(16, 16))
OTHER = {"sigma": 60, "stuck_at_lrs": 0.02, "tuning": "after"}


def generator(number: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(number)


class Residual(nn.Module):
    """A network with a shortcut, whose second normalisation follows no layer directly."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.second = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.after = nn.BatchNorm2d(6)
        self.last = nn.Linear(6 * 36, 4)

    def forward(self, x):
        x = torch.relu(self.norm(self.first(x)))
        return self.last(torch.relu(self.after(x + self.second(x))).flatten(1))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    model = Residual()
    for _ in range(3):  # statistics that are not those of a new layer
        model(2 * torch.randn(64, 1, 6, 6) + 1)
    return model.eval()


@pytest.fixture(scope="module")
def images():
    return torch.randn(120, 1, 6, 6, generator=generator(5))


@pytest.fixture
def draw(images):
    return lambda count, generator: images[torch.randperm(len(images), generator=generator)[:count]]


def test_a_line_an_output_is_the_least_squares_line_of_that_output():
    x, y = (torch.randn(40, 3, 5, 5, generator=generator(k)) for k in (1, 2))
    fit = column_line.ColumnFit(1)
    for part in range(0, 40, 15):
        fit.add(x[part : part + 15], y[part : part + 15])
    for output, found in enumerate(zip(*fit.line(), strict=True)):
        wanted = np.polyfit(x[:, output].flatten().double().numpy(), y[:, output].flatten().double().numpy(), 1)
        assert found == pytest.approx(wanted, rel=1e-9)


def test_an_output_that_never_changes_is_put_at_its_mean():
    fit = column_line.ColumnFit(-1)
    fit.add(torch.ones(4, 2), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]))
    assert fit.line() == [[0.0, 0.0], [4.0, 5.0]]


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 4, 3), nn.Conv2d(2, 4, 3, groups=2, bias=False), nn.Linear(9, 4)])
def test_lines_by_output_on_the_kernels_are_those_of_the_definition(layer):
    shape = (7, 9) if isinstance(layer, nn.Linear) else (7, 2, 6, 6)
    tail = [nn.ReLU()] if isinstance(layer, nn.Linear) else [nn.BatchNorm2d(4), nn.ReLU()]
    network = convert(nn.Sequential(layer, *tail), Setting(tile_shape=(4, 3), line="column", **OTHER), generator())
    x = torch.randn(shape)
    stage = network[0].stage()
    assert stage.column_line.shape == (2, 4)
    assert len(set(stage.column_line[0].tolist())) == 4
    with torch.no_grad():
        by_definition = definition.run(stage, x)
        assert torch.equal(network[0](x), by_definition)
        for module in tail:
            by_definition = module.eval()(by_definition)
        assert torch.equal(network(x), by_definition)
        assert (network._chain_for(x) is None) == (getattr(layer, "groups", 1) > 1)


DIGITS = {"slices": {"weight_bits": 8, "cell_bits": 4}, "dac_bits": 8, "adc_range": "calibrated", "adc_fit": "largest"}


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 4, 3), nn.Conv2d(2, 4, 3, groups=2, bias=False), nn.Linear(9, 4)])
@pytest.mark.parametrize("options", [DIGITS, DIGITS | {"scheme": "reference_column"}, {"scheme": "offset"}])
def test_lines_by_output_of_layers_of_digits(layer, options):
    """Each output's own line is applied to what the arrays put out, on the kernels as by the definition."""
    shape = (7, 9) if isinstance(layer, nn.Linear) else (7, 2, 6, 6)
    x = torch.randn(shape)
    setting = Setting(tile_shape=(4, 4), sigma=60, tuning="after", line="column", **options)
    network = convert(nn.Sequential(layer), setting, generator(), lambda count, _: x)
    stage = sliced.stage_of(network[0])
    assert stage.column_line.shape == (2, 4)
    assert len(set(stage.column_line[0].tolist())) == 4
    with torch.no_grad():
        found = network(x)
        assert torch.equal(found, slices_definition.run(stage, x, kernels.sums_of))
        bare = slices_definition.run(dataclasses.replace(stage, column_line=None), x, kernels.sums_of)
        assert torch.equal(found, bare * stage.by_output(stage.column_line[0]) + stage.by_output(stage.column_line[1]))


def test_gradients_pass_lines_by_output_of_layers_of_digits():
    """What an input adds to the outputs is its row of weights, each times the output's coefficient."""
    x = torch.randn(7, 9)
    setting = Setting(tile_shape=(4, 4), sigma=60, tuning="after", line="column", max_input_voltage=None, **DIGITS)
    network = convert(nn.Sequential(nn.Linear(9, 4)), setting, generator(), lambda count, _: x)
    stage = sliced.stage_of(network[0])
    x.requires_grad_()
    network(x).sum().backward()
    wanted = stage.effective()[0] @ stage.column_line[0]
    assert torch.allclose(x.grad, wanted.expand(7, 9), rtol=1e-4)


def test_a_line_an_output_of_digits_leaves_less_than_a_line_a_layer():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(40, 20)).eval(), torch.rand(200, 40) * 2 - 1
    setting = Setting(word_line_resistance=2, tuning="after", tile_shape=None, **DIGITS)
    left = {}
    with torch.no_grad():
        for line in ("layer", "column"):
            network = convert(model, setting.replace(line=line), generator(), lambda n, _: x)
            left[line] = float((network(x) - model(x)).square().mean())
    assert left["column"] < 0.95 * left["layer"]


@pytest.mark.parametrize("options", [{"range_images": 20}, {"fine_tuning_images": 20, "fine_tuning_steps": 3}])
def test_what_precedes_the_chips_is_done_without_ranges_of_converters(options):
    """Converters of inputs, and errors of converters, need ranges that no image has fixed yet."""
    model = nn.Sequential(nn.Linear(9, 6), nn.ReLU(), nn.Linear(6, 3)).eval()
    x = torch.randn(30, 9)
    own = {name: value for name, value in DIGITS.items() if name != "slices"} | {"adc_noise": 0.5}
    labels = model(x).argmax(1)
    setting = Setting(sigma=20, **own, **options)
    found = evaluate(model, (x, labels), setting, [0], lambda n, _: (x[:n], labels[:n]))
    assert found.mean > 60


def test_a_line_an_output_leaves_less_than_a_line_a_layer():
    model, x = nn.Sequential(nn.Linear(40, 20)).eval(), torch.rand(200, 40) * 2 - 1
    setting = IDEAL.replace(word_line_resistance=0.3, tuning="after")  # the farther a column is, the less it has
    left = {
        line: float((convert(model, setting.replace(line=line), generator())(x) - model(x)).square().mean())
        for line in ("layer", "column")
    }
    assert left["column"] < 0.7 * left["layer"]


def test_folding_changes_no_output_of_the_digital_network(model, images):
    found = folding.folded(model)
    assert isinstance(found.norm, nn.Identity)
    assert isinstance(found.after, nn.BatchNorm2d)  # it follows a sum
    torch.testing.assert_close(found(images), model(images), rtol=1e-4, atol=1e-5)
    assert isinstance(model.norm, nn.BatchNorm2d)


def test_folded_weights_are_on_the_arrays(model):
    setting = IDEAL.replace(batch_norm="folded", tuning="none")
    network = convert(model, setting, generator())
    scale = model.norm.weight / (model.norm.running_var + model.norm.eps).sqrt()
    weight = model.first.weight * scale.view(-1, 1, 1, 1)
    wanted = weight / weight.abs().max() * (1 / 50 - 1 / 1000)
    torch.testing.assert_close(network.first.conductance[0, 0], wanted.flatten(1).T, rtol=1e-4, atol=1e-8)


def test_statistics_are_those_of_what_the_arrays_put_out(model, images):
    setting = IDEAL.replace(sigma=100, statistics_images=100, tuning="after")
    network = convert(model, setting, generator(), lambda count, _: images[:count])
    with torch.no_grad():
        first = network.first(images[:100])
        mean, variance = first.mean((0, 2, 3)), first.var((0, 2, 3))
        x = torch.relu(
            nn.functional.batch_norm(first, None, None, model.norm.weight, model.norm.bias, True, eps=model.norm.eps)
        )
        second = x + network.second(x)
    for norm, of in ((network.norm, first), (network.after, second)):
        torch.testing.assert_close(norm.running_mean, of.mean((0, 2, 3)), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(norm.running_var, of.var((0, 2, 3)), rtol=1e-4, atol=1e-5)
    assert not torch.allclose(mean, model.norm.running_mean, rtol=0.05)
    assert not torch.allclose(variance, model.norm.running_var, rtol=0.05)
    assert not any(module.training for module in network.modules())
    assert network.norm.momentum == model.norm.momentum


def test_many_images_are_the_mean_of_parts(model):
    setting = IDEAL.replace(statistics_images=2 * statistics.IMAGES_AT_ONCE)
    images = torch.randn(2 * statistics.IMAGES_AT_ONCE, 1, 6, 6, generator=generator(2))
    network = convert(model, setting, generator(), lambda count, _: images[:count])
    torch.testing.assert_close(network.norm.running_mean, network.first(images).mean((0, 2, 3)), rtol=1e-3, atol=1e-4)


def test_statistics_and_fixed_ranges_go_together(model, draw):
    setting = Setting(adc_range="calibrated", calibration_images=50, statistics_images=60, **OTHER)
    network = convert(model, setting, generator(), draw)
    auto = convert(model, setting.replace(adc_range="auto"), generator(), draw)
    assert network.second.adc_ranges.numel()
    torch.testing.assert_close(network.norm.running_mean, auto.norm.running_mean, rtol=0.2, atol=0.1)


@pytest.mark.parametrize("by", ["layer", "column"])
@pytest.mark.parametrize("tuning", ["none", "before", "after"])
def test_drift_that_all_devices_have_in_common_is_taken_back(model, images, by, tuning):
    fresh = IDEAL.replace(sigma=30, tuning=tuning)
    drifted = fresh.replace(retention_time=1e6, drift_coefficient=0.05)
    wanted = convert(model, fresh, generator())(images)
    off = convert(model, drifted.replace(tuning="before"), generator())(images)
    found = convert(model, drifted.replace(drift_compensation=by), generator())(images)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4 * float(wanted.abs().max()))
    assert not torch.allclose(off, convert(model, fresh.replace(tuning="before"), generator())(images), rtol=0.1)


def test_factors_by_their_definition():
    then, now = torch.tensor([2.0, 6.0, 1.0]).double(), torch.tensor([1.0, 2.0, 0.0]).double()
    assert drift.factors(then, now, "layer").tolist() == [3.0]
    assert drift.factors(then, now, "column").tolist() == [2.0, 3.0, 1.0]
    assert drift.magnitudes(torch.tensor([[[-1.0, 2.0], [3.0, -4.0]]]), 1).tolist() == [3.0, 7.0]


def test_devices_that_drift_apart_need_a_factor_an_output():
    model, x = nn.Sequential(nn.Linear(64, 32)).eval(), torch.rand(300, 64) * 2 - 1
    model[0].weight.data[::2] *= 0.05  # low conductances drift otherwise than high ones
    setting = Setting(device="pcm_nandakumar", retention_model="measured", retention_time=80_000.0, adc_bits=None)
    left = {
        by: float((convert(model, setting.replace(drift_compensation=by), generator())(x) - model(x)).square().mean())
        for by in ("none", "layer", "column")
    }
    assert left["column"] < left["layer"] < 0.2 * left["none"]


def test_the_weight_range_is_that_of_the_least_error(model, images):
    outlier = nn.Sequential(nn.Flatten(), nn.Linear(36, 12), nn.ReLU(), nn.Linear(12, 5)).eval()
    outlier[1].weight.data[0, 0] = 1.0
    error = {"programming": "one_shot", "spread": "normal", "programming_sigma": 1e-3}
    setting = Setting(tuning="after", range_images=100, tile_shape=None, **error)
    drawn = type("Drawn", (), {"images": lambda self, field, count: images[:count]})()
    _, found = weight_range.prepare(outlier, setting, drawn)
    chosen = found.for_layer("1").array.p_l
    assert chosen is not None
    layer, x = nn.Sequential(outlier[1]), images[:100].flatten(1)
    plain = setting.replace(range_images=0)
    left = {
        p_l: np.mean(
            [
                float((convert(layer, plain.replace(p_l=p_l), generator(k))(x) - layer(x)).square().mean())
                for k in range(9)
            ]
        )
        for p_l in (None, chosen, 0.2)
    }
    assert left[chosen] < left[None]
    assert left[chosen] < left[0.2]


def test_the_price_by_hand(model):
    setting = Setting(
        **{"tile_shape": (16, 4), "stuck_at_lrs": 0.1, "remap": "both", "redundant_columns": 2, "line": "column"},
        **{"statistics_images": 50, "range_images": 30, "fine_tuning_images": 80, "drift_compensation": "layer"},
        retention_time=100.0,
        tuning="none",
    )
    found = price(model, setting, torch.zeros(3, 1, 6, 6))
    # Matrices of 9x6, 54x6 and 216x4 weights on tiles of 16x4: 1x2, 4x2 and 14x1 tiles.
    spare = 2 * 2 * (9 * 2 + 54 * 2 + 216 * 1)
    devices = 2 * (9 * 6 + 54 * 6 + 216 * 4)
    assert found.options["remapping"].devices == spare
    assert found.options["remapping"].device_writes == 2 * devices + 3 * spare
    assert found.options["remapping"].numbers == (1 * 6 + 2 * 9) + (4 * 6 + 2 * 54) + (14 * 4 + 1 * 216)
    assert found.options["column_line"].numbers == 2 * (5 + 5 + 3)
    assert found.options["drift"].digital_operations == 6 * 36 + 6 * 36 + 4
    assert found.options["statistics"].calibration_images == 50
    assert (found.total.training_images, found.total.calibration_images) == (110, 50)
    assert found.normalisation == 2 * (6 * 36 + 6 * 36)
    assert price(model, Setting(batch_norm="folded"), torch.zeros(1, 1, 6, 6)).total.digital_operations == -2 * 6 * 36
    network = convert(model, setting.replace(statistics_images=0, range_images=0, fine_tuning_images=0), generator())
    assert sum(layer.devices for layer in summary(network).layers) == devices + spare
    assert "together" in str(found)


def test_a_chip_can_be_taken_out(model, images, draw):
    setting = Setting(
        **{"statistics_images": 40, "range_images": 40, "line": "column", "remap": "both", "batch_norm": "digital"},
        **OTHER,
        adc_range="calibrated",
        calibration_images=20,
    )
    x = torch.randn(50, 1, 6, 6, generator=generator(9))
    labels = model(x).argmax(1)
    found = chips(model, (x, labels), setting, seeds=[3, 4], training_images=draw)
    network = convert(model, setting, generator(4), draw)
    assert found[1].correct == int((network(x).argmax(1) == labels).sum())
    assert found[0].correct_bits != found[1].correct_bits


def test_only_training_images_are_calibrated_on():
    """A test image bears a mark; a layer sees it in an evaluation and never before, whatever is calibrated."""
    mark, seen = 100.0, []
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3)).eval()
    training, test = torch.randn(300, 1, 6, 6), torch.randn(60, 1, 6, 6)
    test[:, 0, 0, 0] = mark
    labels = torch.arange(300) % 3

    def draw(count, generator):
        chosen = torch.randperm(300, generator=generator)[:count]
        return training[chosen], labels[chosen]

    model[0].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0].detach().clone()))
    setting = Setting(
        **{"adc_range": "calibrated", "calibration_images": 50, "statistics_images": 60, "range_images": 70},
        **{"fine_tuning_images": 80, "fine_tuning_steps": 4, "fine_tuning_batch": 20},
        **OTHER,
    )
    evaluate(model, (test, labels[:60]), setting, range(2), draw)
    marked = [bool((images[:, 0, 0, 0] == mark).any()) for images in seen]
    calibrations, evaluations = [m for m in seen if len(m) in (20, 50, 70)], marked[-2:]
    assert evaluations == [True, True]
    assert not any(marked[:-2]), "a test image was used before the evaluation"
    assert len(calibrations) > 4
    known = {tuple(image.flatten().tolist()) for image in training}
    assert all(tuple(image.flatten().tolist()) in known for images in seen[:-2] for image in images if images.std() > 0)


WRONG = {
    "no images": (
        {"statistics_images": 5},
        None,
        "training_images: None, but recovery.statistics_images: 5 needs some",
    ),
    "no images for the range": ({"range_images": 5}, None, "training_images: None, but recovery.range_images: 5 needs"),
    "no classes": ({"fine_tuning_images": 5}, "images", "draws inputs alone, but recovery.fine_tuning_images: 5 needs"),
    "nothing to estimate": ({"statistics_images": 5}, "plain", "the network has no batch normalisation"),
    "nothing to fold": ({"batch_norm": "folded"}, "plain", "no batch normalisation follows a Conv2d or Linear"),
    "a number": ({"statistics_images": 5}, "number", "training_images: int is not a tensor of 5 inputs"),
    "not finite": ({"statistics_images": 5}, "infinite", "training_images: a value is not finite"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_recovery_cannot_use_is_one_line(model, images, draw, name):
    fields, kind, words = WRONG[name]
    draws = {None: None, "number": lambda count, _: 3, "infinite": lambda count, _: images[:count] * float("inf")}
    network = nn.Sequential(nn.Flatten(), nn.Linear(36, 4)) if kind == "plain" else model
    given = (images, torch.zeros(len(images), dtype=torch.int64))
    with pytest.raises(InputError, match=words) as caught:
        evaluate(network, given, Setting(**fields), 0, draws.get(kind, draw))
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=words.replace("evaluate", "convert")):
        convert(network, Setting(**fields), generator(), draws.get(kind, draw))


def test_a_network_that_cannot_be_traced_is_not_folded():
    class Looking(Residual):
        def forward(self, x):
            return super().forward(x) if x.sum() > 0 else x

    with pytest.raises(InputError, match="'folded', but the network cannot be traced"):
        convert(Looking(), Setting(batch_norm="folded"), generator())


def test_without_recovery_nothing_is_different(model, images):
    """Options that find nothing to do leave the bits as they are."""
    setting = Setting(sigma=50, tuning="after")
    with torch.no_grad():
        plain = convert(model, setting, generator())(images)
        for fields in ({"remap": "both"}, {"drift_compensation": "column"}):
            assert torch.equal(convert(model, setting.replace(**fields), generator())(images), plain)
    assert not any(isinstance(module, CrossbarLayer) for module in model.modules())
