"""Keys under `validation`."""

from memristive_study.config.experiments import NetworkName
from memristive_study.config.sections import Section, Some, Whole, key


class Validation(Section):
    """Comparison with MemTorch itself."""

    networks: Some[NetworkName] = key("Networks that are compared, where the study runs them.")
    images: Whole = key("Images of each comparison.", ge=2)
    settings: Whole | None = key(
        "Most settings of an experiment that are compared; null: all corners of its grids.", optional=True, ge=2
    )
