"""`semantics: memtorch_cuda` against MemTorch's own CUDA kernel, compiled for the host from its published source.

A host build proves what the source says. A GPU's races, approximate functions and flushed numbers are not in it.
"""

import dataclasses
import sys
from unittest import mock

import pytest
import torch
from torch import nn

import cuda_on_host
from memristive import Setting, convert, from_memtorch
from memristive.arrays import definition, product
from memristive.arrays.summation import accumulate
from memristive.memtorch import criterion, patch
from memristive.memtorch.comparison import Codes, Conversion, judge
from memristive.memtorch.recording import record_conversion, record_products
from memristive.network import layers
from memristive.network.layers import CrossbarLayer
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights
from parity_cases import CASES, SMALL, small_images, small_network

SAME = 1e-6  # proportion by which logarithmic codes differ that are the same: exp is another library's


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """MemTorch's kernel by the order of its sums."""
    folder = tmp_path_factory.mktemp("memtorch")
    try:
        memtorch = cuda_on_host.source(folder)
        return {order: cuda_on_host.compiled(memtorch, folder, order) for order in cuda_on_host.CONTRACTION}
    except cuda_on_host.NotHere as problem:
        pytest.skip(str(problem))


def theirs(function, stage, x, calls=None):
    """Outputs of `stage` by MemTorch's kernel: all else by the definition."""

    def multiply(voltages, conductance, columns, arithmetic):
        # MemTorch calls it once a sample (Conv2d) or once a batch (Linear).
        separate = voltages if arithmetic.spills == "sample" else voltages.flatten(0, 1)[None]
        found = [cuda_on_host.tile_matmul(function, call, conductance, columns, arithmetic) for call in separate]
        if calls is not None:
            calls.append((voltages.flatten(0, 1), conductance))
        return torch.stack(found).reshape(*voltages.shape[:2], columns)

    with mock.patch.object(definition, "multiply", multiply):
        return definition.run(stage, x)


