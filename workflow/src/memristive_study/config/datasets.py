"""Keys under `datasets`."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pydantic

from memristive_study.config.sections import Pair, Section, Text, Whole, WrongKey, key
from memristive_study.data.published import PUBLISHED

# Keys that a source needs, and those that it takes besides the keys of every source. The images of an npz may be a
# published data set's: results are then set beside the paper's.
NEEDED = {"torchvision": ("dataset",), "folder": ("dataset", "path"), "npz": ("path",), "digits": ()}
TAKEN = {"npz": ("dataset",)}


class Dataset(Section):
    """One data set."""

    source: Literal["torchvision", "folder", "npz", "digits"] = key(
        "Source of the images: a download that is checked, a local folder with the same files, an .npz file with "
        "x_train, y_train, x_test, y_test (uint8 NHWC, whole numbers), or the digits that come with scikit-learn."
    )
    dataset: Literal[tuple(PUBLISHED)] | None = key("Published data set that the images are from.", optional=True)
    path: Text | None = key("Local folder with the original files, or .npz file.", optional=True)
    size: Pair | None = key("Height and width to which images are resized.", optional=True, unit="pixels")
    channels: Literal[1, 3] | None = key("Channels; grey images are repeated to three.", optional=True)
    train_images: Whole | None = key("Number of training images to use, classes in equal parts.", optional=True, ge=1)
    test_images: Whole | None = key("Number of test images to use, classes in equal parts.", optional=True, ge=1)
    normalisation: Literal["unit", "centred", "standardised"] | None = key(
        "Range of the pixels: [0, 1] (unit, the default), [-1, 1] (centred), or mean 0 and standard deviation 1 a "
        "channel (standardised).",
        optional=True,
    )
    note: Text | None = key(
        "Remark on the images for readers; shown in the report and on the model card.", optional=True
    )

    @pydantic.model_validator(mode="after")
    def _suits_the_source(self) -> "Dataset":
        needed = NEEDED[self.source]
        for name in needed:
            if getattr(self, name) is None:
                raise WrongKey((name,), f"is missing; source {self.source} needs it")
        for name in ("dataset", "path"):
            if getattr(self, name) is not None and name not in (*needed, *TAKEN.get(self.source, ())):
                raise WrongKey((name,), f"is not allowed with source {self.source}; null takes it back")
        return self


def image_notes(datasets: Mapping[str, Mapping[str, Any]], used: Iterable[str]) -> dict[str, str]:
    """The remark of a configuration's `datasets` on the images of each of those `used` that has one."""
    return {name: datasets[name]["note"] for name in dict.fromkeys(used) if "note" in datasets.get(name, {})}
