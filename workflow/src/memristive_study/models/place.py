"""The place of a user's own networks: the folder in which Snakemake, and so every job, runs.

Imported when Snakemake reads the workflow, so it imports nothing but the standard library.
"""

import importlib
import os
import sys


def make_importable() -> None:
    """Let Python find modules of the working directory, after everything that is installed.

    A file of the study can so never be taken for a package that the library itself imports.
    """
    here = os.getcwd()  # noqa: PTH109
    elsewhere = [entry for entry in sys.path if entry not in ("", here)]
    if sys.path != [*elsewhere, here]:
        sys.path[:] = [*elsewhere, here]
        importlib.invalidate_caches()
