"""
Measured devices
================

Presets that others have measured miss their target when they are programmed, forget it and are read with noise, as
their publications say. Each is asked here for the same networks, one day after programming.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate
from memristive.evaluation import Evaluations

model, data = trained()
NAMES = ("pcm_nandakumar", "rram_wan", "cmo_hfox_2_percent", "sonos")
DAY = 86_400.0  # s


def accuracy(name: str, **more: object) -> Evaluations:
    measured = Setting(device=name, programming="one_shot", max_input_voltage=0.2, rescale_output=True)
    return evaluate(model, data, measured.replace(**more), seeds=range(3))


drift = {"retention_model": "measured", "retention_time": DAY}
found = {
    "just programmed": [accuracy(name) for name in NAMES],
    "after a day, tuned before": [accuracy(name, **drift) for name in NAMES],
    "after a day, tuned after": [accuracy(name, **drift, tuning="after") for name in NAMES],
}
for number, (words, chips) in enumerate(found.items()):
    places = [place + 0.15 * (number - 1) for place in range(len(NAMES))]
    means, spread = [one.mean for one in chips], [one.deviation for one in chips]
    plt.errorbar(places, means, spread, linestyle="none", capsize=3, label=words)
plt.xticks(range(len(NAMES)), NAMES, fontsize=8)
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network on measured devices")
plt.legend(fontsize=8)
plt.show()
