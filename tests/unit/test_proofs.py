"""Proofs about the paper's numbers: their measurements on networks, and conclusions that follow the data."""

import fabricated
import pandas as pd
import pytest
import torch
from torch import nn

from memristive.core.setting import Setting
from memristive.network.convert import convert
from memristive_study import figures
from memristive_study.claims.evidence import Evidence
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo.proofs import (
    ageing,
    high_and_low,
    modes,
    retention,
    three_values,
    two_numbers,
)
from memristive_study.papers.souto_garnelo.proofs.scaling import SCALES
from memristive_study.papers.souto_garnelo.proofs.scaling import measure as scaling
from memristive_study.results.study import Study


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(8 * 16, 10),
    )
    with torch.no_grad():
        model(torch.randn(64, 1, 12, 12))  # statistics of batch norm
    return model.eval()


@pytest.fixture(scope="module")
def images():
    return 2 * torch.randn(60, 1, 12, 12, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def evidence(tmp_path):
    inputs = fabricated.write_study(tmp_path, ("mnist", "cifar10"), "small", 2, folds=1, epochs=1)
    named = {key: value for key, value in inputs.items() if key.startswith("proof_")}
    return Evidence(figures.read_all(named), Study.read(inputs["study"], load("souto_garnelo")))


def with_frame(evidence, name, frame):
    return Evidence({**evidence.frames, f"proof_{name}": frame}, evidence.study)


def test_drift_before_which_a_network_was_tuned_is_a_factor_on_its_weights(network, images):
    drifted = Setting(retention_time=1e4, drift_coefficient=0.1, initial_time=1e3, adc_bits=None, tuning="before")
    d = (1e4 / 1e3) ** -0.1
    on_crossbars = convert(network, drifted.replace(max_input_voltage=None), torch.Generator().manual_seed(0))
    from memristive_study.papers.souto_garnelo.proofs.measured import with_weights

    with torch.no_grad():
        scaled, crossbars = with_weights(network, lambda w: d * w)(images), on_crossbars(images)
        unscaled = network(images)
    assert (scaled - crossbars).abs().max() < 0.02 * (scaled - unscaled).abs().max()


def test_scaling_ends_at_the_network_itself(network, images):
    labels = network(images).argmax(-1)
    rows = scaling(network, images, labels)
    assert [row["scale"] for row in rows] == list(SCALES)
    assert rows[-1] == {"scale": 1.0, "images": 60, "correct": 60}
    assert rows[0]["correct"] < 60


def test_sudden_ageing_leaves_three_values_and_gradual_does_not(network, images, monkeypatch):
    labels = network(images).argmax(-1)
    rows = pd.DataFrame(three_values.measure(network, images, labels))
    transfer = rows[rows["kind"] == "transfer"].set_index("x")["y"]
    # Resistances below (50 + 1000 / 2) ohm become 100, above it 1000; the weights' conductances are 1/1000 to 1/50.
    level = (1 / 100 - 1 / 1000) / (1 / 50 - 1 / 1000)
    threshold = (1 / 550 - 1 / 1000) / (1 / 50 - 1 / 1000)
    expected = {x: 0.0 if abs(x) < threshold else level * (1 if x > 0 else -1) for x in transfer.index}
    assert transfer.to_dict() == pytest.approx(expected, abs=1e-6)
    assert (rows.loc[rows["kind"].isin(["cycles", "temperature"]), "y"] == 0).all()
    assert rows.loc[rows["kind"] == "digital", "correct"].tolist() == [60]
    gradual = Setting.replace

    def slower(setting, **fields):
        return gradual(setting, operation_mode="gradual", p_lrs=(1, 0.1, 0, 0.1), p_hrs=(1, 0.1, 0, -0.1), **fields)

    monkeypatch.setattr(three_values, "Setting", lambda **fields: slower(Setting(**fields)))
    rows = pd.DataFrame(three_values.measure(network, images, labels))
    assert rows.loc[rows["kind"] == "transfer", "y"].nunique() > 100
    assert (rows.loc[rows["kind"] == "cycles", "y"] > 0).any()


def test_networks_with_scaled_activations_compute_the_same(network, images):
    with torch.no_grad():
        same = modes.scaled(network, 2.0)(images)
        inner = [found[1](found[0](images)) for found in (network, modes.scaled(network, 2.0))]
    assert torch.allclose(same, network(images), atol=1e-4)
    assert torch.allclose(inner[1], 2 * inner[0], atol=1e-5)


def test_modes_differ_where_batch_norm_and_dropout_take_part(network, images):
    labels = network(images).argmax(-1)
    rows = pd.DataFrame(modes.measure(network, images, labels))
    at = rows[(rows["point"] == "1 V") & (rows["scale"] == 1)].set_index("mode")["correct"]
    assert len(set(at)) == 3
    assert rows.equals(pd.DataFrame(modes.measure(network, images, labels)))
    assert set(rows.loc[rows["point"] != "1 V", "scale"]) == {1.0}


def test_retention_s_numbers_exclude_each_other_where_one_network_is_more_fragile(evidence):
    found = retention.conclude(evidence)
    assert found.holds
    assert found.heading == "Retention: 93.94 and 81.89 % exclude each other"
    frame = evidence.frames["proof_scaling"].copy()
    other = frame["network"] == "cifar10"
    frame.loc[other, "correct"] = 980 - (980 - frame.loc[~other, "correct"].to_numpy()) // 4
    found = retention.conclude(with_frame(evidence, "scaling", frame))
    assert not found.holds
    assert "do not exclude" in found.heading


def test_the_scale_at_which_so_much_is_lost_is_interpolated():
    curve = pd.Series({1.0: 0.0, 0.9: 1.0, 0.8: 5.0, 0.7: 4.0, 0.6: 50.0})
    assert retention.scales_that_cost(curve, 3.0) == pytest.approx(0.85)
    assert retention.scales_that_cost(curve, 60.0) is None
    assert retention.loss_at(curve, 0.85) == pytest.approx(3.0)


def test_a_fourth_value_or_an_effect_of_the_cycles_refutes_ageing(evidence):
    found = ageing.conclude(evidence)
    assert found.holds
    assert "above 6.0 % of a layer's largest becomes 0.500" in found.text
    assert "MNIST with three values: 70.0 %, with a fitted line 40.0 %; the paper has 52.47 %" in found.text
    for kind, value in (("transfer", 0.25), ("cycles", 0.1)):
        frame = evidence.frames["proof_three_values"].copy()
        frame.loc[frame.index[frame["kind"] == kind][0], "y"] = value
        found = ageing.conclude(with_frame(evidence, "three_values", frame))
        assert not found.holds
        assert "not a reduction" in found.heading


def test_a_pair_near_both_numbers_ends_their_exclusion(evidence):
    frame = evidence.frames["proof_modes"].copy()
    assert two_numbers.conclude(evidence).holds
    at = (frame["network"] == "cifar10") & (frame["mode"] == "evaluation") & (frame["scale"] == 1)
    frame.loc[at, "correct"] = 100
    frame.loc[at & (frame["point"] == "1 V"), "correct"] = 150
    assert two_numbers.conclude(with_frame(evidence, "modes", frame)).holds
    frame.loc[at & (frame["point"] == "endurance, tuned after"), "correct"] = 340
    found = two_numbers.conclude(with_frame(evidence, "modes", frame))
    assert not found.holds
    assert "The nearest, with evaluation, has 15.0 % and 34.0 %" in found.text


def test_claims_8_and_9_follow_the_recipes(evidence):
    def judged(mnist, cifar10, larger):
        frame = evidence.frames["proof_modes"].assign(correct=500)
        for name, value in (("mnist", mnist), ("cifar10", cifar10)):
            low = (frame["network"] == name) & (frame["point"] == "1 V") & (frame["mode"] == "evaluation")
            frame.loc[low & (frame["scale"] == 1), "correct"] = value
            frame.loc[low & (frame["scale"] == 2), "correct"] = larger[name]
        return high_and_low.conclude(with_frame(evidence, "modes", frame))

    far, both = {"mnist": 400, "cifar10": 100}, {"mnist": 900, "cifar10": 150}
    assert judged(900, 300, far).holds
    assert not judged(900, 300, both).holds
    assert "depend on the size of activations" in judged(900, 300, both).heading
    assert "go together" in judged(900, 150, far).heading


def test_a_study_without_measurements_concludes_nothing(evidence):
    empty = Evidence({}, evidence.study)
    assert [proof.conclude(empty) for proof in evidence.study.paper.proofs] == [None] * 4
