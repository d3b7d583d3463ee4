"""
Your own data set
=================

Data are a pair of inputs, as the network takes them, and labels; or a ``DataLoader`` of such pairs. Each evaluation
keeps which images it decided rightly, so that you can look at those that the arrays get wrong.
"""

import matplotlib.pyplot as plt
from digits import trained
from torch.utils.data import DataLoader, TensorDataset

from memristive import Setting, evaluate
from memristive.evaluation import unpack_bits

model, (images, labels) = trained()
loader = DataLoader(TensorDataset(images, labels), batch_size=64)  # yours: read and normalised as for training
(one,) = evaluate(model, loader, Setting(adc_bits=4, sigma=100), seeds=0)
right = unpack_bits(one.correct_bits, one.images)
print(f"{one.accuracy:.1f} % of {one.images} images")

# %%
# The first twelve images that the digital network decides rightly and this array does not:

digital = (model(images).argmax(1) == labels).numpy()
wrong = (digital & ~right).nonzero()[0][:12]
figure, axes = plt.subplots(2, 6, figsize=(7, 2.8))
for axis, number in zip(axes.flat, wrong, strict=False):
    axis.imshow(images[number, 0], cmap="gray_r")
    axis.set_title(f"a {labels[number]}", fontsize=9)
for axis in axes.flat:
    axis.set_axis_off()
figure.suptitle("Digits that only the arrays get wrong")
plt.show()
