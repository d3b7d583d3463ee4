"""
Layers that differ
==================

Any field may differ in some layers, by a pattern of their names: here each layer in turn has worse converters, which
shows the one that needs its bits.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
NAMES = [name for name, layer in model.named_modules() if hasattr(layer, "weight")]
BITS = (2, 3, 4, 6)
for name in NAMES:
    settings = [Setting(layers={name: {"adc.bits": bits}}, tuning="after") for bits in BITS]
    found = [evaluate(model, data, setting, seeds=range(2)).mean for setting in settings]
    plt.plot(BITS, found, label=f"{name}: {type(model.get_submodule(name)).__name__}")
plt.xlabel("resolution of this layer's converters, 8 bits elsewhere (bits)")
plt.xticks(BITS)
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network by the layer with worse converters")
plt.legend(title="layer")
plt.show()
