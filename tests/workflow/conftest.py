"""A copy of the workflow in which a small study was run from images to report, once for all tests here."""

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


@pytest.fixture
def edited(finished: Workflow):
    """Edit a file of the finished study's copy; it is put back afterwards."""
    saved: dict[Path, str] = {}

    def edit(name: str, old: str, new: str) -> None:
        path = finished.folder / name
        text = path.read_text(encoding="utf-8")
        saved.setdefault(path, text)
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    yield edit
    for path, text in saved.items():
        path.write_text(text, encoding="utf-8")
