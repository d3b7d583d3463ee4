"""
MemTorch's arithmetic, on a CPU and on a GPU
============================================

``semantics`` says whose arithmetic is computed: ``physical`` is what the words mean, ``memtorch`` and
``memtorch_cuda`` are what MemTorch 1.1.6 computes on each, defects included: :doc:`/memtorch-on-a-gpu`.
"""

import matplotlib.pyplot as plt
from digits import trained

from memristive import Setting, evaluate

model, data = trained()
STATES = (2, 3, 4, 8, 16)
for semantics in ("physical", "memtorch", "memtorch_cuda"):
    settings = [Setting(semantics=semantics, conductance_states=states, tuning="after") for states in STATES]
    plt.plot(STATES, [evaluate(model, data, setting, seeds=range(3)).mean for setting in settings], label=semantics)
plt.xscale("log", base=2)
plt.xticks(STATES, STATES)
plt.xlabel("conductance states of a device")
plt.ylabel("accuracy (%)")
plt.title("Accuracy of the digits' network against the devices' states: MemTorch has none")
plt.legend()
plt.show()
