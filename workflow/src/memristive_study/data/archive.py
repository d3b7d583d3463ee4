"""NumPy archives of images and labels, checked: those that a user brings and those that `prepare` writes."""

from pathlib import Path

import numpy as np

from memristive.core.archives import open_archive
from memristive.core.errors import InputError

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def read_arrays(path: Path, required: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Images uint8 [n, height, width, channels], labels int64 [n], class names, and the arrays `required`, of an .npz.

    Raises InputError where the archive cannot be read, lacks an array, or holds another type, shape or label.
    """
    arrays = open_archive(path)
    for key in (*ARRAYS, *required):
        if key not in arrays:
            raise InputError(f"{path}: {key} is missing; it holds {', '.join(arrays) or 'nothing'}")
    for split in ("train", "test"):
        x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if x.dtype != np.uint8 or x.ndim != 4 or x.shape[-1] not in (1, 3) or 0 in x.shape[1:]:
            raise InputError(
                f"{path}: x_{split} is {x.dtype} {list(x.shape)}, expected uint8 [images, height, width, 1 or 3]"
            )
        if len(x) == 0:
            raise InputError(f"{path}: x_{split} has no images")
        if not np.issubdtype(y.dtype, np.integer) or y.shape != x.shape[:1]:
            raise InputError(f"{path}: y_{split} is {y.dtype} {list(y.shape)}, expected whole numbers [{len(x)}]")
        arrays[f"y_{split}"] = y.astype(np.int64)
    if arrays["x_train"].shape[1:] != arrays["x_test"].shape[1:]:
        raise InputError(
            f"{path}: x_train has images {list(arrays['x_train'].shape[1:])}, x_test {list(arrays['x_test'].shape[1:])}"
        )
    # Without names, the training labels say how many classes there are.
    names = arrays.get("class_names", np.arange(len(np.unique(arrays["y_train"]))).astype(str))
    if names.ndim != 1:
        raise InputError(f"{path}: class_names has shape {list(names.shape)}, expected one name a class")
    for split in ("train", "test"):
        y = arrays[f"y_{split}"]
        outside = y[(y < 0) | (y >= len(names))]
        if len(outside):
            raise InputError(f"{path}: y_{split} holds label {outside[0]}, expected 0 to {len(names) - 1}")
    return {**{key: arrays[key] for key in (*ARRAYS, *required)}, "class_names": names.astype(str)}
