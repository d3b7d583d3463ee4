"""Keys under `inference_time`."""

from memristive_study.config.experiments import NetworkName
from memristive_study.config.sections import Pair, Section, Some, Whole, key


class InferenceTime(Section):
    """Inference times by tile shape (Table 5)."""

    networks: Some[NetworkName] = key("Networks that are timed, where the study runs them.")
    tile_shapes: Some[Pair] = key("Rows and columns of each tile.")
    crossbar_images: Whole = key("Images timed on this project's engine; at most the test images.", ge=1)
    memtorch_images: Whole = key("Images timed on MemTorch; the time is scaled to all test images.", ge=1)
    full_images: dict[NetworkName, Whole | None] | None = key(
        "Images timed on MemTorch at the tile shape of setting, where more than memtorch_images, by network.",
        optional=True,
    )
