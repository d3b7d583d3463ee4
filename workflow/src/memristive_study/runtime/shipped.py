"""Files that come with the tool but are no code: schemas, templates, trained weights.

In a checkout they are where users of Snakemake expect them, below `workflow`; a wheel has them in the package.
"""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
IN_A_WHEEL = PACKAGE / "shipped"


def shipped(name: str) -> Path:
    """Path of a file or folder by its `name` below `workflow`, such as ``schemas/config.schema.yaml``."""
    return (IN_A_WHEEL if IN_A_WHEEL.is_dir() else PACKAGE.parents[1]) / name
