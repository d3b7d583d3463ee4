"""CrossSim's noise training of MNIST, here: ``python tests/published_noise_training.py noise_training.csv``.

Network, training and device are those of CrossSim's ISCA-2024 notebook (`tutorial/ISCA2024/isca24_codesign.ipynb`): two
convolutions and a Linear, Adam at 1e-3, 20 epochs on four fifths of the training images; weights of 8 bits, 1 to 10
kohm, programming errors with alpha = 0.3. Two things in it differ from its words:

- It asks for an error that does not depend on the state by the text "False", which counts as true: what it computes has
  a standard deviation of 0.3 G.
- It counts predictions into an array that begins with 10,000 zeros, and so do the labels. What it prints is
  (100 + accuracy) / 2: 93.74 % printed are 87.48 % of the test images, 97.62 % are 95.24 %.
"""

import csv
import gzip
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from memristive import Setting
from memristive.evaluation import evaluations

IMAGES = Path(__file__).parents[1] / "resources" / "images" / "mnist"
SETTING = Setting(
    **{"r_on": 1e3, "r_off": 1e4, "programming": "one_shot", "spread": "relative", "programming_sigma": 0.3},
    **{"conductance_states": 128, "max_input_voltage": None, "adc_bits": None, "tile_shape": None},
    tuning="before",
)
TUNED = {"fine_tuning_images": 48_000, "fine_tuning_steps": 3000, "fine_tuning_batch": 64, "fine_tuning_rate": 0.03}
EPOCHS, BATCH, RATE = 20, 64, 1e-3
# Accuracy as printed: mean and standard deviation of ten chips.
REPORTED = {"digital training": (93.74, 1.147), "trained through chips": (97.62, 0.215)}


def as_printed(accuracy: float) -> float:
    """Accuracy (%) as the notebook counts it."""
    return (100 + accuracy) / 2


def mnist(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images from 0 to 1, [images, 1, 28, 28], and their digits."""
    name = {"train": "train", "test": "t10k"}[split]
    images, labels = (
        np.frombuffer(gzip.decompress((IMAGES / f"{name}-{kind}.gz").read_bytes()), np.uint8, offset=start)
        for kind, start in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8))
    )
    return torch.from_numpy(images.reshape(-1, 1, 28, 28).copy()).float() / 255, torch.from_numpy(labels.copy()).long()


def trained(images: torch.Tensor, labels: torch.Tensor) -> nn.Module:
    """The notebook's network, trained without errors."""
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(576, 10)),
    )
    descent = torch.optim.Adam(model.parameters(), RATE)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images)).split(BATCH):
            descent.zero_grad()
            nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            descent.step()
    return model.eval()


def main(output: str, chips: str = "30") -> None:
    """Write one row a chip."""
    (images, labels), test = mnist("train"), mnist("test")
    kept = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:48_000]
    images, labels = images[kept], labels[kept]
    model = trained(images, labels)
    with torch.no_grad():
        print("digital:", 100 * float((model(test[0]).argmax(1) == test[1]).float().mean()), flush=True)

    def draw(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = torch.randperm(len(images), generator=generator)[:count]
        return images[drawn], labels[drawn]

    with Path(output).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["training", "seed", "images", "accuracy", "as_printed"])
        for training, fields in zip(REPORTED, ({}, TUNED), strict=True):
            for found in evaluations(model, test, SETTING.replace(**fields), range(int(chips)), draw):
                accuracy = found.accuracy
                writer.writerow(
                    [training, found.seed, found.images, round(accuracy, 4), round(as_printed(accuracy), 4)]
                )
                stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
