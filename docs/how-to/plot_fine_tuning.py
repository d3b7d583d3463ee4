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
    places, ends = [100 * rate for rate in RATES], [one.mean_interval for one in found]
    plt.plot(places, [one.mean for one in found], label=words)
    plt.fill_between(places, [end.low for end in ends], [end.high for end in ends], alpha=0.3)
plt.xlabel("devices stuck at their low resistance (%)")
plt.ylabel("accuracy (%)")
plt.title("Mean accuracy of chips, with its 95 % interval, by training")
plt.legend(title="trained")
plt.show()
