"""Images of one's own as a data set: ``python examples/own_study/images.py`` writes images.npz beside this file.

These are the 8x8 digits that come with scikit-learn; any uint8 images (count, height, width, channels) will do.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
images = (digits.images * 255 / 16).astype(np.uint8)[..., None]
train, test = slice(0, 1400), slice(1400, None)
np.savez_compressed(
    Path(__file__).with_name("images.npz"),
    x_train=images[train],
    y_train=digits.target[train],
    x_test=images[test],
    y_test=digits.target[test],
)
