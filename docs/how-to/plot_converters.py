"""
Weights in slices, inputs bit by bit
====================================

Digital chips hold a weight's bits in cells of few states, apply inputs bit by bit and convert each sum in a fixed
range. ``weight_bits``, ``cell_bits``, ``dac_bits`` and ``bit_serial`` say so; ranges come from training images.
"""

import matplotlib.pyplot as plt
import torch
from digits import TRAINING_IMAGES, data, trained

from memristive import Setting, evaluate

model, test = trained()
images = data()[0][:TRAINING_IMAGES]


def draw(count: int, generator: torch.Generator) -> torch.Tensor:
    return images[torch.randperm(len(images), generator=generator)[:count]]


BITS = (2, 3, 4, 5, 6, 8)
for cell_bits in (1, 2, 7):
    sliced = Setting(weight_bits=8, cell_bits=cell_bits, dac_bits=8, bit_serial=True, tile_shape=(128, 128))
    ranged = sliced.replace(tuning="none", adc_range="calibrated", adc_fit="largest")
    settings = [ranged.replace(adc_bits=bits) for bits in BITS]
    found = [evaluate(model, test, setting, seeds=0, training_images=draw).mean for setting in settings]
    plt.plot(BITS, found, label=cell_bits)
plt.xticks(BITS)
plt.xlabel("resolution of the converters (bits)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network with weights of 8 bits in slices")
plt.legend(title="bits of a cell")
plt.show()
