"""The commit, versions and machine of a study's run, and hashes of texts and files."""

import datetime
import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

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
    """The processor's name, as its system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
