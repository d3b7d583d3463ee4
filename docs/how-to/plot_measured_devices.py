"""
Measured devices
================

Presets that others have measured miss their target when they are programmed, forget it and are read with noise, as
their publications say. Each is asked here for the same networks, one day after programming.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
NAMES = ("pcm_nandakumar", "rram_wan", "cmo_hfox_2_percent", "sonos")
DAY = 86_400.0  # s


def accuracy(name: str, **more: object) -> float:
    measured = Setting(device=name, programming="one_shot", max_input_voltage=0.2, rescale_output=True)
    return evaluate(model, data, measured.replace(**more), seeds=range(3)).mean


drift = {"retention_model": "measured", "retention_time": DAY}
bars = {
    "just programmed": [accuracy(name) for name in NAMES],
    "after a day, tuned before": [accuracy(name, **drift) for name in NAMES],
    "after a day, tuned after": [accuracy(name, **drift, tuning="after") for name in NAMES],
}
for number, (words, values) in enumerate(bars.items()):
    places = [place + 0.27 * (number - 1) for place in range(len(NAMES))]
    plt.bar(places, values, 0.25, label=words, hatch=("", "//", "..")[number], edgecolor="white")
plt.xticks(range(len(NAMES)), NAMES, fontsize=8)
plt.ylim(0, 115)
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network on measured devices")
plt.legend(loc="upper center", ncols=3, fontsize=8)
plt.show()
