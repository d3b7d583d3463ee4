"""Vectors of one entry and of equal entries: converted like all others under `physical`, not by MemTorch.

Worked by hand: inputs are not scaled, nothing is tuned, the largest weight is 1, and each weight is a difference of two
ideal devices of 1 and 2 ohm, so that the arrays put out half of the digital products (1 / r_on - 1 / r_off). An ADC of
b bits has steps of 2**(e + 1 - b) in a range of 2**e, the smallest power of two that holds the largest entry. Tiles fit
the layers, since cells that fill a tile up are entries for MemTorch.
"""

import pytest
import torch
from torch import nn

from memristive import Setting, convert, kernels
from memristive.arrays import definition

FIELDS = {"r_on": 1.0, "r_off": 2.0, "adc_bits": 3, "max_input_voltage": None, "tuning": "none"}


def layer(digital: nn.Module, weight: list, semantics: str, **fields) -> nn.Module:
    """`digital` with this weight and no bias, on crossbars."""
    with torch.no_grad():
        digital.weight.copy_(torch.tensor(weight).reshape(digital.weight.shape))
    return convert(digital, Setting(semantics=semantics, **{**FIELDS, **fields}))


def outputs(network: nn.Module, x: torch.Tensor) -> list[float]:
    """Outputs, the same bits on every kernel, layer by layer and by the definition."""
    stage = network.stage()
    found = definition.run(stage, x)
    with torch.no_grad():
        assert torch.equal(network(x), found)
    assert not kernels.available() or torch.equal(kernels.carry_out(stage, x), found)
    return found.flatten().tolist()


@pytest.mark.parametrize(
    ("semantics", "expected"),
    # 0.65 lies in a range of 1 with steps of 0.25 (3 bits: codes -4 to 3); 0.2 in one of 0.25, steps of 1/16.
    [("physical", [0.75, -0.75, 0.1875]), ("memtorch", [0.65, -0.65, 0.2])],
)
def test_a_linear_layer_of_one_output(semantics, expected):
    network = layer(nn.Linear(2, 1, bias=False), [1.0, 0.5], semantics, tile_shape=(2, 1))
    x = torch.tensor([[1.0, 0.6], [-1.0, -0.6], [0.1, 0.6]])
    torch.testing.assert_close(outputs(network, x), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("semantics", "width", "expected"),
    # The tile of two columns sees 0.5 and 0.3: range 0.5, steps of 1/8, and 0.5 saturates. That of one column sees
    # 0.45 and has the same steps. 0.3 alone, too, is 2.4 steps.
    [
        ("physical", 2, [0.375, 0.25, 0.375]),
        ("physical", 1, [0.375, 0.25, 0.375]),
        ("memtorch", 1, [0.5, 0.3, 0.45]),
    ],
)
def test_a_tile_of_one_column(semantics, width, expected):
    network = layer(nn.Linear(1, 3, bias=False), [1.0, 0.6, 0.9], semantics, tile_shape=(1, width))
    torch.testing.assert_close(outputs(network, torch.ones(1, 1)), expected, rtol=1e-6, atol=0)


def test_a_depthwise_convolution_has_converters():
    # 1.1 / 2 = 0.55: range 1, steps of 0.25. -0.3 / 2 = -0.15: range 0.25, steps of 1/16. MemTorch has no groups.
    network = layer(nn.Conv2d(2, 2, 1, groups=2, bias=False), [1.0, -0.5], "physical")
    x = torch.tensor([1.1, 0.6]).reshape(1, 2, 1, 1)
    assert outputs(network, x) == [0.5, -0.125]


@pytest.mark.parametrize(("semantics", "expected"), [("physical", [0.25, 0.25]), ("memtorch", [0.3, 0.3])])
def test_a_vector_of_equal_entries(semantics, expected):
    # 0.3 in a range of 0.5, steps of 1/8: 2.4 steps.
    network = layer(nn.Linear(1, 2, bias=False), [1.0, 1.0], semantics, tile_shape=(1, 2))
    torch.testing.assert_close(outputs(network, torch.tensor([[0.6]])), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(("semantics", "converted"), [("physical", True), ("memtorch", False)])
def test_a_logarithmic_adc_converts_a_single_entry(semantics, converted):
    fields = {"tile_shape": (1, 1), "adc_quantisation": "log", "adc_bits": 4}
    network = layer(nn.Linear(1, 1, bias=False), [1.0], semantics, **fields)
    (found,) = outputs(network, torch.tensor([[5.0]]))
    assert (found != 2.5) == converted
    if converted:  # |log 2.5| = 0.916 in a range of 1; 3 bits besides the sign, so steps of 1/4 and 0.75 at most
        assert found == pytest.approx(2.718281828**0.75, rel=1e-6)


def test_few_bits_show_on_a_network_of_one_output():
    torch.manual_seed(0)
    digital, x = nn.Linear(32, 1), torch.randn(99, 32)

    def error(bits: int | None) -> float:
        setting = Setting(adc_bits=bits, max_input_voltage=None)
        with torch.no_grad():
            return (convert(digital, setting, torch.Generator().manual_seed(1))(x) - digital(x)).abs().max().item()

    assert error(2) > 1000 * error(None)
