"""
Ageing: retention and endurance
===============================

Conductances fall after programming (``retention_time``), all by the same factor: a line that is fitted afterwards
takes it back. Cycles of setting and resetting (``cycles``) move the resistances themselves.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
SECONDS = (10, 1e2, 1e3, 1e4, 1e6, 1e8)
for tuning in ("before", "after"):
    settings = [Setting(retention_time=time, drift_coefficient=0.1, tuning=tuning) for time in SECONDS]
    plt.plot(SECONDS, [evaluate(model, data, setting, seeds=range(2)).mean for setting in settings], label=tuning)
plt.xscale("log")
plt.xlabel("time since programming (s)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the time since programming")
plt.legend(title="tuned")
plt.show()

# %%
# A gradual fit of a low state's ageing, as of a metal-oxide device; `Endurance` has the model and its source.

CYCLES = (1e2, 1e4, 1e5, 1e6, 1e7)
plt.figure()
for tuning in ("before", "after"):
    gradual = Setting(operation_mode="gradual", p_lrs=(1000, 0.0, 0.0, 0.0), tuning=tuning)
    fits = [gradual.replace(cycles=cycles, p_lrs=(1000, 0.05, 0.0, 0.2)) for cycles in CYCLES]
    plt.plot(CYCLES, [evaluate(model, data, setting, seeds=range(2)).mean for setting in fits], label=tuning)
plt.xscale("log")
plt.xlabel("cycles of setting and resetting")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the cycles of its devices")
plt.legend(title="tuned")
plt.show()
