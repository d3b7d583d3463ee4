"""
Many chips: mean, yield, one further chip
=========================================

Devices are drawn anew for each chip. :func:`memristive.chips` says what follows for all chips of their kind: the mean
with an interval that holds the truth, the proportion that reaches a threshold, and where one further chip lies.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, chips

model, data = trained()
found = chips(model, data, Setting(sigma=150, adc_bits=6), threshold=85)
print(found)

# %%
# A published accuracy of a single chip can be compared with the outer interval, not with that of the mean.

further, mean = found.prediction_interval, found.mean_interval
plt.hist(found.accuracies, bins=12, color="#0072b2", edgecolor="white")
plt.axvspan(further.low, further.high, color="0.5", alpha=0.2, label=f"one further chip, {further.level:.0%}")
plt.axvspan(mean.low, mean.high, color="#d55e00", alpha=0.6, label="mean of all chips, 95 %")
plt.axvline(found.threshold, color="k", linestyle=":", label=f"threshold: {found.passed} of {len(found)} pass")
plt.xlabel("accuracy (%)")
plt.ylabel("chips")
plt.title("Accuracies of 60 chips with the digits' network")
plt.margins(y=0.5)  # room for the legend
plt.legend()
plt.show()
