"""
Stuck devices
=============

A device stuck at its low resistance is a weight of the largest magnitude, one stuck at its high resistance a weight of
zero: the first costs far more.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
RATES = (0, 0.005, 0.01, 0.02, 0.05, 0.1)
for field, words in (("stuck_at_hrs", "at the high resistance"), ("stuck_at_lrs", "at the low resistance")):
    for tuning in ("before", "after"):
        settings = [Setting(tuning=tuning, **{field: rate}) for rate in RATES]
        found = [evaluate(model, data, setting, seeds=range(4)) for setting in settings]
        means, spread = [one.mean for one in found], [one.deviation for one in found]
        plt.errorbar([100 * r for r in RATES], means, spread, capsize=3, label=f"{words}, tuned {tuning}")
plt.xlabel("stuck devices (%)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against stuck devices")
plt.legend()
plt.show()
