"""The folder of a study's results: it may hold nothing that a run must not write over.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import subprocess
from pathlib import Path

from memristive.core.errors import InputError

DEFAULT = "results"  # beside the Snakefile; it holds publications, which git tracks, beside studies
PUBLICATION = ("config.yaml", "resources.csv", "provenance.json")  # files that only `results.publish` writes together


def check(results_dir: str, study: str, repository: Path) -> None:
    """InputError where a study's folder holds a publication or files that git tracks, or `results_dir` such files.

    Args:
        repository: folder of the Snakefile, whose folder `results` alone may hold publications beside studies.
    """
    folder = Path(results_dir) / study
    if all((folder / name).is_file() for name in PUBLICATION):
        raise InputError(f"study: {study}: {folder} holds a published study, which stays as it is; give another name")
    if found := tracked(folder):
        raise InputError(f"study: {study}: {folder} holds files that git tracks, such as {found}; give another name")
    whole = Path(results_dir).resolve()
    if whole != (repository / DEFAULT).resolve() and (found := tracked(whole)):
        raise InputError(
            f"results_dir: {results_dir}: holds files that git tracks, such as {found}; give another folder"
        )


def tracked(folder: Path) -> str:
    """The first file below `folder` that git tracks; empty where there is none, or no git."""
    place = folder.resolve()
    if not place.is_dir():
        return ""
    command = ["git", "-C", str(place), "ls-files", "-z", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.split("\0")[0]
