"""
Your own device
===============

A crossbar needs to know two things of a device: its lowest and its highest resistance. They are fields of a setting,
``r_on`` and ``r_off``; how far single devices lie from them is ``sigma`` (ohm) or ``relative_sigma``.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
oxide = Setting(device="mine", r_on=2_000.0, r_off=50_000.0, relative_sigma=0.2)
print(f"2 to 50 kohm, varying by a fifth: {evaluate(model, data, oxide, seeds=range(5)).mean:.1f} %")

# %%
# How far apart must the two states be? Little, as long as all devices are alike; much, once they vary.

RATIOS = (1.5, 2, 4, 10, 25, 100)
for spread in (0.0, 0.1, 0.3):
    settings = [oxide.replace(r_off=ratio * 2_000.0, relative_sigma=spread) for ratio in RATIOS]
    found = [evaluate(model, data, setting, seeds=range(3)) for setting in settings]
    plt.errorbar(
        RATIOS, [one.mean for one in found], [one.deviation for one in found], capsize=3, label=f"{spread:.0%}"
    )
plt.xscale("log")
plt.xlabel("ratio of high to low resistance, r_off / r_on")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the ratio of a device")
plt.legend(title="spread of the states")
plt.show()
