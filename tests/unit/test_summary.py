"""What `memristive.summary` says of a converted network."""

import pytest
import torch
from torch import nn

import memristive
from memristive import InputError, Setting, convert


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.conv = nn.Conv2d(1, 6, 3, groups=1)
        self.again = self.conv
        self.norm = nn.BatchNorm2d(6)
        self.left = nn.Linear(6, 70, bias=False)
        self.last = nn.Linear(70, 3)
        self.unused = nn.Linear(70, 2)
        self.own = nn.Parameter(torch.ones(2, 3))

    def forward(self, x):
        return self.last(self.left(self.norm(self.again(x)).mean((2, 3)))) + self.own.sum()


SETTING = Setting(tuning="none", layers={"left": {"array.layer_types": []}})


def test_layers_devices_and_what_stays_digital():
    network = convert(Net().eval(), SETTING)
    found = memristive.summary(network)
    assert [(each.name, each.kind, each.rows, each.columns) for each in found.layers] == [
        ("conv, again", "conv2d", 9, 6),
        ("last", "linear", 70, 3),
        ("unused", "linear", 70, 2),
    ]
    assert [each.tiles for each in found.layers] == ["1 tile of 64x64", "2 tiles of 64x64", "2 tiles of 64x64"]
    assert [each.devices for each in found.layers] == [2 * 54, 2 * 210, 2 * 140]  # two devices a weight
    assert [each.weights for each in found.layers] == [54, 210, 140]
    assert [(each.name, each.kind, each.weights) for each in found.digital] == [
        ("", "Net", 6),
        ("embed", "Embedding", 35),
        ("left", "Linear", 420),
    ]
    assert found.other == 6 + 3 + 2 + 12  # biases, and the norm's two numbers a channel
    assert found.share == pytest.approx(100 * 404 / (404 + 6 + 35 + 420))
    text = str(found)
    assert "On arrays: 404 weights (46.7 % of all) in 808 devices." in text
    assert "Digital: left (Linear), 420 weights." in text
    assert "Digital: the network itself (Net), 6 weights." in text
    assert "CrossbarConv2d(1, 6" in repr(network)
    assert "(left): Linear(" in repr(network)


def test_a_layer_that_no_pass_uses_is_named():
    network = convert(Net().eval(), SETTING)
    assert {each.used for each in memristive.summary(network).layers} == {None}
    with torch.no_grad():
        network(torch.randn(2, 1, 5, 5))
    assert [each.used for each in memristive.summary(network).layers] == [True, True, False]
    assert "unused (not used by any pass so far)" in str(memristive.summary(network))
    chain = convert(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), SETTING.replace(layers={}))
    with torch.no_grad():
        chain(torch.randn(2, 4))
    assert [each.used for each in memristive.summary(chain).layers] == [True]


def test_padding_cells_count_as_devices_where_they_are_devices():
    setting = Setting(tuning="none", semantics="memtorch", tile_shape=(8, 4))
    (layer,) = memristive.summary(convert(nn.Linear(9, 3), setting)).layers
    assert (layer.devices, layer.weights) == (2 * 16 * 4, 27)
    single = setting.replace(scheme="single_column", semantics="physical")
    (layer,) = memristive.summary(convert(nn.Linear(9, 3), single)).layers
    assert layer.devices == 27


@pytest.mark.parametrize("network", [nn.Linear(2, 2), "network"])
def test_a_network_that_is_not_on_crossbars_is_refused(network):
    with pytest.raises(InputError, match="has no layer on crossbars; convert it first"):
        memristive.summary(network)
