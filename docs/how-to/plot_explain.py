"""
What costs the accuracy
=======================

:func:`memristive.explain` switches each effect off and on under the same draws, and each layer from the arrays to
digital: so it says what costs most, where, and what to try. ``write("why.html")`` makes a page of it.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, explain

model, data = trained()
setting = Setting(adc_bits=4, sigma=100, stuck_at_lrs=0.02)
found = explain(model, data, setting)
print(found)

# %%
# Shares are Shapley's: they add up to what is lost, whatever the order in which effects are switched on.

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8))
left.barh([share.name for share in found.shares], [share.share for share in found.shares], color="#0072b2")
left.invert_yaxis()
left.set(xlabel="points of accuracy", title="by effect")
right.barh([f"layer {place.layer}" for place in found.layers], [place.cost for place in found.layers], color="#d55e00")
right.invert_yaxis()
right.set(xlabel="points of accuracy", title="by layer")
figure.suptitle("What the digits' network loses on its arrays")
figure.tight_layout()
plt.show()
