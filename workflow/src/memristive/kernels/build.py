"""The library of the kernels: the one that a wheel brings, or one compiled here, by itself on first use.

`python -m memristive.kernels.build` compiles it beforehand. The library holds the arithmetic for
AVX-512, AVX2 and any other processor and chooses when it is loaded, so that one compiled on one node
of a cluster runs on another. A wheel's is in ``prebuilt`` beside this file. One compiled here is kept
in ``$XDG_CACHE_HOME/memristive`` (``~/.cache/memristive``) under a name made of its sources, its
flags, the compiler and the platform; it is written under a temporary name and then moved, so several
jobs may start at once.
"""

import concurrent.futures
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from memristive.core.files import atomic

HERE = Path(__file__).parent / "cpp"
PREBUILT = Path(__file__).parent / "prebuilt"
FLAGS = [
    *("-std=c++17", "-O3", "-fPIC", "-pthread"),
    # A fused multiply-add only where the source says so: the two orders of summation are different results.
    *("-ffp-contract=off", "-fno-math-errno"),
]
UNITS = {
    "engine.cpp": [],
    "level_plain.cpp": [],
    "level_avx2.cpp": ["-mavx2", "-mfma"],
    "level_avx512.cpp": [
        *("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"),
        "-mprefer-vector-width=512",
    ],
}
HEADERS = ["background.hpp", "engine.hpp", "level.inc"]


class BuildError(RuntimeError):
    """The kernels cannot be compiled here; the text is one line that says why."""


def cache_folder() -> Path:
    """Where compiled libraries are kept: `memristive` in the user's cache, or in the temporary folder without one."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "memristive"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    folder = Path(tempfile.gettempdir()) / f"memristive-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise BuildError(f"{folder} belongs to another user")
    return folder


def library() -> Path:
    """Path of the library made of these sources, compiling it where it is not there yet. Raises BuildError."""
    prebuilt = PREBUILT / prebuilt_name()
    if prebuilt.exists():
        return prebuilt
    # The compiler's name, not its version: asking for that would cost every job a process.
    path = cache_folder() / f"kernels-{_digest(os.environ.get('CXX', 'g++'), platform.libc_ver())}.so"
    if not path.exists():
        compile_library(path)
    return path


def prebuilt_name() -> str:
    """File name of the library that a wheel brings: it names sources, flags and processor, not the compiler."""
    return f"kernels-{_digest()}.so"


def _compiler() -> str:
    compiler = os.environ.get("CXX") or "g++"
    if shutil.which(compiler) is None:
        raise BuildError(f"no compiler ({compiler})")
    return compiler


@functools.cache
def _digest(*parts: object) -> str:
    digest = hashlib.sha256()
    for name in [*HEADERS, *UNITS]:
        digest.update((HERE / name).read_bytes())
    flags = [*FLAGS, *(flag for unit in UNITS.values() for flag in unit)]
    digest.update(repr([flags, platform.machine(), *parts]).encode())
    return digest.hexdigest()[:16]


def compile_library(path: Path, *more: Path) -> None:
    """Write the library to `path`, with the C++ files `more` among its units. Raises BuildError."""
    compiler = _compiler()
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    units = {HERE / name: flags if x86 else [] for name, flags in UNITS.items()} | {path: [] for path in more}

    def compile_unit(source: Path) -> str:
        target = str(Path(folder) / f"{source.name}.o")
        _run([compiler, *FLAGS, *units[source], "-c", str(source), "-o", target])
        return target

    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
        atomic(path) as temporary,
    ):
        objects = list(pool.map(compile_unit, units))
        _run([compiler, "-shared", "-pthread", *objects, "-o", str(temporary)])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines() or ["failed"]
        raise BuildError(f"{command[0]}: {lines[0]}")


if __name__ == "__main__":
    try:
        print(library())
    except BuildError as error:
        # Not a failure of the build: everything runs without the kernels, only slower.
        print(f"kernels: not compiled ({error}); the plain path will be used", file=sys.stderr)
