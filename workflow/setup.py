"""The tool's wheel takes schemas, templates and trained weights along; all else about it is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = ("schemas", "notebooks", "resources/pretrained")


class WithShippedFiles(build_py):
    """Copies into the package what lies beside it, where `memristive_study.runtime.shipped` looks for it."""

    def run(self) -> None:
        package = Path(self.build_lib, "memristive_study")
        if not self.editable_mode:
            shutil.rmtree(package, ignore_errors=True)  # modules of an earlier build that are no longer there
        super().run()
        if not self.editable_mode:
            for name in SHIPPED:
                shutil.copytree(ROOT / name, package / "shipped" / name)


setup(cmdclass={"build_py": WithShippedFiles})
