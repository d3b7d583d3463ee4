"""A copy of the workflow in which a small study was run from images to report, once for all tests here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow_copy import Workflow


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small study, complete."""
    workflow = Workflow(tmp_path_factory.mktemp("workflow"), Path(__file__).with_name("small_study.yaml"))
    done = workflow.run("all")
    assert done.returncode == 0, done.stdout[-8000:]
    return workflow


class Edits:
    """Edits of files in a folder, each of which can be undone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._saved: dict[Path, str] = {}

    def __call__(self, name: str, old: str, new: str) -> None:
        """Replace the first `old` in a file."""
        text = self._read(self._folder / name)
        assert old in text, f"{name} has no {old!r}"
        self._write(self._folder / name, text.replace(old, new, 1))

    def function(self, name: str) -> None:
        """Give a function of the library ("module:name") one more statement, which changes no result."""
        module, _, function = name.partition(":")
        path = self._folder.joinpath("workflow", "src", *module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        lines = self._read(path).splitlines(keepends=True)
        made = next(node for node in ast.parse("".join(lines)).body if getattr(node, "name", "") == function)
        last = made.body[-1]
        lines.insert(last.lineno - 1, f"{' ' * last.col_offset}edited = True\n")
        self._write(path, "".join(lines))

    def new(self, name: str, text: str) -> None:
        """Add a file."""
        assert not (self._folder / name).exists()
        self._write(self._folder / name, text)

    def undo(self) -> None:
        """Put every file back."""
        for path, text in self._saved.items():
            if text:
                path.write_text(text, encoding="utf-8")
            else:
                path.unlink()

    def _read(self, path: Path) -> str:
        return path.read_text(encoding="utf-8")

    def _write(self, path: Path, text: str) -> None:
        self._saved.setdefault(path, self._read(path) if path.exists() else "")
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def edited(finished: Workflow) -> Iterator[Edits]:
    """Edits in the finished study's copy, undone after the test."""
    edits = Edits(finished.folder)
    yield edits
    edits.undo()
