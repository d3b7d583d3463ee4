"""What can be known of a user's network before the first job, in one line."""

import shutil
import sys

import numpy as np
import pytest
import yaml

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.jobs import preflight as checks
from memristive_study.plan.plan import Plan
from memristive_study.runtime import preflight

NETWORK = "examples/own_study/networks.py"
BROKEN = {
    "classes)": ("classes - 1)", "architecture: for 2 images of 1x8x8 the output is 2x9; a logit for each of 10"),
    "Conv2d(channels": ("Conv2d(3", "images of 1x8x8 do not fit the network: RuntimeError: "),
    "    return nn": (
        "    undefined\n    return nn",
        "own_nets.py line 16: NameError: name 'undefined'",
    ),
    "from torch": ("raise OSError('no\\nlicence')\nfrom torch", "own_nets.py line 4: OSError: no licence)"),
    "nn.ReLU()": ("nn.LSTM(4, 4)", "images of 1x8x8 do not fit the network"),
    "padding=1": ("padding=1, dtype=torch.float64", "do not fit the network"),
}


@pytest.fixture
def module(repository, tmp_path, monkeypatch):
    """A file of the working directory with the example's network; call it with a replacement to change it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    text = (repository / NETWORK).read_text().replace("from torch import nn", "import torch\nfrom torch import nn", 1)

    def write(old: str = "", new: str = "") -> None:
        assert old in text
        (tmp_path / "own_nets.py").write_text(text.replace(old, new, 1))

    yield write
    sys.modules.pop("own_nets", None)


def asked(*settings: Setting, dataset: dict | None = None) -> dict:
    entry = {"architecture": "own_nets:small", "dataset": dataset or {"source": "digits"}}
    return {"networks": {"small": entry | {"settings": [s.canonical() for s in settings]}}, "cuda": []}


def test_a_network_that_can_be_carried_out_passes(module):
    module()
    checks.check(asked(Setting(), Setting(semantics="memtorch")))


@pytest.mark.parametrize("old", BROKEN)
def test_what_is_wrong_with_a_network_is_one_line(module, old):
    new, said = BROKEN[old]
    module(old, new)
    with pytest.raises(InputError) as raised:
        checks.check(asked(Setting()))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_every_setting_of_its_experiments_is_looked_at(module):
    module("padding=1", "padding=1, groups=channels")
    checks.check(asked(Setting()))
    module("padding=1)", "padding='same')")
    sys.modules.pop("own_nets")
    with pytest.raises(InputError, match="networks: small: model: 0: padding: 'same' is computed wrongly by MemTorch"):
        checks.check(asked(Setting(), Setting(semantics="memtorch")))


def test_a_layer_whose_weights_are_used_in_another_way_is_found(module):
    module(
        "    return nn.Sequential(",
        "    class Other(nn.Module):\n"
        "        def __init__(self):\n"
        "            super().__init__()\n"
        "            self.linear = nn.Linear(64, classes)\n"
        "        def forward(self, x):\n"
        "            return nn.functional.linear(x.flatten(1), self.linear.weight)\n"
        "    return Other()\n"
        "    return nn.Sequential(",
    )
    with pytest.raises(InputError, match=r"networks: small: .*linear"):
        checks.check(asked(Setting()))


def test_a_pattern_that_no_layer_matches(module):
    module()
    checks.check(asked(Setting(layers={"[04]": {"adc.bits": 4}})))
    with pytest.raises(
        InputError, match=r"networks: small: setting: layers: fc\*: no layer has such a name; they are '0'"
    ):
        checks.check(asked(Setting(layers={"fc*": {"adc.bits": 4}})))


def test_images_are_those_that_the_network_will_see(tmp_path):
    images = {f"x_{split}": np.zeros((4, 5, 7, 1), np.uint8) for split in ("train", "test")}
    np.savez(tmp_path / "own.npz", **images, y_train=np.array([0, 1, 2, 0]), y_test=np.array([0, 1, 2, 0]))
    entry = {"source": "npz", "path": str(tmp_path / "own.npz")}
    assert checks.images(entry) == (1, 5, 7, 3)
    assert checks.images({**entry, "size": [9, 8], "channels": 3}) == (3, 9, 8, 3)
    assert checks.images({"source": "torchvision", "dataset": "cifar100"}) == (3, 32, 32, 100)


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there may be a GPU")
def test_a_gpu_that_is_not_there():
    with pytest.raises(InputError, match="networks: mnist: training: device: cuda, but PyTorch finds no CUDA device"):
        checks.check({"networks": {}, "cuda": ["mnist"]})


def test_only_what_a_job_needs_is_checked(repository):
    config = yaml.safe_load((repository / "config.yaml").read_text())
    config["run"] = {"networks": ["mnist", "cifar10"], "experiments": ["variability"], "choices": []}
    config["networks"]["cifar10"]["architecture"] = "own_nets:small"
    config["networks"]["mnist"]["training"]["device"] = "cuda"
    plan = Plan(config)
    asks = preflight._asked([("train_published", {"network": "mnist"}), ("figure", {"figure": "x"})], plan, local=True)
    assert asks == {"networks": {}, "cuda": ["mnist"]}
    assert not preflight._asked([("train_published", {"network": "mnist"})], plan, local=False)["cuda"]
    found = preflight._asked([("evaluate", {"network": "cifar10"})], plan, local=True)["networks"]["cifar10"]
    assert found["dataset"] == {"source": "torchvision", "dataset": "cifar10", "normalisation": "unit"}
    assert len(found["settings"]) == len({job.setting for job in plan.jobs if job.network == "cifar10"})
    config["setting"]["layers"] = {"fc*": {"adc.bits": 4}}
    assert "mnist" in preflight._asked([("evaluate", {"network": "mnist"})], Plan(config), local=True)["networks"]


def test_an_error_of_the_process_is_an_error_here(repository):
    config = yaml.safe_load((repository / "config.yaml").read_text())
    config["networks"]["mnist"]["architecture"] = "no_such_module:small"
    with pytest.raises(InputError, match=r"^networks: mnist: architecture 'no_such_module:"):
        preflight.check([("evaluate", {"network": "mnist"})], Plan(config), local=True)
