"""
Fine-tuning through chips
=========================

A network that is trained further while each step sees another chip, with its variability, faults and converters, gets
used to what chips do. ``fine_tuning_images`` says on how many training images; it is done once for all chips.
"""

import matplotlib.pyplot as plt
import torch
from digits import TRAINING_IMAGES, data, trained

from memristive import Setting, chips

model, test = trained()
images, labels = data()


def draw(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Training images with their classes; test images are never used."""
    chosen = torch.randperm(TRAINING_IMAGES, generator=generator)[:count]
    return images[chosen], labels[chosen]


RATES = (0, 0.02, 0.05)
for words, fields in (("as trained", {}), ("through chips", {"fine_tuning_images": 1000})):
    settings = [Setting(stuck_at_lrs=rate, tuning="after", **fields) for rate in RATES]
    found = [chips(model, test, setting, training_images=draw) for setting in settings]
    middle = [one.mean for one in found]
    ends = [(one.mean - one.mean_interval.low, one.mean_interval.high - one.mean) for one in found]
    plt.errorbar([100 * rate for rate in RATES], middle, list(zip(*ends, strict=True)), capsize=3, label=words)
plt.xlabel("devices stuck at their low resistance (%)")
plt.ylabel("accuracy (%)")
plt.title("Mean accuracy of chips, with its 95 % interval, by training")
plt.legend(title="trained")
plt.show()
