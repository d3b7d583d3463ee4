"""What others report of recovery, here: ``python tests/published_recovery.py 30 2000 folded.csv folded``.

CrossSim's ResNet-14 for CIFAR-10, with its published weights, on devices of Milo et al. (weights of 8 bits, no
converters): batch normalisation folded into the weights as in CrossSim's tutorial, kept digital, and kept with its
statistics estimated anew on 1,000 training images.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from memristive import Setting
from memristive.evaluation import Evaluation, evaluations

SHARED = Path(__file__).parents[2] / "shared"
WEIGHTS = SHARED / "references" / "crosssim_resnet14_cifar10.safetensors"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, by channel
SETTING = Setting(
    device="rram_milo",
    programming="one_shot",
    conductance_states=128,  # and a sign
    max_input_voltage=None,
    adc_bits=None,
    tile_shape=None,
    tuning="before",
)
OPTIONS = {"folded": {"batch_norm": "folded"}, "digital": {}, "estimated anew": {"statistics_images": 1000}}
# Accuracy (%) reported for 8 chips on the first 5,000 test images: mean and standard deviation between chips.
REPORTED = {"folded": (62.8, 12.2), "digital": (77.9, 5.6), "estimated anew": (83.4, 1.06)}
REPORTED_CHIPS = 8


class Block(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs, eps=1e-3)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, eps=1e-3)
        self.downsample = nn.Identity()
        if inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outputs, eps=1e-3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(inner + self.downsample(x))


class ResNet14(nn.Module):
    """Residual network of 14 layers with weights, their names as in CrossSim's file."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16, eps=1e-3)
        self.res1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.res2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.res3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1))
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.res3(self.res2(self.res1(torch.relu(self.bn1(self.conv1(x)))))))


def network() -> nn.Module:
    """The published network."""
    from safetensors.torch import load_file

    model = ResNet14()
    model.load_state_dict(load_file(WEIGHTS))
    return model.eval()


class Cifar10:
    """Images of `cifar10.npz` as the network takes them."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._arrays = {name: stored[name] for name in ("x_train", "y_train", "x_test", "y_test")}

    def test(self, images: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The first test images and their classes."""
        return self._pair("test", np.arange(images))

    def draw(self, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Training images, as `memristive.evaluate` asks for them."""
        drawn = torch.randperm(len(self._arrays["x_train"]), generator=generator)[:count]
        return self._pair("train", drawn.numpy())

    def _pair(self, split: str, which: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        images = torch.from_numpy(self._arrays[f"x_{split}"][which]).permute(0, 3, 1, 2).float() / 255
        mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in (MEAN, DEVIATION))
        return (images - mean) / deviation, torch.from_numpy(self._arrays[f"y_{split}"][which]).long()


def chips(option: str, data: Cifar10, count: int, images: int) -> Iterator[Evaluation]:
    """Chips 0, 1, ... of `OPTIONS[option]`."""
    setting = SETTING.replace(**OPTIONS[option])
    return evaluations(network(), data.test(images), setting, range(count), data.draw)


def main(count: str, images: str, output: str, *options: str) -> None:
    """Write one row a chip, as soon as it is there."""
    from memristive.core.processor import use_common_arithmetic

    use_common_arithmetic()
    data = Cifar10(Path(__file__).parents[1] / "resources" / "images" / "cifar10.npz")
    with Path(output).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["batch_norm", "seed", "images", "accuracy"])
        for option in options or OPTIONS:
            for found in chips(option, data, int(count), int(images)):
                writer.writerow([option, found.seed, found.images, round(found.accuracy, 4)])
                stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
