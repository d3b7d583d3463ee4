"""
Recovery
========

What can be done about a chip that is there: fit a line an output instead of one a layer, or put weights where known
stuck devices harm least. Fields of the group ``recovery`` say so.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, test = trained()
RATES = (0, 0.01, 0.02, 0.05, 0.1)
REMEDIES = {
    "none": {},
    "tuned after": {"tuning": "after"},
    "a line an output": {"tuning": "after", "line": "column"},
    "columns and rows placed anew": {"tuning": "after", "line": "column", "remap": "both"},
}
for words, fields in REMEDIES.items():
    found = [evaluate(model, test, Setting(stuck_at_lrs=rate, **fields), seeds=range(3)).mean for rate in RATES]
    plt.plot([100 * rate for rate in RATES], found, label=words)
plt.xlabel("devices stuck at their low resistance (%)")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network with stuck devices, by remedy")
plt.legend(title="remedy")
plt.show()
