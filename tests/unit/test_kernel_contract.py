"""The kernels refuse what they do not know, so that the readable definition computes it."""

import dataclasses

import pytest
import torch
from torch import nn

from memristive import Setting, convert, kernels
from memristive.arrays import definition, product
from memristive.arrays.product import Arithmetic
from memristive.arrays.stage import Stage
from memristive.kernels import chain, contract
from memristive.kernels.native import Unsupported
from memristive.network import layers

pytestmark = pytest.mark.skipif(not kernels.available(), reason="kernels cannot be compiled here")


@dataclasses.dataclass(frozen=True)
class WithLines(Arithmetic):
    """An arithmetic with something that no kernel knows: wires whose resistance (ohm) lowers a column's current."""

    line_resistance: float = 0.0


@dataclasses.dataclass(frozen=True)
class WithGain(Stage):
    """A stage with something that no kernel knows."""

    gain: float = 1.0


def draw(*shape, seed=0, scale=1.0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * scale


@pytest.fixture
def lines_in_the_definition(monkeypatch):
    """The readable definition knows `line_resistance`."""
    multiply = product.multiply

    def with_lines(x, conductance, columns, arithmetic):
        loss = 1 + arithmetic.line_resistance * conductance.abs().sum(0)
        return multiply(x, conductance / loss, columns, arithmetic)

    monkeypatch.setattr(definition, "multiply", with_lines)


def stage(arithmetic, kind=Stage, **more):
    return kind(draw(1, 30, 7, scale=1e-2), 7, arithmetic, line=(2.0, 0.1), bias=draw(7, seed=2), **more)


def test_a_new_field_is_computed_readably_unless_it_is_neutral(lines_in_the_definition):
    x = draw(9, 30, seed=1)
    neutral, off = stage(WithLines()), stage(WithLines(line_resistance=5.0))
    assert torch.equal(kernels.carry_out(neutral, x), definition.run(neutral, x))
    assert kernels.carry_out(off, x) is NotImplemented
    assert kernels.sums(off, x) is NotImplemented
    assert torch.equal(layers.run(off, x), definition.run(off, x))
    assert not torch.equal(layers.run(off, x), layers.run(neutral, x))


def test_a_whole_network_with_a_new_field(lines_in_the_definition):
    """Chains that run as a whole refuse it as single layers do."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 16, 5)).eval()
    x = draw(6, 2, 6, 6, seed=3)

    def outputs(resistance):
        network = convert(model, Setting(), torch.Generator().manual_seed(0))
        for layer in (network[0], network[3]):
            values = {f.name: getattr(layer.arithmetic, f.name) for f in dataclasses.fields(layer.arithmetic)}
            layer.arithmetic = WithLines(**values, line_resistance=resistance)
        with torch.no_grad():
            runs_whole = kernels.fused_chain(network, x.shape[1:]) is not None
            readable = definition.run(network[0].stage(), x)
            readable = definition.run(network[3].stage(), readable.relu().flatten(1))
            assert torch.equal(network(x), readable)
        return network(x), runs_whole

    without, whole = outputs(0.0)
    assert whole
    with_lines, whole = outputs(5.0)
    assert not whole
    assert not torch.equal(with_lines, without)


def test_a_new_field_of_a_stage_is_refused_unless_it_is_neutral():
    x = draw(9, 30, seed=1)
    assert kernels.carry_out(stage(Arithmetic(), WithGain), x) is not NotImplemented
    assert kernels.carry_out(stage(Arithmetic(), WithGain, gain=2.0), x) is NotImplemented
    assert kernels.sums(stage(Arithmetic(), WithGain, gain=2.0), x) is NotImplemented
    with pytest.raises(Unsupported, match=r"gain: 2\.0"):
        kernels.single(stage(Arithmetic(), WithGain, gain=2.0))


def test_new_fields_and_kinds_of_the_stages_of_chains_are_refused():
    crossbar = kernels.single(stage(Arithmetic()))

    @dataclasses.dataclass(frozen=True)
    class LeakyReLU(kernels.ReLU):
        slope: float = 0.0

    @dataclasses.dataclass(frozen=True)
    class Softplus:
        pass

    kernels.Chain([crossbar, LeakyReLU()], (30,))
    for unknown in (LeakyReLU(0.1), Softplus(), nn.ReLU()):
        with pytest.raises(Unsupported):
            kernels.Chain([crossbar, unknown], (30,))


@pytest.mark.parametrize(
    "unknown",
    [
        {"accumulate": "pairwise"},
        {"adc_quantisation": "cubic"},
        {"adc_scope": "layer"},
        {"ranging": "decades"},
        {"scale_scope": "vector"},
        {"adc_bits": 23},
        {"adc_bits": 1},
        {"adc_overflow_rate": 1.5},
        {"tile_shape": (64, 64, 64)},
        {"max_input_voltage": -1.0},
    ],
)
def test_unknown_values_of_known_fields_are_refused(unknown):
    ((name, _),) = unknown.items()
    with pytest.raises(Unsupported, match=name):
        contract.ARITHMETIC.check(Arithmetic(**unknown))
    assert kernels.linear(draw(2, 30), draw(30, 7), 7, Arithmetic(**unknown)) is NotImplemented


def test_records_that_lack_a_field_are_refused():
    @dataclasses.dataclass
    class Less:
        tile_shape: tuple = (8, 8)

    for record in (Less(), {"tile_shape": (8, 8)}, None):
        with pytest.raises(Unsupported):
            contract.ARITHMETIC.check(record)


@pytest.mark.parametrize(
    "value, neutral, holds",
    [(0.0, 0.0, True), (0, 0.0, True), (1e-9, 0.0, False), (None, None, True), ("a", "b", False), ((1,), (1,), True)],
)
def test_what_is_neutral(value, neutral, holds):
    record = dataclasses.make_dataclass("Record", [("it", object, dataclasses.field(default=neutral))])
    (field,) = dataclasses.fields(record)
    assert contract.is_neutral(field, value) == holds
    other = dataclasses.make_dataclass(
        "Other", [("it", object, dataclasses.field(default="some default", metadata={"neutral": neutral}))]
    )
    (field,) = dataclasses.fields(other)
    assert contract.is_neutral(field, value) == holds
    assert not contract.is_neutral(field, "some default")


def test_a_field_without_default_and_a_tensor_are_never_neutral():
    record = dataclasses.make_dataclass("Record", [("it", object)])
    (field,) = dataclasses.fields(record)
    assert not contract.is_neutral(field, 0)
    record = dataclasses.make_dataclass("Record", [("it", object, None)])
    (field,) = dataclasses.fields(record)
    assert contract.is_neutral(field, None)
    assert not contract.is_neutral(field, torch.zeros(3))


def test_the_contracts_name_fields_that_there_are():
    """A name too many would refuse every record, and all would be computed slowly without a word."""
    for kind, known in [(Arithmetic, contract.ARITHMETIC), (Stage, contract.STAGE), *chain.CONTRACTS.items()]:
        assert known.fields.keys() <= {field.name for field in dataclasses.fields(kind)}, kind
