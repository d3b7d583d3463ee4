"""
Resistance of the wires
=======================

A cell far from its source and its ground sees less of the voltage. For inputs that are voltages a tile with its wires
is one matrix again, found exactly and once: :doc:`/wires`.
"""

import matplotlib.pyplot as plt
import torch
from digits import trained

from memristive import Setting, effective_conductances, evaluate

cells = torch.full((64, 64), 1e-3)  # S: all at 1 kohm
seen = effective_conductances(cells, word_line=1.0, bit_line=1.0)
figure, axis = plt.subplots(figsize=(4.6, 3.8))
image = axis.imshow(seen / cells, vmin=0, vmax=1)
axis.set(xlabel="bit line", ylabel="word line")
axis.set_title("Part of each conductance that is seen")
axis.grid(False)
figure.colorbar(image)
plt.show()

# %%
# In a network the line that corrects each layer's output may be fitted to arrays without wires (before) or as they
# are (after). With this device, 50 ohm to 1 kohm, a tenth of an ohm decides.

model, data = trained()
OHM = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
plt.figure()
for tuning in ("before", "after"):
    settings = [Setting(word_line_resistance=ohm, tuning=tuning) for ohm in OHM]
    plt.plot(OHM, [evaluate(model, data, setting, seeds=range(2)).mean for setting in settings], label=tuning)
plt.xscale("log")
plt.xlabel("resistance of a segment of wire (ohm)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the resistance of the wires")
plt.legend(title="tuned")
plt.show()
