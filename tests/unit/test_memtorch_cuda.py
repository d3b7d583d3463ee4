"""What MemTorch computes on a GPU, worked out by hand: its ADC's signed range, and padding columns that spill."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from memristive import Setting, convert
from memristive.arrays import product
from memristive.arrays.product import Arithmetic
from memristive.arrays.spill import add_spilled
from memristive.converters import adc

CUDA = {"ranging": "memtorch_cuda", "equal_entries_pass": False}
LEAST = 2.0**-39  # the range of a vector whose largest value is 0: 1e-12 lies below it


def tensor(*values):
    return torch.tensor(values)


def converted(y, bits=8, quantisation="linear", overflow_rate=0.0):
    return adc.quantise(torch.tensor([y]), bits, quantisation, overflow_rate, **CUDA)[0].tolist()


def test_the_largest_positive_value_sets_the_range():
    # 0.9 needs a range of 1: steps of 1/128, codes from -128 to 127.
    assert converted([0.9, -3.0, 0.3, -0.3]) == [115 / 128, -1.0, 38 / 128, -38 / 128]
    # On a CPU -3 needs a range of 4: steps of 1/32.
    assert adc.quantise(tensor(0.9, -3.0, 0.3, -0.3), 8).tolist() == [29 / 32, -3.0, 10 / 32, -10 / 32]


def test_a_vector_of_zeros_and_negative_values_clips_next_to_zero():
    assert converted([-0.5, -2.0, 0.0, 0.0]) == [-LEAST, -LEAST, 0, 0]
    assert pytest.approx(-1.8189894e-12, rel=1e-7) == -LEAST


def test_a_vector_of_negative_values_becomes_zero():
    assert converted([-0.5, -2.0, -1e-3]) == [0, 0, 0]
    assert converted([-0.5]) == [0]
    # 1e-12 - 1e-12 is 0, and the logarithm minus infinity: every step is 0.
    assert converted([-0.5, -1e-12]) == [0, 0]


def test_equal_entries_are_converted():
    assert converted([0.3, 0.3]) == [77 / 256, 77 / 256]
    assert converted([0.7]) == [90 / 128]


def test_overflow_counts_from_the_largest_signed_value():
    y = [3.0, 0.9, -9.0, -8.0]
    assert converted(y, overflow_rate=0.25) == [127 / 128, 115 / 128, -1.0, -1.0]
    assert adc.quantise(tensor(*y), 8, overflow_rate=0.25).tolist() == [3.0, 14 / 16, -8.0, -8.0]
    assert converted(y, overflow_rate=0.5) == [0, 0, 0, 0]  # -8 would set the range


def test_logarithmic():
    # 20 needs a range of 32: at 6 bits steps of 1 for logarithms, of which those below 0 count as 0. 0 is positive.
    e = [float(torch.tensor(float(k)).exp()) for k in range(4)]
    assert converted([20.0, 7.0, -7.0, 0.5, -0.5, 0.0], 6, "log") == [e[3], e[2], -e[2], 1, -1, 1]
    # The range follows 2.0 alone: steps of 1/16, the highest code is 15/16.
    highest = float(torch.tensor(15 / 16).exp())
    assert converted([2.0, -50.0], 6, "log") == [float(torch.tensor(11 / 16).exp()), -highest]
    assert converted([-2.0, -0.1, -50.0], 6, "log") == [-1, -1, -1]


def test_two_vectors_and_three_padding_columns():
    """Outputs are columns 0 and 1 of 5. What columns 2 and 3 put out for the first vector falls upon the second."""
    conductance = tensor(1.0, 2.0, 3.0, -7.0, 8.0).view(1, 5)
    x = tensor(1.0, -1.0).view(1, 2, 1)
    fields = {"tile_shape": (1, 5), "adc_bits": 4, **CUDA, "spills": "sample"}
    # First vector: range 8, steps of 1, codes up to 7: 1, 2, 3, -7, 7. Second, range 8: -1, -2, -3, 7, -8.
    found = product.multiply(x, conductance, 2, Arithmetic(**fields))
    assert found.tolist() == [[[1, 2], [-1 + 3, -2 - 7]]]
    as_one_call = product.multiply(x.view(2, 1, 1), conductance, 2, Arithmetic(**fields | {"spills": "batch"}))
    assert as_one_call.tolist() == [[[1, 2]], [[-1 + 3, -2 - 7]]]
    apart = product.multiply(x.view(2, 1, 1), conductance, 2, Arithmetic(**fields))
    assert apart.tolist() == [[[1, 2]], [[-1, -2]]]
    dry = product.multiply(x, conductance, 2, Arithmetic(**fields | {"spills": "none"}))
    assert dry.tolist() == [[[1, 2], [-1, -2]]]


def test_three_padding_columns_of_one_output_reach_three_vectors():
    total = tensor(1.0, 2.0, 3.0, 4.0, 5.0).view(1, 5, 1)
    padding = torch.stack([tensor(0.1, 0.01, 0.001) * 10**v for v in range(5)])[None]
    found = add_spilled(total, [padding])[0, :, 0]
    expected = tensor(1, 2 + 0.1, 3 + 1 + 0.01, 4 + 10 + 0.1 + 0.001, 5 + 100 + 1 + 0.01)
    torch.testing.assert_close(found, expected)
    assert torch.equal(total[0, :, 0], tensor(1.0, 2.0, 3.0, 4.0, 5.0))


def test_the_order_of_additions_is_own_rows_of_tiles_first():
    big = 2.0**24
    total = tensor(0.0, big).view(1, 2, 1)
    rows = [tensor(1.0, 0.0).view(1, 2, 1), tensor(1.0, 0.0).view(1, 2, 1)]
    assert add_spilled(total, rows)[0, 1, 0] == big  # 1 + 1 first would have been seen


def model():
    torch.manual_seed(5)
    return nn.Sequential(nn.Conv2d(2, 5, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(80, 3)).eval()


def outputs(**fields):
    network = convert(model(), Setting(tile_shape=(16, 8), tuning="none", **fields), torch.Generator().manual_seed(1))
    x = torch.rand(4, 2, 4, 4, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return network[0](x), network[3](network[0](x).relu().flatten(1))


def test_a_setting_says_so():
    assert all(not torch.equal(a, b) for a, b in zip(outputs(), outputs(semantics="memtorch_cuda"), strict=True))
    without = {"tile_shape": None, "accumulate": "fused"}
    for layer_type in ("conv2d", "linear"):
        found = [Arithmetic.of(Setting(semantics=s, **without), layer_type) for s in ("memtorch", "memtorch_cuda")]
        assert found[0] == found[1]
        tiled = Arithmetic.of(Setting(semantics="memtorch_cuda"), layer_type)
        assert (tiled.ranging, tiled.accumulate) == ("memtorch_cuda", "fused")
        assert tiled.spills == {"conv2d": "sample", "linear": "batch"}[layer_type]


def test_a_convolution_spills_within_a_sample_and_a_linear_within_a_batch():
    """Without ADC and with devices that vary, the outputs are those of all columns, laid over each other."""
    fields = {"semantics": "memtorch_cuda", "sigma": 20, "adc_bits": None, "max_input_voltage": None}
    setting = Setting(tile_shape=(200, 8), tuning="none", **fields)
    network = convert(model(), setting, torch.Generator().manual_seed(1))
    x = torch.rand(4, 2, 4, 4, generator=torch.Generator().manual_seed(2))
    conv, linear = network[0], network[3]
    every = (F.unfold(x, 3, padding=1).transpose(1, 2).double() @ conv.conductance[0, 0].double()).flatten(1)
    laid = torch.zeros(4, 16 * 5 + 8, dtype=torch.float64)
    for position in range(16):
        laid[:, position * 5 : position * 5 + 8] += every[:, position * 8 : position * 8 + 8]
    with torch.no_grad():
        found = (conv(x) - conv.bias.view(-1, 1, 1)).permute(0, 2, 3, 1).flatten(1).double()
        torch.testing.assert_close(found, laid[:, :80], rtol=0, atol=1e-6)
        y = torch.rand(3, 80, generator=torch.Generator().manual_seed(3))
        every = y.double() @ linear.conductance[0, 0].double()
        laid = torch.zeros(3 * 3 + 8, dtype=torch.float64)
        for sample in range(3):
            laid[sample * 3 : sample * 3 + 8] += every[sample]
        found = (linear(y) - linear.bias).flatten().double()
        torch.testing.assert_close(found, laid[:9], rtol=0, atol=1e-6)
        assert not torch.allclose(linear(y)[1:], linear(y[1:]), atol=1e-4)  # another batch, another result
