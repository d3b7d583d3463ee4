"""The library of the kernels: the one that a wheel brings, or one compiled here, by itself on first use.

`python -m memristive.kernels.build` compiles it beforehand. The library holds the arithmetic for AVX-512, AVX2 and any
other processor and chooses when it is loaded, so that one compiled on one node of a cluster runs on another.

A wheel's library is in ``prebuilt`` beside this file. One compiled here is kept in ``$XDG_CACHE_HOME/memristive``
(``~/.cache/memristive``) under a name made of its sources, its flags, the compiler and the platform. It is written
under a temporary name and then moved, so several jobs may start at once, and ends with a digest of its own bytes, so
that a damaged one is noticed and compiled again.

Supported compilers: g++ from 9 on and clang++ from 12 on, chosen by CXX. MEMRISTIVE_KERNEL_FLAGS adds flags to the
usual ones: ``-O0 -g -UNDEBUG`` makes a debug build, in which preconditions are asserted.
"""

import concurrent.futures
import functools
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from memristive.core.files import atomic

HERE = Path(__file__).parent
SOURCES = HERE / "cpp"
PREBUILT = HERE / "prebuilt"
FLAGS = [
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-pthread",
    "-DNDEBUG",
    "-fvisibility=hidden",
    # A fused multiply-add only where the source says so: the two orders of summation are different results.
    "-ffp-contract=off",
    "-fno-math-errno",
]
# Flags of the units that are compiled for one instruction set.
LEVELS = {
    "level/avx2.cpp": ["-mavx2", "-mfma"],
    "level/avx512.cpp": [
        "-mavx512f",
        "-mavx512bw",
        "-mavx512dq",
        "-mavx512vl",
        "-mavx2",
        "-mfma",
        "-mprefer-vector-width=512",
    ],
}
# Products of bytes in one instruction; both units are made of what their base has, by the compilers that know it.
LEVELS["level/avx512vnni.cpp"] = [*LEVELS["level/avx512.cpp"], "-mavx512vnni"]
LEVELS["level/avxvnni.cpp"] = LEVELS["level/avx2.cpp"]
# Nothing but the C interface is visible, so that no other library's C++ gets mixed up with ours.
EXPORTS = "{ global: memristive_*; local: *; };"
EXTRA_FLAGS = "MEMRISTIVE_KERNEL_FLAGS"


class BuildError(RuntimeError):
    """The kernels cannot be compiled here; the text is one line that says why."""


def library() -> Path:
    """Path of the library made of these sources, compiling it where there is none yet. Raises BuildError."""
    return prebuilt() or cached() or compiled()


def prebuilt() -> Path | None:
    """The library that a wheel brought, where there is one of these sources and flags."""
    path = PREBUILT / prebuilt_name()
    return path if path.is_file() else None


def prebuilt_name() -> str:
    """File name of the library that a wheel brings: it names sources, flags and processor, not the compiler."""
    return f"kernels-{_digest(*_extra_flags())}.so"


def cached() -> Path | None:
    """The library that was compiled here before, unless it is damaged. Raises BuildError where none may be kept."""
    path = cached_path()
    return path if _is_sealed(path) else None


def compiled() -> Path:
    """Compiles the library into the cache, in place of what is there. Raises BuildError."""
    path = cached_path()
    with atomic(path) as temporary:
        _compile(temporary, [])
        _seal(temporary)
    return path


def compile_library(path: Path, *more: Path) -> None:
    """Write the library to `path`, with the C++ files `more` among its units. Raises BuildError."""
    with atomic(path) as temporary:
        _compile(temporary, list(more))


def cache_folder() -> Path:
    """Where compiled libraries are kept: `memristive` in the user's cache, or in the temporary folder without one.

    Raises BuildError where that would be a folder into which other users can write.
    """
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "memristive"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    folder = Path(tempfile.gettempdir()) / f"memristive-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BuildError(f"{folder}: {error.strerror}") from None
    # Of the link itself, if it is one: another user may have made it.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise BuildError(f"{folder} is no folder that belongs to you alone; remove it, or set XDG_CACHE_HOME")
    return folder


def cached_path() -> Path:
    """Where the library that is compiled here is kept. Raises BuildError where none may be."""
    # The compiler's name, not its version: asking for that would cost every job a process.
    return cache_folder() / f"kernels-{_digest(*_extra_flags(), *_compiler_command(), *platform.libc_ver())}.so"


def _extra_flags() -> list[str]:
    return shlex.split(os.environ.get(EXTRA_FLAGS, ""))


def _compiler_command() -> list[str]:
    return shlex.split(os.environ.get("CXX", "")) or ["g++"]


@functools.cache
def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.?pp")) + sorted(SOURCES.rglob("*.inc")):
        digest.update(f"{path.relative_to(SOURCES)}\n".encode() + path.read_bytes())
    digest.update(repr([FLAGS, LEVELS, EXPORTS, platform.machine(), parts]).encode())
    return digest.hexdigest()[:16]


def _seal(path: Path) -> None:
    """Append a digest of the file's bytes, which a loader of libraries does not look at."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    with path.open("ab") as stream:
        stream.write(digest)


def _is_sealed(path: Path) -> bool:
    """Whether the file ends with the digest of what comes before."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    size = hashlib.sha256().digest_size
    return len(content) > size and hashlib.sha256(content[:-size]).digest() == content[-size:]


def _compile(path: Path, more: list[Path]) -> None:
    compiler, extra = _compiler_command(), _extra_flags()
    if shutil.which(compiler[0]) is None:
        raise BuildError(f"no compiler ({compiler[0]})")
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    units = [*sorted(SOURCES.rglob("*.cpp")), *more]

    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:

        def compile_unit(number: int) -> str:
            source, target = units[number], str(Path(folder) / f"{number}.o")
            name = source.relative_to(SOURCES).as_posix() if source.is_relative_to(SOURCES) else ""
            level = LEVELS.get(name, []) if x86 else []
            _run([*compiler, *FLAGS, *level, *extra, "-c", str(source), "-o", target])
            return target

        objects = list(pool.map(compile_unit, range(len(units))))
        exports = Path(folder) / "exports"
        exports.write_text(EXPORTS, encoding="utf-8")
        only = [f"-Wl,--version-script={exports}"] if sys.platform == "linux" else []
        _run([*compiler, "-shared", "-pthread", *extra, *only, *objects, "-o", str(path)])


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
