"""Which code decides which results, as hashes, and under which versions a study ran.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import ast
import datetime
import functools
import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2]

# Images as every later step sees them; the rest of data only fetches and checks files.
_IMAGES = ("memristive_study/data/dataset.py", "memristive_study/data/normalisation.py")
_SIMULATOR = tuple(
    f"memristive/{part}"
    for part in ("core/seeding.py", "arrays/*.py", "converters/*.py", "network/*.py", "kernels/**/*")
)
_NETWORKS = ("memristive_study/models/*.py", "memristive_study/papers/souto_garnelo/architectures.py")
_JUDGED = (
    *("memristive_study/claims/*.py", "memristive_study/papers/**/*.py", "memristive_study/results/statistics.py"),
    *("memristive_study/report/tables.py", "memristive_study/figures/__init__.py"),
)

# What of the library decides the outcome of each kind of work: files, or definitions in a file.
# `setting.py` is not among the sources of inference: its values are themselves params of the rules.
SOURCES = {
    "datasets": ("memristive_study/data/*.py",),
    "folds": ("memristive_study/data/folds.py:stratified_folds,save_folds", "memristive/core/seeding.py"),
    "selection": ("memristive_study/training/selection.py", "memristive_study/training/history.py:read"),
    "devices": ("memristive/devices/*.py",),
    "inference": (
        *("memristive/evaluation.py", "memristive_study/results/records.py"),
        *(*_NETWORKS, *_SIMULATOR, *_IMAGES),
    ),
    "validation": (
        *("memristive/memtorch/*.py", "memristive_study/jobs/validation.py", "memristive_study/plan/parity.py"),
        *(*_NETWORKS, *_SIMULATOR, *_IMAGES),
    ),
    "timing": (
        *("memristive_study/jobs/timing.py", "memristive_study/plan/parity.py", "memristive/memtorch/*.py"),
        *(*_NETWORKS, *_SIMULATOR, *_IMAGES),
    ),
    "figures": ("memristive_study/figures/*.py", "memristive_study/results/statistics.py", *_JUDGED[1:2]),
    "tables": (*_JUDGED, *_NETWORKS),
    "claims": (*_JUDGED, *_SIMULATOR),
    "choices": (*_JUDGED, "memristive_study/report/choice_table.py"),
    "report": (*_JUDGED, "memristive_study/report/*.py", "memristive_study/results/outputs.py"),
}
PACKAGES = (
    "memtorch-cpu",
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "torchvision",
    "snakemake",
    "pandas",
    "matplotlib",
    "papermill",
)


@functools.cache
def code_hash(kind: str) -> str:
    """Hash of the sources of a kind of work; comments, docstrings and layout of Python files play no part."""
    digest = hashlib.sha256()
    for source in SOURCES[kind]:
        pattern, _, names = source.partition(":")
        for path in sorted(PACKAGE.glob(pattern)):
            if path.suffix in (".py", ".cpp", ".hpp", ".inc"):
                digest.update(f"{path.relative_to(PACKAGE)}\0".encode())
                digest.update(_meaning(path, names))
    return digest.hexdigest()[:16]


def rules_hash(folder: Path) -> str:
    """Hash of the Snakefile in `folder` and of the rules it includes."""
    digest = hashlib.sha256()
    for path in [folder / "Snakefile", *sorted((folder / "workflow" / "rules").glob("*.smk"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def text_hash(text: str) -> str:
    """SHA-256 of a text, 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's content, 16 hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def record(config: str, options: str, repository: Path) -> Mapping[str, Any]:
    """Date, commit, versions and machine at the time of the call.

    `config` is the study's configuration as JSON; `options` name the study to Snakemake.
    """
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "options": options,
        "commit": _git(repository, "rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git(repository, "status", "--porcelain")),
        "config_hash": text_hash(config),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "machine": {"system": platform.platform(), "processor": processor()},
        "config": json.loads(config),
    }


@functools.cache  # several kinds of work share most of their sources
def _meaning(path: Path, names: str) -> bytes:
    """What a source says to the machine; of a Python file only the definitions of `names` (a,b), if any are given."""
    if path.suffix != ".py":
        return path.read_bytes()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if names:
        tree.body = [node for node in tree.body if getattr(node, "name", None) in names.split(",")]
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            node.body = body[1:]
    return ast.dump(tree).encode()


def _git(repository: Path, *arguments: str) -> str:
    """Output of a git command, empty where there is no git or no repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def processor() -> str:
    """What kind of processor this is, as its system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
