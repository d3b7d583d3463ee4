"""Properties of converted networks, on networks made at random."""

import contextlib
import os

import pytest
import random_networks
import torch

from memristive import Setting, convert
from memristive.network.layers import CrossbarLayer

# MEMRISTIVE_RANDOM_NETWORKS=2000 python -m pytest tests/unit/test_random_networks.py
COUNT = int(os.environ.get("MEMRISTIVE_RANDOM_NETWORKS", 200))
IDEAL = Setting(max_input_voltage=None, adc_bits=None)
DEAD = Setting(tuning="none", stuck_at_hrs=1.0)
SETTINGS = [
    Setting(),
    Setting(adc_bits=3, tile_shape=(8, 2)),
    Setting(sigma=20, max_input_voltage=0.5, semantics="memtorch"),
    Setting(adc_quantisation="log", accumulate="separate", tuning="after", stuck_at_lrs=0.05),
    Setting(adc_overflow_rate=0.2, tile_shape=None, conductance_states=4),
    Setting(layers={"convs.*": {"adc_bits": 2}, "last": {"array.layer_types": []}}),
]


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@contextlib.contextmanager
def layer_by_layer(network):
    """A hook on one layer makes every layer run by itself."""
    layer = next(module for module in network.modules() if isinstance(module, CrossbarLayer))
    handle = layer.register_forward_hook(lambda *_: None)
    try:
        yield
    finally:
        handle.remove()


@torch.no_grad()
def outputs(network, x):
    """Outputs with the draws of dropout named; batch statistics that a call changes are put back."""
    state = {name: buffer.clone() for name, buffer in network.named_buffers()}
    torch.manual_seed(7)
    found = network(x.clone())
    for name, buffer in network.named_buffers():
        if not torch.equal(buffer, state[name]):
            buffer.copy_(state[name])
    return found


def check_ideal_and_dead(seed):
    digital, x = random_networks.make(seed)
    expected = outputs(digital, x)
    ideal = outputs(convert(digital, IDEAL, generator()), x)
    torch.testing.assert_close(ideal, expected, rtol=1e-3, atol=1e-3 * expected.abs().max().item(), msg=str(seed))
    dead = outputs(convert(digital, DEAD, generator()), x)
    assert (dead == dead[0]).all(), seed


def check_fused(seed):
    digital, x = random_networks.make(seed)
    converted = convert(digital, SETTINGS[seed % len(SETTINGS)], generator())
    outputs(converted, x)  # the first pass runs layer by layer
    changes = list(random_networks.CHANGES.items())
    for name, change in (("nothing", lambda network: None), changes[seed % len(changes)]):
        with torch.no_grad():
            change(converted)
        fused = outputs(converted, x)
        with layer_by_layer(converted):
            assert torch.equal(fused, outputs(converted, x)), (seed, name)


@pytest.mark.parametrize("chunk", range(10))
def test_ideal_arrays_are_the_digital_network_and_dead_ones_say_nothing(chunk):
    for seed in range(chunk, COUNT, 10):
        check_ideal_and_dead(seed)


@pytest.mark.parametrize("chunk", range(10))
def test_fused_is_layer_by_layer_also_after_a_change(chunk):
    for seed in range(chunk, COUNT, 10):
        check_fused(seed)
