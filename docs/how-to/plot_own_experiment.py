"""
Your own experiment
===================

``expand`` makes every combination of a grid's values, each with a label; ``rows()`` of a result has all fields of its
setting, ready for pandas. The same grid in a configuration makes a whole study: :doc:`/study`.
"""

import matplotlib.pyplot as plt
import pandas as pd
from digits import trained

from memristive import evaluate
from memristive.core.grid import expand

model, data = trained()
grid = {"tile_shape": [[8, 8], [16, 16], [32, 32], [64, 64], [128, 128]], "adc_bits": [2, 3, 4, 5, 6]}
rows = []
for label, setting in expand({"sigma": 50, "tuning": "after"}, grid):
    rows += [{"label": label} | row for row in evaluate(model, data, setting, seeds=range(2)).rows()]
table = pd.DataFrame(rows)
table["side"] = [shape[0] for shape in table["array.tile_shape"]]
print(table.head(3)[["label", "seed", "accuracy"]])

# %%
# A small tile has few rows to add up and a converter for each: the same bits go further.

means = table.pivot_table(index="adc.bits", columns="side", values="accuracy")
figure, axis = plt.subplots()
image = axis.imshow(means, aspect="auto", origin="lower")
for (row, column), value in zip([(r, c) for r in range(5) for c in range(5)], means.to_numpy().flat, strict=True):
    axis.text(column, row, f"{value:.0f}", ha="center", va="center", color="w" if value < 80 else "k")
axis.set(xticks=range(5), xticklabels=means.columns, yticks=range(5), yticklabels=means.index)
axis.set(xlabel="rows and columns of a tile", ylabel="resolution of the converters (bits)")
axis.set_title("Accuracy (%) of the digits' network by tile and converter")
axis.grid(False)
figure.colorbar(image, label="accuracy (%)")
plt.show()
