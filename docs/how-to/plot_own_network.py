"""
Your own network
================

Any ``torch.nn.Module`` with ``Conv2d`` and ``Linear`` layers: :func:`memristive.evaluate` converts a copy once for
each seed and counts the right answers. Nothing about the network has to be said.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, convert, evaluate, summary

model, (images, labels) = trained()  # yours: a trained module, and test data as it takes them
print(summary(convert(model, Setting(tuning="none"))))  # what lies on arrays, and what stays digital

# %%
# The resolution of the converters decides first. Settings share their draws, so that a difference between two
# settings is no accident.

BITS = (2, 3, 4, 5, 6, 8)
for sigma, words in ((0, "ideal devices"), (100, "devices that vary by 100 ohm")):
    found = [evaluate(model, (images, labels), Setting(adc_bits=bits, sigma=sigma), seeds=range(3)) for bits in BITS]
    plt.errorbar(BITS, [one.mean for one in found], [one.deviation for one in found], capsize=3, label=words)
plt.axhline(
    100 * float((model(images).argmax(1) == labels).float().mean()), color="0.4", linestyle="-", label="digital"
)
plt.xlabel("resolution of the converters (bits)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the converters' resolution")
plt.legend()
plt.show()
