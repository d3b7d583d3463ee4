"""
Training through the wires
==========================

:func:`memristive.effective_weights` gives the weights with which arrays with wires compute, and an exact gradient: a
network that sees them while it is trained gets used to them.
"""

import copy

import matplotlib.pyplot as plt
import torch
from digits import TRAINING_IMAGES, data, trained
from torch.nn import functional

from memristive import Setting, effective_weights, evaluate

setting = Setting(word_line_resistance=0.3, adc_bits=None, max_input_voltage=None, tuning="none")
images, labels = data()
model, test = trained()
through = copy.deepcopy(model).train()
optimiser = torch.optim.Adam(through.parameters(), lr=3e-3)
generator = torch.Generator().manual_seed(0)
for _ in range(3):  # epochs, after those without wires
    for batch in torch.randperm(TRAINING_IMAGES, generator=generator).split(100):
        optimiser.zero_grad()
        logits = torch.func.functional_call(through, effective_weights(through, setting), images[batch])
        functional.cross_entropy(logits, labels[batch]).backward()
        optimiser.step()

OHM = (0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
for network, words in ((model, "without wires"), (through.eval(), "through 0.3 ohm")):
    settings = [Setting(word_line_resistance=ohm, tuning="before") for ohm in OHM]
    plt.plot(OHM, [evaluate(network, test, one, seeds=0).mean for one in settings], label=words)
plt.xscale("log")
plt.xlabel("resistance of a segment of wire (ohm)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy against the wires of two networks, one trained through them")
plt.legend(title="trained")
plt.show()
