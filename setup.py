"""The simulator's wheel brings its kernels compiled; everything else about the package is in pyproject.toml.

The library has a plain C interface and is loaded by ctypes, so that one wheel serves all Pythons of a platform. Where
it cannot be compiled, the wheel is one for any platform, and the kernels are compiled on first use.
"""

import functools
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SOURCE = ROOT / "workflow" / "src"


def kernels_build() -> ModuleType:
    """The module `memristive.kernels.build` by itself, for its package imports torch, which a build has not."""
    sys.path.insert(0, str(SOURCE))
    spec = importlib.util.spec_from_file_location("kernels_build", SOURCE / "memristive" / "kernels" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def library() -> Path | None:
    """The kernels, compiled in a temporary folder; None, after one line, where they cannot be compiled."""
    build = kernels_build()
    path = Path(tempfile.mkdtemp()) / build.prebuilt_name()
    more = [ROOT / "wheels" / "older_glibc.cpp"] if sys.platform == "linux" else []
    try:
        build.compile_library(path, *more)
    except build.BuildError as error:
        print(f"kernels: not compiled ({error}); the wheel compiles them on first use", file=sys.stderr)
        return None
    return path


class WithKernels(build_py):
    """Adds the library to what a wheel holds, but not to an editable installation, whose sources may change."""

    def run(self) -> None:
        package = Path(self.build_lib, "memristive")
        if not self.editable_mode:
            shutil.rmtree(package, ignore_errors=True)  # modules of an earlier build that are no longer there
        super().run()
        if not self.editable_mode and library():
            folder = package / "kernels" / "prebuilt"
            folder.mkdir()
            shutil.copy(library(), folder)


class ForAllPythons(bdist_wheel):
    """A wheel of this platform and of every Python 3."""

    def run(self) -> None:
        self.root_is_pure = library() is None
        # The commands below ask this to choose between the folders of pure and of compiled packages.
        self.distribution.has_ext_modules = lambda: library() is not None
        super().run()

    def get_tag(self) -> tuple[str, str, str]:
        tag = super().get_tag()
        return tag if self.root_is_pure else ("py3", "none", tag[2])


setup(cmdclass={"build_py": WithKernels, "bdist_wheel": ForAllPythons})