def compare(function, layer, x):
    """Compare `layer` on inputs `x`, output by output, and where one differs code by code."""
    stage = layer.stage().bare()
    calls = []
    expected, found = theirs(function, stage, x, calls), layers.run(stage, x)
    (height, width), padded = layer.arithmetic.tile_shape, layer.conductance.shape[-1]
    number = sum(len(voltages) for voltages, _ in calls) * -(-layer.rows // height) * padded
    differs = found != expected
    if layer.arithmetic.adc_quantisation == "log":
        differs = ~torch.isclose(found, expected, rtol=SAME, atol=SAME * expected.abs().max().item())
    if not differs.any():
        return Codes(number)
    codes = Codes()
    for voltages, conductance in calls:
        for top in range(0, layer.rows, height):
            for left in range(0, padded, width):
                tile = conductance[top : top + height, left : left + width]
                codes += one_tile(function, voltages[:, top : top + height], tile, layer.arithmetic)
    # Each code, of a padding column too, reaches one output at most.
    return codes + Codes(unexplained=max(0, int(differs.sum()) - codes.differing))


def one_tile(function, voltages, tile, arithmetic):
    alone = dataclasses.replace(arithmetic, spills="none")
    conversion = Conversion(
        raw=accumulate(voltages, tile, arithmetic.accumulate),
        theirs=cuda_on_host.tile_matmul(function, voltages, tile, tile.shape[1], alone),
        ours=product.multiply(voltages[None], tile, tile.shape[1], alone)[0],
        place=(slice(0, len(voltages)), slice(0, tile.shape[1])),
        products=len(tile),
    )
    differs = conversion.ours != conversion.theirs
    unexplained, chance = judge(conversion, arithmetic)
    if arithmetic.adc_quantisation == "log":
        close = torch.isclose(conversion.ours, conversion.theirs, rtol=SAME, atol=0)
        differs, unexplained = differs & ~close, unexplained & ~close
    return Codes(differs.numel(), int(differs.sum()), int(unexplained.sum()), float(chance.sum()))


def check(codes, least):
    print(f"{codes.number} codes, {codes.differing} differ by one step, {codes.unexplained} unexplained")
    assert codes.number >= least
    assert codes.unexplained == 0
    assert codes.differing <= criterion.allowed(codes.expected)


def inputs_of_layers(network, x):
    """Each layer on crossbars and what it is given for inputs `x`."""
    seen = []
    found = [layer for layer in network.modules() if isinstance(layer, CrossbarLayer)]
    hooks = [layer.register_forward_pre_hook(lambda layer, args: seen.append((layer, args[0]))) for layer in found]
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    assert [layer for layer, _ in seen] == found
    return seen


NETWORKS = {"mnist": (1, 28, 28), "cifar10": (3, 32, 32), "cifar100": (3, 32, 32)}
SETTINGS = {
    "the paper's": {},
    "multiply, then add": {"accumulate": "separate"},
    "128x128": {"tile_shape": (128, 128)},
    "2 bits": {"adc_bits": 2},
    "overflow": {"adc_overflow_rate": 0.1},
    "log": {"adc_quantisation": "log"},
    "1 V": {"max_input_voltage": 1.0},
    "variability": {"sigma": 20},
    "stuck": {"stuck_at_lrs": 0.05, "stuck_at_hrs": 0.05},
    "variability, log": {"sigma": 20, "adc_quantisation": "log"},
    "variability, no ADC": {"sigma": 20, "adc_bits": None},
}


@pytest.mark.parametrize("fields", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_layers_of_the_trained_networks(name, fields, kernel, repository):
    weights = repository / f"workflow/resources/pretrained/strong/{name}/weights.safetensors"
    model = load_weights(build(name), weights).eval()
    setting = Setting(semantics="memtorch_cuda", tuning="none", **fields)
    network = convert(model, setting, torch.Generator().manual_seed(1))
    images = 3 if name == "mnist" else 2 if name == "cifar10" else 1
    x = torch.rand(images, *NETWORKS[name], generator=torch.Generator().manual_seed(2))
    codes = Codes()
    for layer, given in inputs_of_layers(network, x):
        codes += compare(kernel[layer.arithmetic.accumulate], layer, given)
    check(codes, 100_000)


TILED = {name: fields for name, fields in CASES.items() if fields.get("tile_shape", ()) is not None}


@pytest.mark.parametrize("fields", TILED.values(), ids=TILED)
def test_memtorch_with_its_cuda_kernel(fields, kernel):
    """MemTorch patches, tunes and damages a network, and multiplies with its own kernel: outputs are equal."""
    pytest.importorskip("memtorch", reason="MemTorch is not installed", exc_type=ImportError)
    setting = Setting(semantics="memtorch_cuda", **fields)
    arithmetic = product.Arithmetic.of(setting, "linear")
    patch.load()
    conv2d, linear = (sys.modules[f"memtorch.mn.{kind}"] for kind in ("Conv2d", "Linear"))
    infer = cuda_on_host.tiled_inference(kernel["fused"], arithmetic)
    with (
        mock.patch.object(conv2d, "tiled_inference", infer),
        mock.patch.object(linear, "tiled_inference", infer),
        torch.no_grad(),
    ):
        model, images = small_network(), small_images()
        patched, *_ = record_conversion(model, setting.replace(semantics="memtorch"), torch.Generator().manual_seed(20))
        products, logits = record_products(patched, images)
        ours = from_memtorch(patched, setting)
        codes = Codes()
        for name, layer in ours.named_modules():
            if isinstance(layer, CrossbarLayer):
                given = products[name]
                codes += compare(kernel["fused"], layer, given.layer_input)
                assert torch.equal(torch.cat(given.outputs), kernel_outputs(kernel["fused"], layer, given.layer_input))
    check(codes, 48)
    if not codes.differing and setting.adc.quantisation == "linear":
        torch.testing.assert_close(ours(images), logits, rtol=0, atol=criterion.LOGIT_TOLERANCE * logits.abs().max())


def kernel_outputs(function, layer, x):
    return theirs(function, layer.stage().bare(), x).movedim(1, -1).reshape(-1, layer.columns)


def test_two_vectors_and_three_padding_columns(kernel):
    """The case that tests/unit/test_memtorch_cuda.py works out by hand."""
    conductance = torch.tensor([[1.0, 2.0, 3.0, -7.0, 8.0]])
    arithmetic = product.Arithmetic(tile_shape=(1, 5), adc_bits=4, ranging="memtorch_cuda")
    for function in kernel.values():
        found = cuda_on_host.tile_matmul(function, torch.tensor([[1.0], [-1.0]]), conductance, 2, arithmetic)
        assert found.tolist() == [[1, 2], [-1 + 3, -2 - 7]]


@pytest.mark.parametrize("wrong", [{"ranging": "memtorch"}, {"spills": "none"}, {"accumulate": "separate"}], ids=str)
def test_the_comparison_notices_another_arithmetic(wrong, kernel):
    torch.manual_seed(1)
    setting = Setting(semantics="memtorch_cuda", sigma=20, adc_bits=14, **SMALL)
    layer = convert(nn.Sequential(nn.Conv2d(2, 5, 3)), setting, torch.Generator().manual_seed(1))[0]
    x = torch.rand(40, 2, 9, 9, generator=torch.Generator().manual_seed(2))
    codes = compare(kernel["fused"], layer, x)
    assert (codes.differing, codes.unexplained) == (0, 0)
    layer.arithmetic = dataclasses.replace(layer.arithmetic, **wrong)
    genuine = theirs

    def unchanged(function, stage, x, calls=None):
        arithmetic = product.Arithmetic.of(setting, "conv2d")
        return genuine(function, dataclasses.replace(stage, arithmetic=arithmetic), x, calls)

    with mock.patch(f"{__name__}.theirs", unchanged):
        codes = compare(kernel["fused"], layer, x)
    if "accumulate" in wrong:  # single codes beside a boundary, as another order of sums explains
        assert 0 < codes.differing <= criterion.allowed(codes.expected)
        assert codes.unexplained == 0
    else:
        assert codes.unexplained > 0
